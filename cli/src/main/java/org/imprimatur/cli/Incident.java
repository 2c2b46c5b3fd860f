package org.imprimatur.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.imprimatur.cli.IncidentFile.Finding;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Guid;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatusKey;
import org.imprimatur.register.Tag;
import org.imprimatur.register.Version;
import org.imprimatur.trust.TrustAnchors;

/**
 * Collects what is known of an incident's subject: from the node that was named and, where that is
 * a site, from the catalogues of the images in question. One answer that is missing or wrong stops
 * none of the others.
 */
final class Incident {

    private static final int MOST_ENDORSEMENTS = 32;
    private static final int MOST_PAGES = 10;
    private static final int MOST_DECISIONS = 100;

    /** Pages of a catalogue's list, and how many characters of it are kept. */
    private static final int MOST_LISTS = 50;

    private static final int MOST_LISTED = 16 << 20;

    private final IncidentFile file;
    private final List<Charter> pinned;
    private final Optional<TrustAnchors> anchors;
    private final Output output;

    /** Those that were asked for; empty where that failed, and is named. */
    private final Map<Origin, Optional<IncidentSource>> sources = new HashMap<>();

    private final Set<String> asked = new HashSet<>();

    /**
     * An incident of which nothing is collected yet.
     *
     * @param pinned charters that are believed
     * @param anchors by which signatures are checked; empty for proofs alone
     */
    Incident(
            IncidentFile file,
            List<Charter> pinned,
            Optional<TrustAnchors> anchors,
            Output output) {
        this.file = file;
        this.pinned = List.copyOf(pinned);
        this.anchors = anchors;
        this.output = output;
    }

    /** An endorsement in question. */
    private record Endorsed(
            Origin catalogue,
            StatementId id,
            Guid guid,
            Version version,
            Sha512 image,
            Owner owner,
            Optional<Tag> tag,
            Person endorser,
            String title,
            String state) {

        /** As a list of images tells it; one that names no ledger is of the node's own. */
        static Endorsed read(JsonNode image, Origin own) {
            var catalogue = image.path("catalogue").asText("");
            var endorser = image.path("endorser");
            var tag = image.path("tag").asText("");
            return new Endorsed(
                    catalogue.isEmpty() ? own : new Origin(catalogue),
                    StatementId.parse(image.path("endorsement").asText()),
                    Guid.parse(image.path("guid").asText()),
                    new Version(image.path("version").asText()),
                    Sha512.parse(image.path("digest").asText()),
                    Owner.parse(image.path("owner").asText()),
                    tag.isEmpty() ? Optional.empty() : Optional.of(new Tag(tag)),
                    new Person(endorser.path("subject").asText(), endorser.path("issuer").asText()),
                    image.path("title").asText(),
                    image.path("state").asText());
        }

        /** The same endorsement as it was signed. */
        Endorsed as(Statement.Endorsement signed) {
            return new Endorsed(
                    catalogue,
                    id,
                    signed.guid(),
                    signed.version(),
                    signed.image(),
                    signed.owner(),
                    Optional.ofNullable(signed.tag()),
                    signed.signer(),
                    signed.title(),
                    state);
        }

        /** What it is looked up by. */
        Map<String, String> members() {
            var members = new LinkedHashMap<String, String>();
            members.put("GUID", guid.toString());
            members.put("version", version.text());
            members.put("file", image.toString());
            members.put("owner", owner.toString());
            members.put("tag", tag.map(Tag::text).orElse("none"));
            members.put("endorser", endorser.toString());
            return members;
        }
    }

