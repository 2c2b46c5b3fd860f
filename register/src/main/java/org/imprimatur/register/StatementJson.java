package org.imprimatur.register;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.imprimatur.register.Statement.Acceptance;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Approval;
import org.imprimatur.register.Statement.Block;
import org.imprimatur.register.Statement.Dismissal;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Statement.Kind;
import org.imprimatur.register.Statement.Policy;
import org.imprimatur.register.Statement.Practice;
import org.imprimatur.register.Statement.Reinstatement;
import org.imprimatur.register.Statement.Revocation;
import org.imprimatur.register.Statement.SiteException;
import org.imprimatur.register.Statement.Subject;
import org.imprimatur.register.Statement.Suspension;
import org.imprimatur.register.Statement.Unblock;
import org.imprimatur.register.StrictJson.Members;
import org.jspecify.annotations.Nullable;

/**
 * Statements as in-toto Statement v1 ({@code docs/format.md}, "Statement").
 *
 * <p>What was signed is bytes: a statement's id and signature belong to the payload as it came,
 * never to what {@link #write} would make of it.
 */
public final class StatementJson {

    /** The most bytes that a payload may have. */
    public static final int MAX_BYTES = 40_960;

    /** The in-toto statement type. */
    public static final String TYPE = "https://in-toto.io/Statement/v1";

    /** Characters beyond the basic plane are written as they are, not as escapes. */
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                    .build();

    private StatementJson() {}

    /**
     * Reads a payload.
     *
     * @throws MalformedInput for anything that is not exactly of the format
     */
    public static Statement parse(byte[] payload) {
        var root = StrictJson.read(payload, MAX_BYTES);
        var type = root.text("_type");
        if (!type.equals(TYPE)) {
            throw new MalformedInput("_type", TYPE, MalformedInput.quoted(type));
        }
        var subject = subject(root);
        var kind = root.value("predicateType", Kind::ofPredicateType);
        var predicate = root.object("predicate");
        root.end();
        var header = header(predicate);
        var statement =
                switch (kind) {
                    case APPOINTMENT -> appointment(header, predicate);
                    case DISMISSAL -> dismissal(header, predicate);
                    case POLICY -> policyInForce(header, predicate);
                    case ACCEPTANCE -> acceptance(header, predicate);
                    case PRACTICE -> practice(header, predicate);
                    case SUSPENSION -> suspension(header, predicate);
                    case REINSTATEMENT -> reinstatement(header, predicate);
                    case ENDORSEMENT -> endorsement(header, subject, predicate);
                    case REVOCATION -> revocation(header, subject, predicate);
                    case APPROVAL -> approval(header, subject, predicate);
                    case REFUSAL -> refusal(header, subject, predicate);
                    case BLOCK -> block(header, subject, predicate);
                    case UNBLOCK -> unblock(header, subject, predicate);
                    case EXCEPTION -> exception(header, subject, predicate);
                };
        predicate.end();
        checkSubject(subject, statement.subject());
        return statement;
    }

    private static Subject subject(Members root) {
        var subjects = root.objects("subject", 1);
        if (subjects.isEmpty()) {
            throw new MalformedInput("subject", "one subject", "none");
        }
        var subject = subjects.getFirst();
        var name = subject.text("name");
        var digest = subject.object("digest");
        subject.end();
        for (var algorithm : List.of("sha512", "sha256")) {
            if (digest.has(algorithm)) {
                var value =
                        algorithm.equals("sha512")
                                ? Subject.of(name, digest.value(algorithm, Sha512::new))
                                : Subject.of(name, digest.value(algorithm, Sha256::new));
                digest.end();
                return value;
            }
        }
        digest.end();
        throw new MalformedInput("subject[0].digest", "sha512 or sha256", "nothing");
    }

    private static void checkSubject(Subject found, Subject expected) {
        if (!found.name().equals(expected.name())) {
            throw new MalformedInput(
                    "subject[0].name",
                    "'" + expected.name() + "'",
                    MalformedInput.quoted(found.name()));
        }
        if (!found.equals(expected)) {
            throw new MalformedInput(
                    "subject[0].digest",
                    expected.digest() + ", the digest of what the predicate names",
                    found.digest());
        }
    }

