package org.imprimatur.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.imprimatur.exchange.BundleVerifier;
import org.imprimatur.exchange.hepix.ImageList;
import org.imprimatur.exchange.hepix.ListDiff;
import org.imprimatur.exchange.hepix.ListDraft;
import org.imprimatur.exchange.hepix.ListPath;
import org.imprimatur.exchange.hepix.ListWriter;
import org.imprimatur.exchange.hepix.Listed;
import org.imprimatur.register.Guid;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Role;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Version;
import org.imprimatur.trust.SigningKey;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "publish",
        description = {
            "Make the list of what is endorsed in a node's ledger, sign it with your own key, and"
                    + " publish it on the node.",
            "Without --owner it is the list of your own endorsements. Run it daily: a list that has"
                    + " not changed is signed anew only when a quarter of its time is left."
        },
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur list publish --owner vo:biomed --anchors"
                        + " /etc/grid-security/certificates --node https://catalogue.example")
final class ListPublishCommand implements Callable<Integer> {

    private static final int MAX_DAYS = 60;
    private static final int PAGE = 200;

    @Mixin private final Output output = new Output();
    @Mixin private final ListTerm term = new ListTerm();
    @Mixin private final Signing signing = new Signing();
    @Mixin private final AnchorOptions anchors = new AnchorOptions();

    @Option(
            names = "--owner",
            converter = Converters.OwnerConverter.class,
            description = "Publish the list of this owner, whose endorser you are.")
    private @Nullable Owner owner;

    @Option(
            names = "--title",
            paramLabel = "TEXT",
            description = "Title of the list (default: of whom the images are).")
    private @Nullable String title;

    @Option(
            names = "--name",
            paramLabel = "TEXT",
            description = "Your name in the list (default: that of your appointment).")
    private @Nullable String name;

    @Option(
            names = "--contact",
            paramLabel = "ADDRESS",
            description = "Your mail address in the list (default: that of your appointment).")
    private @Nullable String contact;

    @Option(names = "--renew", description = "Sign anew even though nothing has changed.")
    private boolean renew;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Write the signed list to this file, too.")
    private @Nullable Path out;

    /** What the node says of the list at a path. */
    private record Known(String url, Optional<String> version, Optional<Instant> expires) {}

    @Override
    public Integer call() throws IOException {
        var valid = term.atMost(MAX_DAYS);
        var key = signing.readKey(output);
        var connection = signing.connect(output);
        var path = owner == null ? ListPath.of(key.person()) : ListPath.of(owner);
        var known = known(connection, path);
        var images = images(connection, key.person(), known.url());
        var list = draft(connection, path, known, key, images);
        var held = held(connection, path, known);
        var now = At.CLOCK.instant();
        byte[] message = sign(list, key, now, known);
        boolean unchanged =
                held.isPresent()
                        && ListDiff.between(held.get(), ImageList.readAny(message)).isOnlyRenewal();
        var due = now.plus(valid.dividedBy(4));
        if (unchanged && !renew && known.expires().filter(due::isBefore).isPresent()) {
            output.line(
                    "unchanged: version %s of %s is valid until %s",
                    known.version().orElse(""), path, known.expires().get());
            output.document(ListShowCommand.summary(held.get()).put("published", false));
            return ExitCode.DONE.status();
        }
        if (out != null) {
            Files.write(out, message);
        }
        connection.client().putList(path.path(), message);
        var signed = ImageList.readAny(message);
        output.line(
                "published version %s of %s with %d images, valid until %s",
                signed.text("hv:version").orElse(""),
                signed.text("hv:uri").orElse(""),
                images.size(),
                signed.text("dc:date:expires").orElse(""));
        output.document(ListShowCommand.summary(signed).put("published", true));
        return ExitCode.DONE.status();
    }