    /**
     * Collects everything.
     *
     * @throws CommandFailure when the node is none, or nothing at all is known of the subject
     */
    void collect(String subject, URI node) {
        var address = withoutName(node);
        var client = new NodeClient(node);
        var own = source(address, client, client.charter());
        sources.put(own.charter().origin(), Optional.of(own));
        var kind = kind(client);
        file.say("Asked: %s, %s of %s", address, kind.told, own.charter().origin());
        charter(own);
        boolean site = kind != Kind.CATALOGUE;
        if (subject.startsWith("person:")) {
            person(subject.substring("person:".length()), own, site);
        } else if (subject.startsWith("instance:")) {
            instance(subject.substring("instance:".length()), own);
        } else {
            image(subject, own, site);
        }
        pinned.stream().filter(one -> !counted(one)).forEach(this::idle);
    }

    private enum Kind {
        CATALOGUE("a catalogue"),
        SITE("a site"),
        /** It is asked as a site is, so that whatever it does not tell is named. */
        UNTOLD("perhaps a site, which it does not say,");

        private final String told;

        Kind(String told) {
            this.told = told;
        }
    }

    private static Kind kind(NodeClient client) {
        try {
            return client.find("/api/v1/site/policy").isPresent() ? Kind.SITE : Kind.CATALOGUE;
        } catch (CommandFailure _) {
            return Kind.UNTOLD;
        }
    }

    /** Whether parts were checked by a charter, or would have been. */
    private boolean counted(Charter charter) {
        var source = sources.get(charter.origin());
        return source != null && source.map(one -> one.charter().equals(charter)).orElse(true);
    }

    private void idle(Charter charter) {
        file.wrong(
                "the charter of " + charter.origin(),
                "--charter",
                "it was given, and nothing here is of its ledger or was checked by it");
    }

    /** Whoever wrote a name and a password into an address did not mean to hand them on. */
    private static String withoutName(URI node) {
        try {
            return new URI(node.getScheme(), null, node.getHost(), node.getPort(), "", null, null)
                    .toString();
        } catch (URISyntaxException e) {
            throw new CommandFailure(ExitCode.USAGE, "'%s' is no address".formatted(node), e);
        }
    }

    private IncidentSource source(String url, NodeClient client, Charter shown) {
        var believed =
                pinned.stream()
                        .filter(one -> one.origin().equals(shown.origin()))
                        .findFirst()
                        .orElse(shown);
        return new IncidentSource(url, client, believed, anchors, file, asked);
    }

    private void charter(IncidentSource source) {
        boolean given = pinned.contains(source.charter());
        if (!given) {
            output.err()
                    .println(
                            "note: believing the charter that %s shows; pin it with --charter"
                                    .formatted(source.url()));
        }
        file.add(
                source.directory() + "/charter.json",
                "the charter of " + source.charter().origin(),
                given ? "--charter" : source.url() + "/api/v1/charter",
                CharterJson.write(source.charter()),
                given ? Finding.good("given by whoever made this file") : Finding.NONE);
    }

    // ---- An image -----------------------------------------------------------------------------

    private void image(String name, IncidentSource own, boolean site) {
        var target = ImageTarget.of(name);
        var connection = new NodeOptions.Connection(own.client(), own.charter());
        var found = new LinkedHashMap<StatementId, Endorsed>();
        boolean digest = name.startsWith("sha512:");
        var failures = new ArrayList<CommandFailure>();
        var told = new ArrayList<>(told(() -> target.allInCatalogue(connection), own, failures));
        if (site) {
            told.addAll(told(() -> target.allAtSite(own.client()), own, failures));
        }
        told.forEach(one -> read(one, own, found));
        if (found.isEmpty() && !digest) {
            throw failures.isEmpty()
                    ? new CommandFailure(
                            ExitCode.NO, "no endorsement of '%s' is known there".formatted(name))
                    : failures.getFirst();
        }
        if (found.isEmpty()) {
            if (told.isEmpty() && failures.isEmpty()) {
                file.say("Nobody endorsed this file, as far as is known there.");
            }
            file(own, Sha512.parse(name));
        }
        if (found.size() > MOST_ENDORSEMENTS) {
            file.missing(
                    "%d endorsements more".formatted(found.size() - MOST_ENDORSEMENTS),
                    own.url(),
                    "one file has the newest %d; name a version".formatted(MOST_ENDORSEMENTS));
        }
        var images = new LinkedHashSet<Sha512>();
        if (digest) {
            images.add(Sha512.parse(name));
        }
        for (var one : found.values().stream().limit(MOST_ENDORSEMENTS).toList()) {
            images.add(one.image());
            images.add(endorsed(one, own, site).image());
        }
        if (site) {
            atSite(own, images, found.keySet());
        }
    }