    private static Sha512 image(Subject subject) {
        if (!subject.algorithm().equals("sha512")) {
            throw new MalformedInput("subject[0].digest", "sha512 of the image", "sha256");
        }
        return new Sha512(subject.hex());
    }

    private static Header header(Members in) {
        var ledger = in.value("ledger", Origin::new);
        var signer = person(in.object("signer"));
        var issuedAt = in.instant("issuedAt");
        var nonce = in.value("nonce", Nonce::new);
        return in.build(() -> new Header(ledger, signer, issuedAt, nonce));
    }

    /** A person: {@code {"subject": DN, "issuer": DN}}. */
    public static Person person(Members in) {
        var person = in.build(() -> new Person(in.text("subject"), in.text("issuer")));
        in.end();
        return person;
    }

    /** A policy: {@code {"name", "version", "sha256"}}. */
    public static PolicyRef policy(Members in) {
        var digest = in.value("sha256", Sha256::new);
        var policy = in.build(() -> new PolicyRef(in.text("name"), in.text("version"), digest));
        in.end();
        return policy;
    }

    private static Statement appointment(Header header, Members in) {
        var owner = in.value("owner", Owner::parse);
        var role = in.value("role", Role::parse);
        var person = person(in.object("person"));
        var name = in.text("name");
        var contact = in.text("contact");
        var responsibility = in.text("responsibility");
        var notBefore = in.has("notBefore") ? in.instant("notBefore") : null;
        var notAfter = in.has("notAfter") ? in.instant("notAfter") : null;
        var team = team(in);
        var sharedKey = in.flag("sharedKey");
        return in.build(
                () ->
                        new Appointment(
                                header,
                                owner,
                                role,
                                person,
                                name,
                                contact,
                                responsibility,
                                new Terms(notBefore, notAfter, team, sharedKey)));
    }

    private static @Nullable Team team(Members in) {
        return in.has("team") ? in.value("team", Team::new) : null;
    }

    private static Statement dismissal(Header header, Members in) {
        var owner = in.value("owner", Owner::parse);
        var role = in.value("role", Role::parse);
        var person = person(in.object("person"));
        var team = team(in);
        var explanation = in.text("explanation");
        return in.build(() -> new Dismissal(header, owner, role, person, team, explanation));
    }

    private static Statement policyInForce(Header header, Members in) {
        var owner = in.value("owner", Owner::parse);
        var policy = policy(in.object("policy"));
        var mediaType = in.value("mediaType", MediaType::parse);
        var acceptBefore = in.instant("acceptBefore");
        var roles =
                in.has("roles")
                        ? some("roles", in.values("roles", Role.values().length, Role::parse), in)
                        : List.<Role>of();
        var explanation = in.text("explanation");
        return in.build(
                () ->
                        new Policy(
                                header,
                                owner,
                                policy,
                                mediaType,
                                acceptBefore,
                                roles,
                                explanation));
    }

    /** An optional list says something or is left out. */
    private static <T> List<T> some(String name, List<T> items, Members in) {
        if (items.isEmpty()) {
            throw new MalformedInput(in.path(name), "at least one item, or no list", "none");
        }
        return items;
    }

    private static Statement acceptance(Header header, Members in) {
        return new Acceptance(header, policy(in.object("policy")));
    }

    private static Statement practice(Header header, Members in) {
        var owner = in.value("owner", Owner::parse);
        var team = team(in);
        var title = in.text("title");
        var version = in.value("version", Version::new);
        var mediaType = in.value("mediaType", MediaType::parse);
        var document = in.value("document", Sha256::new);
        return in.build(
                () -> new Practice(header, owner, team, title, version, mediaType, document));
    }

    private static Statement suspension(Header header, Members in) {
        var owner = in.value("owner", Owner::parse);
        var person = person(in.object("person"));
        var names = in.has("names") ? some("names", in.texts("names", 16), in) : List.<String>of();
        var reason = in.value("reason", Suspension.Reason::parse);
        var urgency = in.value("urgency", Urgency::parse);
        var explanation = in.text("explanation");
        return in.build(
                () -> new Suspension(header, owner, person, names, reason, urgency, explanation));
    }