    private static Known known(NodeOptions.Connection connection, ListPath path) {
        var answer = connection.client().json("/api/v1/lists");
        var item =
                Stream.of(answer.path("lists"))
                        .flatMap(ListPublishCommand::items)
                        .filter(one -> one.path("path").asText().equals(path.path()))
                        .findFirst();
        if (item.filter(one -> one.path("signedBy").asText().equals("node")).isPresent()) {
            throw new CommandFailure(
                    ExitCode.NO,
                    "the node signs the list at %s itself; leave --owner out to publish your own"
                            .formatted(path));
        }
        try {
            return new Known(
                    answer.path("url").asText(),
                    item.map(one -> one.path("version").asText("")).filter(one -> !one.isEmpty()),
                    item.map(one -> one.path("expires").asText(""))
                            .filter(one -> !one.isEmpty())
                            .map(Instant::parse));
        } catch (DateTimeException e) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE, "the node's answer is not of the documented form", e);
        }
    }

    private static Stream<JsonNode> items(JsonNode array) {
        var items = new ArrayList<JsonNode>();
        array.forEach(items::add);
        return items.stream();
    }

    /** What goes into the list, each verified as far back as the charter. */
    private List<Listed> images(NodeOptions.Connection connection, Person person, String url)
            throws IOException {
        var verifier = new BundleVerifier(connection.charter(), anchors.required(output));
        var all = endorsements(connection);
        var chosen =
                Listed.chosen(
                        all,
                        one -> Guid.parse(one.path("guid").asText()),
                        one -> new Version(one.path("version").asText()),
                        one ->
                                one.path("state").asText().equals("endorsed")
                                        && (owner != null || isBy(person, one)));
        var images = new ArrayList<Listed>();
        for (var one : chosen) {
            listed(connection, verifier, one, url).ifPresent(images::add);
        }
        return images;
    }

    private static boolean isBy(Person person, JsonNode one) {
        return one.at("/endorser/subject").asText().equals(person.subject())
                && one.at("/endorser/issuer").asText().equals(person.issuer());
    }

    /** Every endorsement of the owner, or of all owners, oldest first. */
    private List<JsonNode> endorsements(NodeOptions.Connection connection) {
        var all = new ArrayList<JsonNode>();
        var query =
                owner == null
                        ? ""
                        : "&owner=" + URLEncoder.encode(owner.toString(), StandardCharsets.UTF_8);
        String after = "";
        do {
            var page =
                    connection
                            .client()
                            .json("/api/v1/images?limit=%d%s%s".formatted(PAGE, query, after));
            page.path("images").forEach(all::add);
            var next = page.path("next").asText("");
            after = next.isEmpty() ? "" : "&after=" + next;
        } while (!after.isEmpty() && all.size() < ImageList.MAX_IMAGES * 4);
        return all.reversed();
    }

    private Optional<Listed> listed(
            NodeOptions.Connection connection, BundleVerifier verifier, JsonNode one, String url) {
        var id = StatementId.parse(one.path("endorsement").asText());
        var bundle = NodeBundle.fetch(connection, id).bundle();
        return switch (verifier.verify(bundle)) {
            case BundleVerifier.Outcome.Refused refused ->
                    throw new CommandFailure(
                            ExitCode.NO,
                            "the endorsement %s does not verify (%s: %s): nothing is signed"
                                    .formatted(
                                            id.hex(),
                                            refused.broken().what(),
                                            refused.broken().found()));
            case BundleVerifier.Outcome.Verified verified -> {
                var entry = verified.endorsement();
                if (!entry.id().equals(id)) {
                    throw new CommandFailure(
                            ExitCode.NO,
                            "the node shows another endorsement than %s".formatted(id.hex()));
                }
                yield listed(connection, entry, verified, url);
            }
        };
    }

    private Optional<Listed> listed(
            NodeOptions.Connection connection,
            Recorded<Endorsement> entry,
            BundleVerifier.Outcome.Verified verified,
            String url) {
        var endorsement = entry.statement();
        var now = At.CLOCK.instant();
        if (!Listed.fits(endorsement, now) || !verified.register().counts(entry.id(), now)) {
            return Optional.empty();
        }
        var address =
                Listed.addresses(endorsement).stream()
                        .findFirst()
                        .or(
                                () ->
                                        Optional.of("/files/" + endorsement.fileName())
                                                .filter(
                                                        file ->
                                                                connection.client().length(file)
                                                                        == endorsement
                                                                                .disk()
                                                                                .fileBytes())
                                                .map(file -> url + file));
        if (address.isEmpty()) {
            output.err()
                    .println(
                            "note: %s version %s is left out: it has no address of http or https"
                                    .formatted(endorsement.guid(), endorsement.version()));
            return Optional.empty();
        }
        Appointment appointment =
                verified.register().appointments(endorsement.signer()).stream()
                        .map(Recorded::statement)
                        .filter(
                                one ->
                                        one.role() == Role.ENDORSER
                                                && one.owner().equals(endorsement.owner()))
                        .findFirst()
                        .orElseThrow();
        return Optional.of(new Listed(entry, appointment, address.get()));
    }

    private ImageList draft(
            NodeOptions.Connection connection,
            ListPath path,
            Known known,
            SigningKey key,
            List<Listed> images) {
        var mine =
                images.stream()
                        .filter(one -> one.entry().statement().signer().equals(key.person()))
                        .map(Listed::endorser)
                        .findFirst();
        var creator = Optional.ofNullable(name).or(() -> mine.map(Appointment::name));
        var email = Optional.ofNullable(contact).or(() -> mine.map(Appointment::contact));
        if (creator.isEmpty() || email.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "none of the images is endorsed by you: say who you are with --name and"
                            + " --contact");
        }
        var vo =
                images.stream()
                        .findFirst()
                        .map(one -> one.entry().statement().owner().name())
                        .orElse(owner == null ? "none" : owner.name());
        return new ListDraft(
                        known.url(),
                        path,
                        connection.charter().origin(),
                        Optional.ofNullable(title)
                                .orElse(
                                        owner == null
                                                ? "Images of " + creator.get()
                                                : "Images of " + owner.name()),
                        owner == null ? vo : owner.name(),
                        creator.get(),
                        email.get())
                .of(images);
    }

    private static Optional<ImageList> held(
            NodeOptions.Connection connection, ListPath path, Known known) {
        if (known.version().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    ImageList.readAny(connection.client().bytes(path.path(), ImageList.MAX_BYTES)));
        } catch (CommandFailure withheld) {
            // Held back since something in it was revoked, or for holders of a token: made anew.
            return Optional.empty();
        }
    }

    private byte[] sign(ImageList list, SigningKey key, Instant now, Known known) {
        try {
            return new ListWriter(
                            now,
                            now.plus(term.atMost(MAX_DAYS)),
                            known.version().map(before -> ListWriter.versionAfter(before, now)),
                            Optional.empty())
                    .sign(list, key, new SecureRandom());
        } catch (MalformedInput bad) {
            throw new CommandFailure(
                    ExitCode.NO, "the list is not signed: " + bad.explanation(), bad);
        }
    }
}