    private interface Asked {
        List<JsonNode> get();
    }

    /** What a node tells of the image; that it does not tell is named, and is not nothing. */
    private List<JsonNode> told(Asked asked, IncidentSource node, List<CommandFailure> failures) {
        try {
            return asked.get();
        } catch (CommandFailure e) {
            if (e.exit() == ExitCode.USAGE) {
                throw e;
            }
            failures.add(e);
            file.missing("endorsements of the image", node.url(), e.explanation());
            return List.of();
        }
    }

    private void read(JsonNode image, IncidentSource from, Map<StatementId, Endorsed> found) {
        try {
            var one = Endorsed.read(image, from.charter().origin());
            found.putIfAbsent(one.id(), one);
        } catch (MalformedInput e) {
            file.missing(
                    "an endorsement",
                    from.url(),
                    "it is not of the documented form: " + e.explanation());
        }
    }

    /** Collects an endorsement; gives it as it was signed, where that is proven. */
    private Endorsed endorsed(Endorsed told, IncidentSource own, boolean site) {
        var source = catalogue(told.catalogue(), own);
        var signed = source.flatMap(ledger -> signed(told, ledger));
        var one = signed.map(told::as).orElse(told);
        compare(told, one, own);
        file.say("");
        file.say("%s  %s@%s of %s", one.title(), one.guid(), one.version(), one.owner());
        if (signed.isEmpty()) {
            file.say("  NOT PROVEN: so %s tells it", own.url());
        }
        file.say("  file         %s", one.image());
        file.say("  endorsement  %s in %s", one.id().hex(), one.catalogue());
        file.say("  endorsed by  %s", one.endorser().subject());
        file.say("  state        %s", one.state());
        if (source.isPresent()) {
            endorsement(one, source.get());
        }
        if (site && source.filter(own::equals).isEmpty()) {
            own.word(
                    "site/advisories/%s@%s.json".formatted(one.guid(), one.version().text()),
                    "open advisories of the version, as the site knows them",
                    "/api/v1/images/%s/versions/%s/advisories"
                            .formatted(one.guid(), escaped(one.version().text())));
        }
        return one;
    }

    /** Whoever tells an endorsement otherwise than it was signed leads to other images. */
    private void compare(Endorsed told, Endorsed signed, IncidentSource node) {
        var members = told.members();
        signed.members()
                .forEach(
                        (member, value) -> {
                            var other = members.get(member);
                            if (!value.equals(other)) {
                                file.wrong(
                                        "the %s of %s".formatted(member, told.id().hex()),
                                        node.url(),
                                        "it tells %s, and %s was signed".formatted(other, value));
                            }
                        });
    }

    /** The node of the ledger that has an endorsement, asked for once. */
    private Optional<IncidentSource> catalogue(Origin origin, IncidentSource own) {
        var known = sources.get(origin);
        if (known == null) {
            known = followed(origin, own);
            sources.put(origin, known);
        }
        return known;
    }

    private Optional<IncidentSource> followed(Origin origin, IncidentSource own) {
        var what = "everything of the ledger " + origin;
        try {
            for (var one : own.client().json("/api/v1/site/sources").path("sources")) {
                if (one.path("origin").asText().equals(origin.text())) {
                    return source(what, origin, URI.create(one.path("url").asText()));
                }
            }
            file.missing(what, own.url(), "the site follows no ledger of that name");
        } catch (CommandFailure e) {
            file.missing(what, own.url(), e.explanation());
        } catch (IllegalArgumentException e) {
            file.missing(what, own.url(), "the site names no address of it");
        }
        return Optional.empty();
    }