    private static Statement reinstatement(Header header, Members in) {
        var owner = in.value("owner", Owner::parse);
        var person = person(in.object("person"));
        var suspension = in.value("suspension", StatementId::parse);
        var explanation = in.text("explanation");
        return in.build(() -> new Reinstatement(header, owner, person, suspension, explanation));
    }

    private static Statement endorsement(Header header, Subject subject, Members in) {
        var image = image(subject);
        var owner = in.value("owner", Owner::parse);
        var guid = in.value("guid", Guid::parse);
        var version = in.value("version", Version::new);
        var tag = in.has("tag") ? in.value("tag", Tag::new) : null;
        var title = in.text("title");
        var generatedAt = in.instant("generatedAt");
        var disk = disk(in.object("disk"));
        var system = system(in.object("system"));
        var policy = policy(in.object("policy"));
        var inspection = inspection(in.object("inspection"));
        var waivers = in.objects("waivers", 256).stream().map(StatementJson::waiver).toList();
        var declaration = in.text("declaration");
        var locations = in.texts("locations", 16);
        var details = details(in);
        try {
            return in.build(
                    () ->
                            new Endorsement(
                                    header,
                                    subject.name(),
                                    image,
                                    owner,
                                    guid,
                                    version,
                                    tag,
                                    title,
                                    generatedAt,
                                    disk,
                                    system,
                                    policy,
                                    inspection,
                                    waivers,
                                    declaration,
                                    locations,
                                    details));
        } catch (MalformedInput e) {
            // The one component that is not a member of the predicate.
            throw e.path().equals("predicate.fileName")
                    ? new MalformedInput("subject[0].name", e.expected(), e.found())
                    : e;
        }
    }

    private static Details details(Members in) {
        var lineage = in.has("lineage") ? lineage(in.object("lineage")) : null;
        var contributors =
                in.has("contributors")
                        ? in.objects("contributors", Details.MAX_CONTRIBUTORS).stream()
                                .map(StatementJson::contributor)
                                .toList()
                        : null;
        var replaces =
                in.has("replaces")
                        ? in.values("replaces", Details.MAX_REPLACED, StatementId::parse)
                        : List.<StatementId>of();
        var until = in.has("until") ? in.instant("until") : null;
        var generation = in.has("generation") ? generation(in.object("generation")) : null;
        var patchedAt = in.has("patchedAt") ? in.instant("patchedAt") : null;
        var licences =
                in.has("licences")
                        ? in.objects("licences", Details.MAX_LICENCES).stream()
                                .map(StatementJson::licence)
                                .toList()
                        : List.<LicenceDeclaration>of();
        var team = in.has("team") ? teamAct(in.object("team")) : null;
        return in.build(
                () ->
                        new Details(
                                lineage,
                                contributors,
                                replaces,
                                until,
                                generation,
                                patchedAt,
                                licences,
                                team));
    }

    private static TeamAct teamAct(Members in) {
        var team = in.value("name", Team::new);
        var individual = in.has("individual") ? person(in.object("individual")) : null;
        in.end();
        return new TeamAct(team, individual);
    }

    private static Lineage lineage(Members in) {
        var lineage =
                switch (in.value("kind", Lineage.Kind::parse)) {
                    case BASE -> Lineage.BASE;
                    case VO_CONFIGURATION -> new Lineage.VoConfiguration();
                    case COMBINED -> {
                        var base = in.value("base", Sha512::parse);
                        var configuration =
                                in.has("configuration")
                                        ? in.value("configuration", Sha512::parse)
                                        : null;
                        yield in.build(() -> new Lineage.Combined(base, configuration));
                    }
                };
        in.end();
        return lineage;
    }

    private static Contributor contributor(Members in) {
        var name = in.text("name");
        var software = in.text("software");
        var contact = in.optionalText("contact");
        in.end();
        return in.build(() -> new Contributor(name, software, contact));
    }

