package org.imprimatur.register;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Statement.Kind;
import org.imprimatur.register.Statement.Revocation;
import org.imprimatur.register.StrictJson.Members;
import org.jspecify.annotations.Nullable;

/**
 * One line of a record of the status map: a statement as far as it decides how an image stands
 * ({@code docs/format.md}, "Status map"). It follows from the statement and its place alone.
 */
public record StatusLine(long index, Instant admittedAt, StatementId id, Person signer, Act act) {

    /** The most bytes of a line, with its line feed. */
    public static final int MAX_BYTES = 16_384;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT);

    /** What the statement does. */
    public sealed interface Act {

        Kind kind();

        /** The records that the line stands in. */
        List<StatusKey> keys();
    }

    /**
     * A person was given a role, or lost it.
     *
     * @param team in whose name; null for their own
     * @param notBefore null for at once, and when they lost it
     * @param notAfter null for no end, and when they lost it
     */
    public record InRole(
            boolean held,
            Owner owner,
            Role role,
            Person person,
            @Nullable Team team,
            @Nullable Instant notBefore,
            @Nullable Instant notAfter)
            implements Act {

        /** Whether an appointment holds at this moment, if nobody has ended it. */
        boolean covers(Instant at) {
            return (notBefore == null || !at.isBefore(notBefore))
                    && (notAfter == null || at.isBefore(notAfter));
        }

        @Override
        public Kind kind() {
            return held ? Kind.APPOINTMENT : Kind.DISMISSAL;
        }

        @Override
        public List<StatusKey> keys() {
            return List.of(StatusKey.of(person));
        }
    }

    /** An owner put a policy in force. */
    public record Introduced(Owner owner, Sha256 policy, Instant acceptBefore) implements Act {

        @Override
        public Kind kind() {
            return Kind.POLICY;
        }

        @Override
        public List<StatusKey> keys() {
            return List.of(StatusKey.ofPolicy(policy));
        }
    }

    /** The signer published how they, or their team, check images. */
    public record Practised(Person signer, Owner owner, @Nullable Team team, Sha256 document)
            implements Act {

        @Override
        public Kind kind() {
            return Kind.PRACTICE;
        }

        @Override
        public List<StatusKey> keys() {
            return List.of(StatusKey.of(signer));
        }
    }

    /** An owner suspended a person. */
    public record Suspended(Owner owner, Person person, Statement.Suspension.Reason reason)
            implements Act {

        @Override
        public Kind kind() {
            return Kind.SUSPENSION;
        }

        @Override
        public List<StatusKey> keys() {
            return List.of(StatusKey.of(person));
        }
    }

    /** An owner ended a suspension. */
    public record Reinstated(Owner owner, Person person, StatementId suspension) implements Act {

        @Override
        public Kind kind() {
            return Kind.REINSTATEMENT;
        }

        @Override
        public List<StatusKey> keys() {
            return List.of(StatusKey.of(person));
        }
    }

    /** The signer accepted a policy. */
    public record Accepted(Person signer, Sha256 policy) implements Act {

        @Override
        public Kind kind() {
            return Kind.ACCEPTANCE;
        }

        @Override
        public List<StatusKey> keys() {
            return List.of(StatusKey.of(signer));
        }
    }

    /**
     * The signer endorsed an image.
     *
     * @param until the planned end; null for none
     * @param waivedUntil from this moment on a blocking finding is covered by no waiver; null for
     *     never
     * @param team in whose name; null for the signer's own
     */
    public record Endorsed(
            Sha512 image,
            Guid guid,
            Version version,
            Owner owner,
            Lineage lineage,
            @Nullable Instant until,
            @Nullable Instant waivedUntil,
            @Nullable Team team)
            implements Act {

        @Override
        public Kind kind() {
            return Kind.ENDORSEMENT;
        }

        @Override
        public List<StatusKey> keys() {
            return List.of(StatusKey.of(image), StatusKey.of(guid));
        }
    }

    /** An endorsement was taken back. */
    public record Revoked(
            Sha512 image,
            StatementId endorsement,
            Revocation.Reason reason,
            @Nullable Urgency urgency,
            @Nullable StatementId replacement)
            implements Act {

        @Override
        public Kind kind() {
            return Kind.REVOCATION;
        }

        @Override
        public List<StatusKey> keys() {
            return List.of(StatusKey.of(image));
        }
    }

    /** A site said whether it runs what an endorsement covers. */
    public record SiteSaid(
            boolean approved, Sha512 image, Owner site, Origin catalogue, StatementId endorsement)
            implements Act {

        @Override
        public Kind kind() {
            return approved ? Kind.APPROVAL : Kind.REFUSAL;
        }

        @Override
        public List<StatusKey> keys() {
            return List.of(StatusKey.of(image));
        }
    }

    /** An owner blocked an image file. */
    public record Blocked(Sha512 image, Owner owner) implements Act {

        @Override
        public Kind kind() {
            return Kind.BLOCK;
        }

        @Override
        public List<StatusKey> keys() {
            return List.of(StatusKey.of(image));
        }
    }

    /** An owner lifted a block. */
    public record Unblocked(Sha512 image, Owner owner, StatementId block) implements Act {

        @Override
        public Kind kind() {
            return Kind.UNBLOCK;
        }

        @Override
        public List<StatusKey> keys() {
            return List.of(StatusKey.of(image));
        }
    }

    /** A site permitted an image file for a time. */
    public record Excepted(Sha512 image, Owner site, UseClass useClass, Instant until)
            implements Act {

        @Override
        public Kind kind() {
            return Kind.EXCEPTION;
        }

        @Override
        public List<StatusKey> keys() {
            return List.of(StatusKey.of(image));
        }
    }

    /** The line of a statement. */
    public static StatusLine of(Recorded<?> entry) {
        var act =
                switch (entry.statement()) {
                    case Statement.Appointment s ->
                            new InRole(
                                    true,
                                    s.owner(),
                                    s.role(),
                                    s.person(),
                                    s.terms().team(),
                                    s.terms().notBefore(),
                                    s.terms().notAfter());
                    case Statement.Dismissal s ->
                            new InRole(
                                    false, s.owner(), s.role(), s.person(), s.team(), null, null);
                    case Statement.Policy s ->
                            new Introduced(s.owner(), s.policy().sha256(), s.acceptBefore());
                    case Statement.Practice s ->
                            new Practised(s.signer(), s.owner(), s.team(), s.document());
                    case Statement.Suspension s -> new Suspended(s.owner(), s.person(), s.reason());
                    case Statement.Reinstatement s ->
                            new Reinstated(s.owner(), s.person(), s.suspension());
                    case Statement.Acceptance s -> new Accepted(s.signer(), s.policy().sha256());
                    case Endorsement s ->
                            new Endorsed(
                                    s.image(),
                                    s.guid(),
                                    s.version(),
                                    s.owner(),
                                    s.lineage(),
                                    s.details().until(),
                                    waivedUntil(s),
                                    s.details().team() == null ? null : s.details().team().team());
                    case Revocation s ->
                            new Revoked(
                                    s.image(),
                                    s.endorsement(),
                                    s.reason(),
                                    s.urgency(),
                                    s.replacement());
                    case Statement.Approval s ->
                            new SiteSaid(true, s.image(), s.site(), s.catalogue(), s.endorsement());
                    case Statement.Refusal s ->
                            new SiteSaid(
                                    false, s.image(), s.site(), s.catalogue(), s.endorsement());
                    case Statement.Block s -> new Blocked(s.image(), s.owner());
                    case Statement.Unblock s -> new Unblocked(s.image(), s.owner(), s.block());
                    case Statement.SiteException s ->
                            new Excepted(s.image(), s.site(), s.useClass(), s.until());
                };
        return new StatusLine(
                entry.index(), entry.admittedAt(), entry.id(), entry.statement().signer(), act);
    }

    /** When the first of the blocking findings is covered no more. */
    private static @Nullable Instant waivedUntil(Endorsement endorsement) {
        Instant first = null;
        for (var finding : endorsement.inspection().blocking()) {
            if (endorsement.details().licences().stream().anyMatch(one -> one.covers(finding))) {
                continue;
            }
            var last =
                    endorsement.waivers().stream()
                            .filter(waiver -> waiver.isFor(finding))
                            .map(Waiver::expires)
                            .max(Instant::compareTo)
                            .orElse(Instant.EPOCH);
            first = first == null || last.isBefore(first) ? last : first;
        }
        return first;
    }

    /** The records that it stands in. */
    public List<StatusKey> keys() {
        return act.keys();
    }

    /** The line without its line feed. Always the same text for the same line. */
    public String text() {
        var out = new StringBuilder(512);
        out.append("{\"index\":").append(index);
        member(out, "admittedAt", time(admittedAt));
        member(out, "kind", act.kind().wire());
        member(out, "id", id.hex());
        person(out, "signer", signer);
        switch (act) {
            case InRole(_, var owner, var role, var person, var team, var from, var to) -> {
                member(out, "owner", owner.toString());
                member(out, "role", role.wire());
                person(out, "person", person);
                team(out, team);
                if (from != null) {
                    member(out, "notBefore", time(from));
                }
                if (to != null) {
                    member(out, "notAfter", time(to));
                }
            }
            case Introduced(var owner, var policy, var acceptBefore) -> {
                member(out, "owner", owner.toString());
                member(out, "policy", policy.hex());
                member(out, "acceptBefore", time(acceptBefore));
            }
            case Practised(_, var owner, var team, var document) -> {
                member(out, "owner", owner.toString());
                team(out, team);
                member(out, "document", document.hex());
            }
            case Suspended(var owner, var person, var reason) -> {
                member(out, "owner", owner.toString());
                person(out, "person", person);
                member(out, "reason", reason.wire());
            }
            case Reinstated(var owner, var person, var suspension) -> {
                member(out, "owner", owner.toString());
                person(out, "person", person);
                member(out, "suspension", suspension.hex());
            }
            case Accepted(_, var policy) -> member(out, "policy", policy.hex());
            case Endorsed(
                            var image,
                            var guid,
                            var version,
                            var owner,
                            var lineage,
                            var until,
                            var waivedUntil,
                            var team) -> {
                member(out, "image", image.toString());
                member(out, "guid", guid.toString());
                member(out, "version", version.text());
                member(out, "owner", owner.toString());
                lineage(out, lineage);
                if (until != null) {
                    member(out, "until", time(until));
                }
                if (waivedUntil != null) {
                    member(out, "waivedUntil", time(waivedUntil));
                }
                team(out, team);
            }
            case Revoked(var image, var endorsement, var reason, var urgency, var replacement) -> {
                member(out, "image", image.toString());
                member(out, "endorsement", endorsement.hex());
                member(out, "reason", reason.wire());
                if (urgency != null) {
                    member(out, "urgency", urgency.wire());
                }
                if (replacement != null) {
                    member(out, "replacement", replacement.hex());
                }
            }
            case SiteSaid(_, var image, var site, var catalogue, var endorsement) -> {
                member(out, "image", image.toString());
                member(out, "site", site.toString());
                member(out, "catalogue", catalogue.text());
                member(out, "endorsement", endorsement.hex());
            }
            case Blocked(var image, var owner) -> {
                member(out, "image", image.toString());
                member(out, "owner", owner.toString());
            }
            case Unblocked(var image, var owner, var block) -> {
                member(out, "image", image.toString());
                member(out, "owner", owner.toString());
                member(out, "block", block.hex());
            }
            case Excepted(var image, var site, var useClass, var until) -> {
                member(out, "image", image.toString());
                member(out, "site", site.toString());
                member(out, "class", useClass.wire());
                member(out, "until", time(until));
            }
        }
        return out.append('}').toString();
    }

    /** The line with its line feed, as its record's digest is over it. */
    public byte[] bytes() {
        return bytes(text());
    }

    /** The bytes of a line that came as a text. */
    public static byte[] bytes(String text) {
        return (text + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** What is not said is a base image. */
    private static void lineage(StringBuilder out, Lineage lineage) {
        switch (lineage) {
            case Lineage.Base _ -> {}
            case Lineage.VoConfiguration _ -> member(out, "lineage", lineage.kind().wire());
            case Lineage.Combined(var base, var configuration) -> {
                member(out, "lineage", lineage.kind().wire());
                member(out, "base", base.toString());
                if (configuration != null) {
                    member(out, "configuration", configuration.toString());
                }
            }
        }
    }

    private static void member(StringBuilder out, String name, String value) {
        out.append(",\"").append(name).append("\":");
        quoted(out, value);
    }

    private static void team(StringBuilder out, @Nullable Team team) {
        if (team != null) {
            member(out, "team", team.name());
        }
    }

    private static void person(StringBuilder out, String name, Person person) {
        out.append(",\"").append(name).append("\":{\"subject\":");
        quoted(out, person.subject());
        out.append(",\"issuer\":");
        quoted(out, person.issuer());
        out.append('}');
    }

    /** No text of a line has control characters. */
    private static void quoted(StringBuilder out, String value) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\');
            }
            out.append(c);
        }
        out.append('"');
    }

    private static String time(Instant instant) {
        return TIME.format(instant.atOffset(ZoneOffset.UTC));
    }

    /**
     * Reads a line without its line feed.
     *
     * @throws MalformedInput for anything that {@link #text} does not write
     */
    public static StatusLine parse(String text) {
        var in = StrictJson.read(text.getBytes(StandardCharsets.UTF_8), MAX_BYTES - 1);
        long index = Text.range("index", in.number("index"), 0, Long.MAX_VALUE);
        var admittedAt = in.instant("admittedAt");
        var kind = in.value("kind", Kind::parse);
        var id = in.value("id", StatementId::parse);
        var signer = StatementJson.person(in.object("signer"));
        var act =
                switch (kind) {
                    case APPOINTMENT -> role(true, in);
                    case DISMISSAL -> role(false, in);
                    case POLICY ->
                            new Introduced(
                                    owner(in),
                                    in.value("policy", Sha256::new),
                                    in.instant("acceptBefore"));
                    case PRACTICE ->
                            new Practised(
                                    signer, owner(in), team(in), in.value("document", Sha256::new));
                    case SUSPENSION ->
                            new Suspended(
                                    owner(in),
                                    person(in),
                                    in.value("reason", Statement.Suspension.Reason::parse));
                    case REINSTATEMENT ->
                            new Reinstated(
                                    owner(in),
                                    person(in),
                                    in.value("suspension", StatementId::parse));
                    case ACCEPTANCE -> new Accepted(signer, in.value("policy", Sha256::new));
                    case ENDORSEMENT ->
                            new Endorsed(
                                    image(in),
                                    in.value("guid", Guid::parse),
                                    in.value("version", Version::new),
                                    owner(in),
                                    lineage(in),
                                    optionalInstant(in, "until"),
                                    optionalInstant(in, "waivedUntil"),
                                    team(in));
                    case REVOCATION ->
                            new Revoked(
                                    image(in),
                                    in.value("endorsement", StatementId::parse),
                                    in.value("reason", Revocation.Reason::parse),
                                    in.has("urgency") ? in.value("urgency", Urgency::parse) : null,
                                    in.has("replacement")
                                            ? in.value("replacement", StatementId::parse)
                                            : null);
                    case APPROVAL -> siteSaid(true, in);
                    case REFUSAL -> siteSaid(false, in);
                    case BLOCK -> new Blocked(image(in), owner(in));
                    case UNBLOCK ->
                            new Unblocked(
                                    image(in), owner(in), in.value("block", StatementId::parse));
                    case EXCEPTION ->
                            new Excepted(
                                    image(in),
                                    in.value("site", Owner::parse),
                                    in.value("class", UseClass::parse),
                                    in.instant("until"));
                };
        in.end();
        var line = new StatusLine(index, admittedAt, id, signer, act);
        if (!line.text().equals(text)) {
            throw new MalformedInput(
                    "", "the one spelling of a status line", "another order or spelling");
        }
        return line;
    }

    private static InRole role(boolean held, Members in) {
        return new InRole(
                held,
                owner(in),
                in.value("role", Role::parse),
                person(in),
                team(in),
                held ? optionalInstant(in, "notBefore") : null,
                held ? optionalInstant(in, "notAfter") : null);
    }

    private static Person person(Members in) {
        return StatementJson.person(in.object("person"));
    }

    private static @Nullable Team team(Members in) {
        return in.has("team") ? in.value("team", Team::new) : null;
    }

    private static @Nullable Instant optionalInstant(Members in, String name) {
        return in.has(name) ? in.instant(name) : null;
    }

    private static Lineage lineage(Members in) {
        if (!in.has("lineage")) {
            return Lineage.BASE;
        }
        return switch (in.value("lineage", Lineage.Kind::parse)) {
            case BASE -> Lineage.BASE;
            case VO_CONFIGURATION -> new Lineage.VoConfiguration();
            case COMBINED ->
                    new Lineage.Combined(
                            in.value("base", Sha512::parse),
                            in.has("configuration")
                                    ? in.value("configuration", Sha512::parse)
                                    : null);
        };
    }

    private static SiteSaid siteSaid(boolean approved, Members in) {
        return new SiteSaid(
                approved,
                image(in),
                in.value("site", Owner::parse),
                in.value("catalogue", Origin::new),
                in.value("endorsement", StatementId::parse));
    }

    private static Sha512 image(Members in) {
        return in.value("image", Sha512::parse);
    }

    private static Owner owner(Members in) {
        return in.value("owner", Owner::parse);
    }
}