    private Optional<IncidentSource> source(String what, Origin origin, URI url) {
        var client = new NodeClient(url);
        var shown = client.charter();
        if (!shown.origin().equals(origin)) {
            file.missing(what, withoutName(url), "it shows the ledger " + shown.origin());
            return Optional.empty();
        }
        var source = source(withoutName(url), client, shown);
        if (sources.values().stream()
                .flatMap(Optional::stream)
                .anyMatch(other -> other.directory().equals(source.directory()))) {
            file.missing(what, source.url(), "another ledger has the place " + source.directory());
            return Optional.empty();
        }
        charter(source);
        return Optional.of(source);
    }

    private Optional<Statement.Endorsement> signed(Endorsed told, IncidentSource source) {
        var place = "%s/endorsements/%s/".formatted(source.directory(), told.id().hex());
        var signed = source.bundle(place + "bundle.json", told.id());
        signed.ifPresentOrElse(
                endorsement -> {
                    source.attachment(
                            place + "report.json",
                            "the inspection report",
                            endorsement.inspection().report());
                    source.attachment(
                            place + "sbom.cdx.json",
                            "all packages in the image, as CycloneDX",
                            endorsement.inspection().sbom());
                },
                () ->
                        file.missing(
                                "report and packages of " + told.id().hex(),
                                source.url(),
                                "their digests are not proven without the bundle"));
        return signed;
    }

    private void endorsement(Endorsed one, IncidentSource source) {
        var ledger = source.directory();
        var image = "%s/images/%s/".formatted(ledger, one.guid());
        source.history(image + "history.json", one.guid());
        source.status(
                image + "status.json",
                "how every endorsement of the image stands, with the proof that nothing is left out",
                StatusKey.of(one.guid()));
        file(source, one.image());
        source.word(
                        image + IncidentSource.fileName(one.version().text()) + ".advisories.json",
                        "open advisories of the version",
                        "/api/v1/images/%s/versions/%s/advisories"
                                .formatted(one.guid(), escaped(one.version().text())))
                .ifPresent(bytes -> advisories(bytes, one));
        source.word(ledger + "/suspensions.json", "who is suspended", "/api/v1/suspensions");
        source.history(one.endorser().digest());
        source.word(
                        "%s/contacts/%s.json"
                                .formatted(ledger, IncidentSource.fileName(one.owner().toString())),
                        "who acts for %s, with contacts".formatted(one.owner()),
                        "/api/v1/people?owner=" + escaped(one.owner().toString()))
                .ifPresent(bytes -> contacts(bytes, one));
    }

    private void advisories(byte[] bytes, Endorsed one) {
        var answer = NodeClient.json(bytes);
        for (var endorsement : answer.path("endorsements")) {
            if (endorsement.path("endorsement").asText().equals(one.id().hex())) {
                file.say("  advisories   %d open", endorsement.path("flaws").size());
                if (endorsement.has("obstacle")) {
                    file.say("               not all: %s", endorsement.path("obstacle").asText());
                }
            }
        }
        answer.path("warnings").forEach(warning -> file.say("               %s", warning.asText()));
    }

    private static void file(IncidentSource source, Sha512 image) {
        source.status(
                "%s/files/%s.status.json"
                        .formatted(source.directory(), image.hex().substring(0, 32)),
                "what this ledger says of the file: endorsements, blocks, words of sites",
                StatusKey.of(image));
    }

    private void contacts(byte[] bytes, Endorsed one) {
        for (var owner : NodeClient.json(bytes).path("owners")) {
            for (var person : owner.path("people")) {
                if (person.path("digest").asText().equals(one.endorser().digest().hex())) {
                    file.say(
                            "  contact      %s (%s)",
                            person.path("contact").asText(), person.path("name").asText());
                }
            }
            for (var contact : owner.path("contacts")) {
                file.say("  contact      %s (of %s)", contact.asText(), one.owner());
            }
        }
    }