    private static Generation generation(Members in) {
        var tool = in.text("tool");
        var version = in.text("version");
        var packageUrl = in.optionalText("package");
        var builder = in.text("builder");
        var provenance = in.has("provenance") ? provenance(in.object("provenance")) : null;
        in.end();
        return in.build(() -> new Generation(tool, version, packageUrl, builder, provenance));
    }

    private static Generation.Provenance provenance(Members in) {
        var document = in.value("document", Sha256::new);
        var buildType = in.text("buildType");
        var startedAt = in.has("startedAt") ? in.instant("startedAt") : null;
        var finishedAt = in.has("finishedAt") ? in.instant("finishedAt") : null;
        in.end();
        return in.build(
                () -> new Generation.Provenance(document, buildType, startedAt, finishedAt));
    }

    private static LicenceDeclaration licence(Members in) {
        var licence = in.text("licence");
        var path = in.optionalText("path");
        var statement = in.text("statement");
        in.end();
        return in.build(() -> new LicenceDeclaration(licence, path, statement));
    }

    private static DiskFacts disk(Members in) {
        var root = in.value("contentRoot", Sha256::new);
        var disk =
                in.build(
                        () ->
                                new DiskFacts(
                                        in.text("format"),
                                        in.number("fileBytes"),
                                        in.number("virtualBytes"),
                                        root));
        in.end();
        return disk;
    }

    private static GuestSystem system(Members in) {
        var name = in.text("name");
        var version = in.text("version");
        var architecture = in.text("architecture");
        var packages = in.number("packages");
        in.end();
        return in.build(() -> new GuestSystem(name, version, architecture, packages));
    }

    private static InspectionSummary inspection(Members in) {
        var tool = in.text("tool");
        var profile = in.text("profile");
        var completeness = in.value("completeness", InspectionSummary.Completeness::parse);
        var report = in.value("report", Sha256::new);
        var sbom = in.value("sbom", Sha256::new);
        var blocking = in.objects("blocking", 256).stream().map(StatementJson::finding).toList();
        in.end();
        return in.build(
                () -> new InspectionSummary(tool, profile, completeness, report, sbom, blocking));
    }

    private static BlockingFinding finding(Members in) {
        var rule = in.text("rule");
        var path = in.text("path");
        in.end();
        return in.build(() -> new BlockingFinding(rule, path));
    }

    private static Waiver waiver(Members in) {
        var rule = in.text("rule");
        var path = in.optionalText("path");
        var reason = in.text("reason");
        var expires = in.instant("expires");
        in.end();
        return in.build(() -> new Waiver(rule, path, reason, expires));
    }

    private static Statement revocation(Header header, Subject subject, Members in) {
        var image = image(subject);
        var endorsement = in.value("endorsement", StatementId::parse);
        var reason = in.value("reason", Revocation.Reason::parse);
        var explanation = in.text("explanation");
        var advisories = in.texts("advisories", 32);
        var urgency = in.has("urgency") ? in.value("urgency", Urgency::parse) : null;
        var replacement =
                in.has("replacement") ? in.value("replacement", StatementId::parse) : null;
        return in.build(
                () ->
                        new Revocation(
                                header,
                                image,
                                endorsement,
                                reason,
                                explanation,
                                advisories,
                                urgency,
                                replacement));
    }

    private static Statement approval(Header header, Subject subject, Members in) {
        var image = image(subject);
        var site = in.value("site", Owner::parse);
        var catalogue = in.value("catalogue", Origin::new);
        var endorsement = in.value("endorsement", StatementId::parse);
        return in.build(() -> new Approval(header, image, site, catalogue, endorsement));
    }

    private static Statement refusal(Header header, Subject subject, Members in) {
        var image = image(subject);
        var site = in.value("site", Owner::parse);
        var catalogue = in.value("catalogue", Origin::new);
        var endorsement = in.value("endorsement", StatementId::parse);
        var explanation = in.text("explanation");
        return in.build(
                () ->
                        new Statement.Refusal(
                                header, image, site, catalogue, endorsement, explanation));
    }

    private static Statement block(Header header, Subject subject, Members in) {
        var image = image(subject);
        var owner = in.value("owner", Owner::parse);
        var explanation = in.text("explanation");
        return in.build(() -> new Block(header, image, owner, explanation));
    }

