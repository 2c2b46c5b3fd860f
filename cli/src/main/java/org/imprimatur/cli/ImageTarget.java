package org.imprimatur.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.imprimatur.register.Guid;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Tag;
import org.imprimatur.register.Version;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** An endorsed image, named as people name it. */
final class ImageTarget {

    private static final Pattern GUID_FORM =
            Pattern.compile("([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:[@/](.+))?");
    private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");

    /** The states at a site of endorsements that count no more. */
    private static final Set<String> GONE = Set.of("revoked", "withdrawn");

    @Parameters(
            paramLabel = "IMAGE",
            description =
                    "sha512:DIGEST, GUID, GUID@VERSION or GUID/VERSION, OWNER/TAG"
                            + " (vo:biomed/debian-12), or the id of an endorsement.")
    private @Nullable String target;

    /** The image of that name. */
    static ImageTarget of(String name) {
        var target = new ImageTarget();
        target.target = name;
        return target;
    }

    /** Every endorsement of the image that a site has in view. */
    List<JsonNode> allAtSite(NodeClient client) {
        return all(client.json(atSite()).path("images"));
    }

    /** Every endorsement of the image in a ledger, at most 200; by its id where that is named. */
    List<JsonNode> allInCatalogue(NodeOptions.Connection connection) {
        var client = connection.client();
        if (!ID.matcher(text()).matches()) {
            return listed(client, query());
        }
        return client.find("/api/v1/statements/" + text())
                .map(answer -> ProvenStatement.read(answer, connection.charter()).statement())
                .filter(Statement.Endorsement.class::isInstance)
                .map(Statement.Endorsement.class::cast)
                .map(endorsement -> listed(client, "?digest=" + endorsement.image()))
                .orElse(List.of());
    }

    private List<JsonNode> listed(NodeClient client, String query) {
        return all(client.json("/api/v1/images" + query + "&limit=200").path("images"));
    }

    /** Where a site is asked. */
    private String atSite() {
        return "/api/v1/site/images"
                + (ID.matcher(text()).matches() ? "?endorsement=" + text() : query());
    }

    /** A version of an image, which may have several endorsements. */
    record Release(Guid guid, Version version) {}

    /**
     * The version meant: the one that is named, or else the newest that counts, in the node's own
     * ledger or at a site in one that it follows. Its word is taken as it is.
     */
    Release release(NodeClient client) {
        var named = GUID_FORM.matcher(text());
        try {
            if (named.matches() && named.group(2) != null) {
                return new Release(Guid.parse(named.group(1)), new Version(named.group(2)));
            }
        } catch (MalformedInput wrong) {
            throw wrong(wrong);
        }
        return allInCatalogue(new NodeOptions.Connection(client, client.charter())).stream()
                .filter(image -> image.path("state").asText().equals("endorsed"))
                .findFirst()
                .or(() -> standing(client))
                .map(
                        image ->
                                new Release(
                                        Guid.parse(image.path("guid").asText()),
                                        new Version(image.path("version").asText())))
                .orElseThrow(
                        () ->
                                new CommandFailure(
                                        ExitCode.NO,
                                        "no endorsement of '%s' counts at this node"
                                                .formatted(text())));
    }

    /** The newest at a site that its endorser stands by; none where the node is no site. */
    private Optional<JsonNode> standing(NodeClient client) {
        return client.find(atSite())
                .map(answer -> all(answer.path("images")))
                .flatMap(
                        images ->
                                images.stream()
                                        .filter(
                                                image ->
                                                        !GONE.contains(
                                                                image.path("state").asText()))
                                        .findFirst());
    }

    private List<JsonNode> all(JsonNode images) {
        var found = new ArrayList<JsonNode>();
        images.forEach(
                image -> {
                    if (matches().test(image)) {
                        found.add(image);
                    }
                });
        return found;
    }

    /** One endorsement of the image. */
    record Found(
            Origin catalogue, StatementId endorsement, Sha512 image, String title, String state) {}

    /**
     * One endorsement of the image as a site sees it.
     *
     * @param image what the site tells of it
     */
    record AtSite(Found found, JsonNode image) {}

    /** What the catalogue's list is asked for, so that it need not send everything. */
    private String query() {
        var text = text();
        var guid = GUID_FORM.matcher(text);
        if (guid.matches()) {
            return "?guid=" + guid.group(1);
        }
        int slash = text.indexOf('/');
        try {
            if (text.startsWith("sha512:")) {
                return "?digest=" + Sha512.parse(text);
            }
            if (slash > 0) {
                var owner = Owner.parse(text.substring(0, slash));
                var tag = new Tag(text.substring(slash + 1));
                return "?owner="
                        + URLEncoder.encode(owner.toString(), StandardCharsets.UTF_8)
                        + "&tag="
                        + URLEncoder.encode(tag.text(), StandardCharsets.UTF_8);
            }
        } catch (MalformedInput wrong) {
            throw wrong(wrong);
        }
        throw new CommandFailure(
                ExitCode.USAGE,
                "'%s' is not sha512:DIGEST, GUID, GUID@VERSION, OWNER/TAG or the id of an endorsement"
                        .formatted(text));
    }