    // ---- What a site knows --------------------------------------------------------------------

    private void atSite(IncidentSource own, Set<Sha512> images, Set<StatementId> endorsements) {
        own.word("site/policy.json", "the site's policy in force", "/api/v1/site/policy");
        for (var id : endorsements.stream().limit(MOST_ENDORSEMENTS).toList()) {
            own.word(
                    "site/endorsements/%s.json".formatted(id.hex()),
                    "what the site says of the endorsement, and where the file is",
                    "/api/v1/site/images?endorsement=" + id.hex());
        }
        publications(own, images);
        for (var image : images) {
            file(own, image);
            instances(own, "image", image.toString());
        }
    }

    /** Of all publications those of the images. */
    private void publications(IncidentSource own, Set<Sha512> images) {
        var path = "/api/v1/site/publications";
        var what = "where the site's drivers hold the images";
        try {
            var answer = own.client().json(path);
            var mine = Output.object();
            var list = mine.putArray("publications");
            for (var one : answer.path("publications")) {
                if (images.stream()
                        .anyMatch(i -> i.toString().equals(one.path("digest").asText()))) {
                    list.add(one);
                }
            }
            file.add(
                    "site/publications.json",
                    what,
                    own.url() + path,
                    (mine.toPrettyString() + "\n").getBytes(UTF_8),
                    Finding.NONE);
        } catch (CommandFailure e) {
            file.missing(what, own.url() + path, e.explanation());
        }
    }

    /** All instances of an image or an operator, in pages, and the decisions that they rest on. */
    private void instances(IncidentSource own, String member, String value) {
        var decisions = new LinkedHashSet<String>();
        int running = 0;
        int all = 0;
        var after = "";
        boolean whole = false;
        for (int page = 1; !whole; page++) {
            var path =
                    "/api/v1/site/instances?limit=1000&%s=%s%s"
                            .formatted(
                                    member,
                                    escaped(value),
                                    after.isEmpty() ? "" : "&after=" + escaped(after));
            if (page > MOST_PAGES) {
                file.missing("older instances", own.url() + path, "one file has the newest 10,000");
                break;
            }
            var answer =
                    own.word(
                                    "site/instances/%s-%d.json"
                                            .formatted(
                                                    Sha256.of(value.getBytes(UTF_8))
                                                            .hex()
                                                            .substring(0, 16),
                                                    page),
                                    "what ran and runs of %s %s".formatted(member, value),
                                    path)
                            .map(NodeClient::json);
            if (answer.isEmpty()) {
                break;
            }
            for (var one : answer.get().path("instances")) {
                all++;
                running += one.path("state").asText().equals("stopped") ? 0 : 1;
                decisions.add(one.path("decision").asText());
            }
            after = answer.get().path("next").asText("");
            whole = after.isEmpty();
        }
        if (!whole && all == 0) {
            return;
        }
        file.say("");
        file.say(
                "%s%d instances of %s %s, %d of them not ended",
                whole ? "" : "at least ", all, member, value, running);
        decisions(own, decisions);
    }

    private void decisions(IncidentSource own, Set<String> decisions) {
        decisions.stream().limit(MOST_DECISIONS).forEach(id -> decision(own, id));
        if (decisions.size() > MOST_DECISIONS) {
            file.missing(
                    "%d decisions more".formatted(decisions.size() - MOST_DECISIONS),
                    own.url() + "/api/v1/site/decisions/",
                    "one file has %d; each instance names its own".formatted(MOST_DECISIONS));
        }
    }

    private void decision(IncidentSource own, String text) {
        var id = uuid(text);
        if (id.isEmpty()) {
            file.missing("a decision", own.url(), "its id is '%s'".formatted(text));
            return;
        }
        own.word(
                "site/decisions/%s.json".formatted(id.get()),
                "a decision: the question, the answer and its reasons",
                "/api/v1/site/decisions/" + id.get());
    }