    private static Statement unblock(Header header, Subject subject, Members in) {
        var image = image(subject);
        var owner = in.value("owner", Owner::parse);
        var block = in.value("block", StatementId::parse);
        var explanation = in.text("explanation");
        return in.build(() -> new Unblock(header, image, owner, block, explanation));
    }

    private static Statement exception(Header header, Subject subject, Members in) {
        var image = image(subject);
        var site = in.value("site", Owner::parse);
        var useClass = in.value("class", UseClass::parse);
        var until = in.instant("until");
        var explanation = in.text("explanation");
        return in.build(() -> new SiteException(header, image, site, useClass, until, explanation));
    }

    /**
     * Writes a payload to be signed: without white space, members in the order of {@code
     * docs/format.md}, the same bytes for the same statement every time.
     *
     * @throws MalformedInput when the payload would have more than {@link #MAX_BYTES}
     */
    public static byte[] write(Statement statement) {
        var bytes = new ByteArrayOutputStream(2048);
        try (var out = JSON.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeStringField("_type", TYPE);
            var subject = statement.subject();
            out.writeArrayFieldStart("subject");
            out.writeStartObject();
            out.writeStringField("name", subject.name());
            out.writeObjectFieldStart("digest");
            out.writeStringField(subject.algorithm(), subject.hex());
            out.writeEndObject();
            out.writeEndObject();
            out.writeEndArray();
            out.writeStringField("predicateType", statement.kind().predicateType());
            out.writeObjectFieldStart("predicate");
            out.writeStringField("ledger", statement.header().ledger().text());
            person(out, "signer", statement.signer());
            instant(out, "issuedAt", statement.header().issuedAt());
            out.writeStringField("nonce", statement.header().nonce().hex());
            switch (statement) {
                case Appointment a -> {
                    grant(out, a.owner(), a.role(), a.person());
                    out.writeStringField("name", a.name());
                    out.writeStringField("contact", a.contact());
                    out.writeStringField("responsibility", a.responsibility());
                    terms(out, a.terms());
                }
                case Dismissal d -> {
                    grant(out, d.owner(), d.role(), d.person());
                    team(out, d.team());
                    out.writeStringField("explanation", d.explanation());
                }
                case Policy p -> {
                    out.writeStringField("owner", p.owner().toString());
                    policy(out, p.policy());
                    out.writeStringField("mediaType", p.mediaType().wire());
                    instant(out, "acceptBefore", p.acceptBefore());
                    if (!p.roles().isEmpty()) {
                        texts(out, "roles", p.roles().stream().map(Role::wire).toList());
                    }
                    out.writeStringField("explanation", p.explanation());
                }
                case Acceptance a -> policy(out, a.policy());
                case Practice p -> {
                    out.writeStringField("owner", p.owner().toString());
                    team(out, p.team());
                    out.writeStringField("title", p.title());
                    out.writeStringField("version", p.version().text());
                    out.writeStringField("mediaType", p.mediaType().wire());
                    out.writeStringField("document", p.document().hex());
                }
                case Suspension s -> {
                    out.writeStringField("owner", s.owner().toString());
                    person(out, "person", s.person());
                    if (!s.names().isEmpty()) {
                        texts(out, "names", s.names());
                    }
                    out.writeStringField("reason", s.reason().wire());
                    out.writeStringField("urgency", s.urgency().wire());
                    out.writeStringField("explanation", s.explanation());
                }
                case Reinstatement r -> {
                    out.writeStringField("owner", r.owner().toString());
                    person(out, "person", r.person());
                    out.writeStringField("suspension", r.suspension().hex());
                    out.writeStringField("explanation", r.explanation());
                }
                case Endorsement e -> endorsement(out, e);
                case Revocation r -> {
                    out.writeStringField("endorsement", r.endorsement().hex());
                    out.writeStringField("reason", r.reason().wire());
                    out.writeStringField("explanation", r.explanation());
                    texts(out, "advisories", r.advisories());
                    var urgency = r.urgency();
                    if (urgency != null) {
                        out.writeStringField("urgency", urgency.wire());
                    }
                    var replacement = r.replacement();
                    if (replacement != null) {
                        out.writeStringField("replacement", replacement.hex());
                    }
                }
                case Approval a -> siteWord(out, a);
                case Statement.Refusal r -> {
                    siteWord(out, r);
                    out.writeStringField("explanation", r.explanation());
                }
                case Block b -> {
                    out.writeStringField("owner", b.owner().toString());
                    out.writeStringField("explanation", b.explanation());
                }
                case Unblock u -> {
                    out.writeStringField("owner", u.owner().toString());
                    out.writeStringField("block", u.block().hex());
                    out.writeStringField("explanation", u.explanation());
                }
                case SiteException e -> {
                    out.writeStringField("site", e.site().toString());
                    out.writeStringField("class", e.useClass().wire());
                    instant(out, "until", e.until());
                    out.writeStringField("explanation", e.explanation());
                }
            }
            out.writeEndObject();
            out.writeEndObject();
        } catch (IOException e) {
            throw new AssertionError("writing to memory does not fail", e);
        }
        if (bytes.size() > MAX_BYTES) {
            throw new MalformedInput(
                    "",
                    "a statement of at most %d bytes".formatted(MAX_BYTES),
                    bytes.size() + " bytes");
        }
        return bytes.toByteArray();
    }