    private Predicate<JsonNode> matches() {
        var text = text();
        var guid = GUID_FORM.matcher(text);
        if (guid.matches()) {
            var version = guid.group(2);
            return image ->
                    image.path("guid").asText().equals(guid.group(1))
                            && (version == null || image.path("version").asText().equals(version));
        }
        return image ->
                image.path("digest").asText().equals(text)
                        || image.path("endorsement").asText().equals(text)
                        || (image.path("owner").asText() + "/" + image.path("tag").asText())
                                .equals(text);
    }

    private String text() {
        return Objects.requireNonNull(target);
    }

    /** The endorsement meant, of a catalogue. */
    Found inCatalogue(NodeOptions.Connection connection) {
        var origin = connection.charter().origin();
        if (ID.matcher(text()).matches()) {
            var proven =
                    ProvenStatement.read(
                            connection.client().json("/api/v1/statements/" + text()),
                            connection.charter());
            if (proven.statement() instanceof Statement.Endorsement endorsement) {
                return new Found(origin, proven.id(), endorsement.image(), endorsement.title(), "");
            }
            throw unknown();
        }
        return one(connection.client().json("/api/v1/images" + query()).path("images"), origin);
    }

    /**
     * The endorsement meant, among those that a site follows. Where several versions are, it is the
     * one that the site has said nothing of.
     */
    AtSite atSite(NodeOptions.Connection connection) {
        var images = connection.client().json(atSite()).path("images");
        var waiting = Output.object().putArray("images");
        for (var image : images) {
            if (matches().test(image) && image.path("state").asText().equals("eligible")) {
                waiting.add(image);
            }
        }
        var found = one(waiting.size() == 1 ? waiting : images, null);
        for (var image : images) {
            if (image.path("endorsement").asText().equals(found.endorsement().hex())) {
                return new AtSite(found, image);
            }
        }
        throw unknown();
    }

    private Found one(JsonNode images, @Nullable Origin catalogue) {
        List<Found> found = new ArrayList<>();
        for (var image : images) {
            if (matches().test(image)) {
                found.add(
                        new Found(
                                catalogue == null
                                        ? new Origin(image.path("catalogue").asText())
                                        : catalogue,
                                StatementId.parse(image.path("endorsement").asText()),
                                Sha512.parse(image.path("digest").asText()),
                                image.path("title").asText(),
                                image.path("state").asText()));
            }
        }
        if (found.size() > 1) {
            found.removeIf(one -> one.state().equals("revoked"));
        }
        if (found.isEmpty()) {
            throw unknown();
        }
        if (found.size() > 1) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "'%s' has several endorsements; name one: %s"
                            .formatted(
                                    text(),
                                    found.stream()
                                            .map(one -> one.endorsement().hex())
                                            .collect(Collectors.joining(", "))));
        }
        return found.getFirst();
    }

    /** The image's GUID, however it is named. */
    Guid guid(NodeOptions.Connection connection) {
        var guid = GUID_FORM.matcher(text());
        if (guid.matches()) {
            return Guid.parse(guid.group(1));
        }
        var found = inCatalogue(connection);
        var statement =
                ProvenStatement.read(
                                connection
                                        .client()
                                        .json("/api/v1/statements/" + found.endorsement().hex()),
                                connection.charter())
                        .statement();
        if (statement instanceof Statement.Endorsement endorsement) {
            return endorsement.guid();
        }
        throw unknown();
    }

    /** The person meant, by {@code person:DIGEST}; empty where an image is meant. */
    Optional<Sha256> person() {
        if (!text().startsWith("person:")) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Sha256(text().substring("person:".length())));
        } catch (MalformedInput wrong) {
            throw new CommandFailure(ExitCode.USAGE, wrong.explanation(), wrong);
        }
    }

    private CommandFailure wrong(MalformedInput why) {
        return new CommandFailure(
                ExitCode.USAGE, "'%s': %s".formatted(text(), why.explanation()), why);
    }

    private CommandFailure unknown() {
        return new CommandFailure(
                ExitCode.NO, "no endorsement of '%s' is known there".formatted(text()));
    }

    /** The digest, where that alone is meant: endorsed or not. */
    Sha512 digest(NodeOptions.Connection connection) {
        if (!text().startsWith("sha512:")) {
            return endorsed(connection);
        }
        try {
            return Sha512.parse(text());
        } catch (MalformedInput wrong) {
            throw new CommandFailure(ExitCode.USAGE, wrong.explanation(), wrong);
        }
    }

    /** The digest of what the node's own ledger or, at a site, one that it follows endorses. */
    private Sha512 endorsed(NodeOptions.Connection connection) {
        try {
            return inCatalogue(connection).image();
        } catch (CommandFailure notHere) {
            if (notHere.exit() != ExitCode.NO) {
                throw notHere;
            }
            try {
                return atSite(connection).found().image();
            } catch (CommandFailure notThere) {
                notHere.addSuppressed(notThere);
                throw notHere;
            }
        }
    }
}