    private void instance(String text, IncidentSource own) {
        var id =
                uuid(text)
                        .orElseThrow(
                                () ->
                                        new CommandFailure(
                                                ExitCode.USAGE, "'%s' is no UUID".formatted(text)));
        var instance =
                NodeClient.json(
                        own.first(
                                "site/instance.json",
                                "the instance",
                                "/api/v1/site/instances/" + id,
                                IncidentSource::word));
        file.say(
                "Instance %s on %s, operator %s, from %s%s",
                id,
                instance.path("host").asText(),
                instance.path("operator").asText(),
                instance.path("startedAt").asText(instance.path("registeredAt").asText()),
                instance.has("stoppedAt")
                        ? " to " + instance.path("stoppedAt").asText()
                        : ", not ended");
        decision(own, instance.path("decision").asText());
        try {
            image(Sha512.parse(instance.path("image").asText()).toString(), own, true);
        } catch (MalformedInput e) {
            file.missing("the instance's image", own.url(), e.explanation());
        }
    }

    private static Optional<UUID> uuid(String text) {
        try {
            var id = UUID.fromString(text);
            return id.toString().equals(text) ? Optional.of(id) : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    // ---- A person -----------------------------------------------------------------------------

    private void person(String hex, IncidentSource own, boolean site) {
        Sha256 digest;
        try {
            digest = new Sha256(hex);
        } catch (MalformedInput e) {
            throw new CommandFailure(ExitCode.USAGE, "person: " + e.explanation(), e);
        }
        var ledger = own.directory();
        var person = own.person(digest);
        own.word(ledger + "/suspensions.json", "who is suspended", "/api/v1/suspensions");
        own.word(ledger + "/people.json", "who acts for whom, with contacts", "/api/v1/people");
        if (person.isEmpty()) {
            file.missing("the person's name", own.url(), "no statement proves it");
            return;
        }
        file.say("Person %s", person.get().subject());
        file.say("  issuer  %s", person.get().issuer());
        if (site) {
            instances(own, "operator", person.get().subject());
        }
        endorsedBy(person.get(), own);
    }

    private void endorsedBy(Person person, IncidentSource own) {
        var mine = Output.object();
        var list = mine.putArray("images");
        var after = "";
        long size = 0;
        for (int page = 1; page == 1 || !after.isEmpty(); page++) {
            var path =
                    "/api/v1/images?limit=200"
                            + (after.isEmpty() ? "" : "&after=" + escaped(after));
            if (page > MOST_LISTS) {
                file.missing(
                        "older endorsements of the person",
                        own.url() + path,
                        "the newest 10,000 of the ledger were looked at");
                break;
            }
            JsonNode answer;
            try {
                answer = own.client().json(path);
            } catch (CommandFailure e) {
                file.missing("what the person endorsed", own.url() + path, e.explanation());
                break;
            }
            for (var one : answer.path("images")) {
                if (one.at("/endorser/subject").asText().equals(person.subject())
                        && one.at("/endorser/issuer").asText().equals(person.issuer())) {
                    size += one.toString().length();
                    if (size <= MOST_LISTED) {
                        list.add(one);
                    }
                }
            }
            if (size > MOST_LISTED) {
                file.missing(
                        "more endorsements of the person",
                        own.url() + path,
                        "the list of them has %d MiB at most".formatted(MOST_LISTED >> 20));
                break;
            }
            after = answer.path("next").asText("");
        }
        file.say("  endorsed %d images in %s", list.size(), own.charter().origin());
        file.add(
                own.directory() + "/endorsed.json",
                "what the person endorsed",
                own.url() + "/api/v1/images",
                (mine.toPrettyString() + "\n").getBytes(UTF_8),
                Finding.NONE);
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}