    private static void person(JsonGenerator out, String name, Person person) throws IOException {
        out.writeObjectFieldStart(name);
        out.writeStringField("subject", person.subject());
        out.writeStringField("issuer", person.issuer());
        out.writeEndObject();
    }

    private static void grant(JsonGenerator out, Owner owner, Role role, Person person)
            throws IOException {
        out.writeStringField("owner", owner.toString());
        out.writeStringField("role", role.wire());
        person(out, "person", person);
    }

    private static void terms(JsonGenerator out, Terms terms) throws IOException {
        var notBefore = terms.notBefore();
        if (notBefore != null) {
            instant(out, "notBefore", notBefore);
        }
        var notAfter = terms.notAfter();
        if (notAfter != null) {
            instant(out, "notAfter", notAfter);
        }
        team(out, terms.team());
        if (terms.sharedKey()) {
            out.writeBooleanField("sharedKey", true);
        }
    }

    private static void team(JsonGenerator out, @Nullable Team team) throws IOException {
        if (team != null) {
            out.writeStringField("team", team.name());
        }
    }

    private static void policy(JsonGenerator out, PolicyRef policy) throws IOException {
        out.writeObjectFieldStart("policy");
        out.writeStringField("name", policy.name());
        out.writeStringField("version", policy.version());
        out.writeStringField("sha256", policy.sha256().hex());
        out.writeEndObject();
    }

    private static void siteWord(JsonGenerator out, Statement.SiteWord word) throws IOException {
        out.writeStringField("site", word.site().toString());
        out.writeStringField("catalogue", word.catalogue().text());
        out.writeStringField("endorsement", word.endorsement().hex());
    }

    private static void instant(JsonGenerator out, String name, Instant instant)
            throws IOException {
        out.writeStringField(name, instant.toString());
    }

    private static void texts(JsonGenerator out, String name, List<String> texts)
            throws IOException {
        out.writeArrayFieldStart(name);
        for (var text : texts) {
            out.writeString(text);
        }
        out.writeEndArray();
    }

    private static void endorsement(JsonGenerator out, Endorsement e) throws IOException {
        out.writeStringField("owner", e.owner().toString());
        out.writeStringField("guid", e.guid().toString());
        out.writeStringField("version", e.version().text());
        var tag = e.tag();
        if (tag != null) {
            out.writeStringField("tag", tag.text());
        }
        out.writeStringField("title", e.title());
        instant(out, "generatedAt", e.generatedAt());

        out.writeObjectFieldStart("disk");
        out.writeStringField("format", e.disk().format());
        out.writeNumberField("fileBytes", e.disk().fileBytes());
        out.writeNumberField("virtualBytes", e.disk().virtualBytes());
        out.writeStringField("contentRoot", e.disk().contentRoot().hex());
        out.writeEndObject();

        out.writeObjectFieldStart("system");
        out.writeStringField("name", e.system().name());
        out.writeStringField("version", e.system().version());
        out.writeStringField("architecture", e.system().architecture());
        out.writeNumberField("packages", e.system().packages());
        out.writeEndObject();

        policy(out, e.policy());

        var inspection = e.inspection();
        out.writeObjectFieldStart("inspection");
        out.writeStringField("tool", inspection.tool());
        out.writeStringField("profile", inspection.profile());
        out.writeStringField("completeness", inspection.completeness().name());
        out.writeStringField("report", inspection.report().hex());
        out.writeStringField("sbom", inspection.sbom().hex());
        out.writeArrayFieldStart("blocking");
        for (var finding : inspection.blocking()) {
            out.writeStartObject();
            out.writeStringField("rule", finding.rule());
            out.writeStringField("path", finding.path());
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeEndObject();

        out.writeArrayFieldStart("waivers");
        for (var waiver : e.waivers()) {
            out.writeStartObject();
            out.writeStringField("rule", waiver.rule());
            var path = waiver.path();
            if (path != null) {
                out.writeStringField("path", path);
            }
            out.writeStringField("reason", waiver.reason());
            instant(out, "expires", waiver.expires());
            out.writeEndObject();
        }
        out.writeEndArray();

        out.writeStringField("declaration", e.declaration());
        texts(out, "locations", e.locations());
        details(out, e.details());
    }

    private static void details(JsonGenerator out, Details details) throws IOException {
        var lineage = details.lineage();
        if (lineage != null) {
            out.writeObjectFieldStart("lineage");
            out.writeStringField("kind", lineage.kind().wire());
            if (lineage instanceof Lineage.Combined(var base, var configuration)) {
                out.writeStringField("base", base.toString());
                if (configuration != null) {
                    out.writeStringField("configuration", configuration.toString());
                }
            }
            out.writeEndObject();
        }
        var contributors = details.contributors();
        if (contributors != null) {
            out.writeArrayFieldStart("contributors");
            for (var one : contributors) {
                out.writeStartObject();
                out.writeStringField("name", one.name());
                out.writeStringField("software", one.software());
                optional(out, "contact", one.contact());
                out.writeEndObject();
            }
            out.writeEndArray();
        }
        if (!details.replaces().isEmpty()) {
            texts(out, "replaces", details.replaces().stream().map(StatementId::hex).toList());
        }
        optional(out, "until", details.until());
        var generation = details.generation();
        if (generation != null) {
            generation(out, generation);
        }
        optional(out, "patchedAt", details.patchedAt());
        if (!details.licences().isEmpty()) {
            out.writeArrayFieldStart("licences");
            for (var one : details.licences()) {
                out.writeStartObject();
                out.writeStringField("licence", one.licence());
                optional(out, "path", one.path());
                out.writeStringField("statement", one.statement());
                out.writeEndObject();
            }
            out.writeEndArray();
        }
        var act = details.team();
        if (act != null) {
            out.writeObjectFieldStart("team");
            out.writeStringField("name", act.team().name());
            var individual = act.individual();
            if (individual != null) {
                person(out, "individual", individual);
            }
            out.writeEndObject();
        }
    }

    private static void generation(JsonGenerator out, Generation generation) throws IOException {
        out.writeObjectFieldStart("generation");
        out.writeStringField("tool", generation.tool());
        out.writeStringField("version", generation.version());
        optional(out, "package", generation.packageUrl());
        out.writeStringField("builder", generation.builder());
        var provenance = generation.provenance();
        if (provenance != null) {
            out.writeObjectFieldStart("provenance");
            out.writeStringField("document", provenance.document().hex());
            out.writeStringField("buildType", provenance.buildType());
            optional(out, "startedAt", provenance.startedAt());
            optional(out, "finishedAt", provenance.finishedAt());
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private static void optional(JsonGenerator out, String name, @Nullable Object value)
            throws IOException {
        if (value != null) {
            out.writeStringField(name, value.toString());
        }
    }
}
