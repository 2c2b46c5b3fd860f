package org.imprimatur.register;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Something a person has signed. Nothing is ever edited or taken away: what one statement does,
 * only a later statement undoes. The limits and forms are those of {@code docs/format.md},
 * "Statement".
 */
public sealed interface Statement {

    Header header();

    Kind kind();

    /** What the statement is about, as its in-toto subject. */
    Subject subject();

    /** The person who signs. */
    default Person signer() {
        return header().signer();
    }

    /** The kinds, with their names in formats. */
    enum Kind {
        APPOINTMENT("appointment"),
        DISMISSAL("dismissal"),
        POLICY("policy"),
        ACCEPTANCE("acceptance"),
        PRACTICE("practice"),
        SUSPENSION("suspension"),
        REINSTATEMENT("reinstatement"),
        ENDORSEMENT("endorsement"),
        REVOCATION("revocation"),
        APPROVAL("approval"),
        REFUSAL("refusal"),
        BLOCK("block"),
        UNBLOCK("unblock"),
        EXCEPTION("exception");

        private final String wire;

        Kind(String wire) {
            this.wire = wire;
        }

        /** The name in formats. */
        public String wire() {
            return wire;
        }

        /** The in-toto predicate type. */
        public String predicateType() {
            return "https://imprimatur.org/statement/" + wire + "/v1";
        }

        /** Reads the name in formats. */
        public static Kind parse(String text) {
            return WireName.find(values(), Kind::wire, text, () -> "a kind of statement");
        }

        static Kind ofPredicateType(String text) {
            return WireName.find(
                    values(),
                    Kind::predicateType,
                    text,
                    () ->
                            "https://imprimatur.org/statement/KIND/v1 with KIND one of "
                                    + WireName.all(values(), Kind::wire));
        }
    }

    /** A subject: a name, and a digest with its algorithm, {@code sha256} or {@code sha512}. */
    record Subject(String name, String algorithm, String hex) {

        static Subject of(String name, Sha256 digest) {
            return new Subject(name, "sha256", digest.hex());
        }

        static Subject of(String name, Sha512 digest) {
            return new Subject(name, "sha512", digest.hex());
        }

        /** The digest in the form {@code sha512:…}. */
        public String digest() {
            return algorithm + ":" + hex;
        }
    }

    /** Statements about one image: its endorsement and all that follows from it. */
    sealed interface AboutImage extends Statement {

        /** SHA-512 of the image's file. */
        Sha512 image();

        @Override
        default Subject subject() {
            return Subject.of("image", image());
        }
    }

    /** What a site says about an endorsement: approval or refusal. */
    sealed interface SiteWord extends AboutImage {

        /** The site, an owner {@code site:…}. */
        Owner site();

        /** The ledger that has the endorsement. */
        Origin catalogue();

        StatementId endorsement();
    }

    /**
     * "This person acts for us in this role, and we answer for it."
     *
     * @param name of the person, for people
     * @param contact mail address, the security contact (END-4.8)
     * @param responsibility what the owner answers for
     * @param terms how long and in whose name
     */
    record Appointment(
            Header header,
            Owner owner,
            Role role,
            Person person,
            String name,
            String contact,
            String responsibility,
            Terms terms)
            implements Statement {

        /** At once, until a dismissal, in their own name. */
        public Appointment(
                Header header,
                Owner owner,
                Role role,
                Person person,
                String name,
                String contact,
                String responsibility) {
            this(header, owner, role, person, name, contact, responsibility, Terms.PLAIN);
        }

        public Appointment {
            Text.line("name", name, 1, 128);
            Text.mail("contact", contact);
            Text.block("responsibility", responsibility, 1, 2000);
            if (terms.over(header.issuedAt())) {
                throw new MalformedInput(
                        "notAfter",
                        "an instant after issuedAt, " + header.issuedAt(),
                        String.valueOf(terms.notAfter()));
            }
            if (terms.team() != null && role != Role.ENDORSER && role != Role.VM_OPERATOR) {
                throw new MalformedInput(
                        "team", "a team for endorser or vm-operator only", "one for " + role);
            }
        }

        @Override
        public Kind kind() {
            return Kind.APPOINTMENT;
        }

        @Override
        public Subject subject() {
            return Subject.of("person", person.digest());
        }
    }

    /**
     * "This person no longer acts for us in this role."
     *
     * @param team the team that they leave; null for the role in their own name
     */
    record Dismissal(
            Header header,
            Owner owner,
            Role role,
            Person person,
            @Nullable Team team,
            String explanation)
            implements Statement {

        /** From the role in their own name. */
        public Dismissal(Header header, Owner owner, Role role, Person person, String explanation) {
            this(header, owner, role, person, null, explanation);
        }

        public Dismissal {
            Text.block("explanation", explanation, 1, 2000);
        }

        @Override
        public Kind kind() {
            return Kind.DISMISSAL;
        }

        @Override
        public Subject subject() {
            return Subject.of("person", person.digest());
        }
    }

    /**
     * "From now on this is the policy" (EGI-2.endorser).
     *
     * @param acceptBefore from when on the acceptance of an older version no longer suffices
     * @param roles whom it binds; empty for everybody
     * @param explanation what is new
     */
    record Policy(
            Header header,
            Owner owner,
            PolicyRef policy,
            MediaType mediaType,
            Instant acceptBefore,
            List<Role> roles,
            String explanation)
            implements Statement {

        public Policy {
            acceptBefore = Text.instant("acceptBefore", acceptBefore);
            if (acceptBefore.isBefore(header.issuedAt())) {
                throw new MalformedInput(
                        "acceptBefore",
                        "an instant not before issuedAt, " + header.issuedAt(),
                        acceptBefore.toString());
            }
            roles = Text.atMost("roles", roles, Role.values().length);
            if (roles.stream().distinct().count() != roles.size()) {
                throw new MalformedInput("roles", "each role once", "one twice");
            }
            Text.block("explanation", explanation, 1, 2000);
        }

        @Override
        public Kind kind() {
            return Kind.POLICY;
        }

        @Override
        public Subject subject() {
            return Subject.of("policy", policy.sha256());
        }
    }

    /** "I know this policy and shall follow it" (EGI-2.endorser). */
    record Acceptance(Header header, PolicyRef policy) implements Statement {

        @Override
        public Kind kind() {
            return Kind.ACCEPTANCE;
        }

        @Override
        public Subject subject() {
            return Subject.of("policy", policy.sha256());
        }
    }

    /**
     * "So we check and endorse images" (END-4.3).
     *
     * @param team whose practice it is; null for the signer's own
     * @param document SHA-256 of its bytes
     */
    record Practice(
            Header header,
            Owner owner,
            @Nullable Team team,
            String title,
            Version version,
            MediaType mediaType,
            Sha256 document)
            implements Statement {

        public Practice {
            Text.line("title", title, 1, 200);
        }

        @Override
        public Kind kind() {
            return Kind.PRACTICE;
        }

        @Override
        public Subject subject() {
            return Subject.of("practice", document);
        }
    }

    /**
     * "Until further notice nobody lets this person act" (END-4.9, EGI-C1).
     *
     * @param names by which sites know them besides their certificate
     */
    record Suspension(
            Header header,
            Owner owner,
            Person person,
            List<String> names,
            Reason reason,
            Urgency urgency,
            String explanation)
            implements Statement {

        /** The reasons that the policy allows for (EGI-4.7). */
        public enum Reason {
            ADMINISTRATIVE("administrative"),
            OPERATIONAL("operational"),
            SECURITY("security");

            private final String wire;

            Reason(String wire) {
                this.wire = wire;
            }

            /** The name in formats. */
            public String wire() {
                return wire;
            }

            /** Reads the name in formats. */
            public static Reason parse(String text) {
                return WireName.find(
                        values(),
                        Reason::wire,
                        text,
                        () -> "administrative, operational or security");
            }
        }

        public Suspension {
            names = Text.atMost("names", names, 16);
            for (int i = 0; i < names.size(); i++) {
                Text.line("names[" + i + "]", names.get(i), 1, Person.MAX_NAME);
            }
            Text.block("explanation", explanation, 1, 2000);
        }

        /**
         * Whether it reaches what is done for this owner: an infrastructure's reaches everything,
         * another owner's what is its own.
         */
        public boolean reaches(@Nullable Owner of) {
            return owner.kind() == Owner.Kind.INFRASTRUCTURE || owner.equals(of);
        }

        @Override
        public Kind kind() {
            return Kind.SUSPENSION;
        }

        @Override
        public Subject subject() {
            return Subject.of("person", person.digest());
        }
    }

    /** "That suspension of ours ends." */
    record Reinstatement(
            Header header, Owner owner, Person person, StatementId suspension, String explanation)
            implements Statement {

        public Reinstatement {
            Text.block("explanation", explanation, 1, 2000);
        }

        @Override
        public Kind kind() {
            return Kind.REINSTATEMENT;
        }

        @Override
        public Subject subject() {
            return Subject.of("person", person.digest());
        }
    }

    /**
     * "I checked this image, and confirm that it follows the policy" (END-4.1).
     *
     * @param fileName name of the image file, without directories
     * @param image SHA-512 of the file
     * @param tag null for none
     * @param generatedAt when the file was made (TVM-3.4)
     * @param waivers for blocking findings of the inspection
     * @param declaration what the endorser confirms
     * @param locations URLs from which the file can be had: hints, the digest decides
     * @param details what it says besides
     */
    record Endorsement(
            Header header,
            String fileName,
            Sha512 image,
            Owner owner,
            Guid guid,
            Version version,
            @Nullable Tag tag,
            String title,
            Instant generatedAt,
            DiskFacts disk,
            GuestSystem system,
            PolicyRef policy,
            InspectionSummary inspection,
            List<Waiver> waivers,
            String declaration,
            List<String> locations,
            Details details)
            implements AboutImage {

        private static final Set<String> SCHEMES =
                Set.of("https", "http", "file", "s3", "oci", "docker");

        /** An endorsement that says no more than every endorsement does. */
        public Endorsement(
                Header header,
                String fileName,
                Sha512 image,
                Owner owner,
                Guid guid,
                Version version,
                @Nullable Tag tag,
                String title,
                Instant generatedAt,
                DiskFacts disk,
                GuestSystem system,
                PolicyRef policy,
                InspectionSummary inspection,
                List<Waiver> waivers,
                String declaration,
                List<String> locations) {
            this(
                    header,
                    fileName,
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
                    Details.NONE);
        }

        public Endorsement {
            checkFileName(fileName);
            Text.line("title", title, 1, 200);
            generatedAt = Text.instant("generatedAt", generatedAt);
            waivers = Text.atMost("waivers", waivers, 256);
            Text.block("declaration", declaration, 1, 2000);
            locations = Text.atMost("locations", locations, 16);
            for (int i = 0; i < locations.size(); i++) {
                checkLocation("locations[" + i + "]", locations.get(i));
            }
            checkLineage(details.lineage(), image, tag);
        }

        private static void checkLineage(
                @Nullable Lineage lineage, Sha512 image, @Nullable Tag tag) {
            switch (lineage) {
                case null -> {}
                case Lineage.Base _ -> {}
                case Lineage.VoConfiguration _ -> {
                    // A tag names what can be run (TVM-2.tag).
                    if (tag != null) {
                        throw new MalformedInput(
                                "tag", "no tag for a VO configuration", "'" + tag + "'");
                    }
                }
                case Lineage.Combined(var base, var configuration) -> {
                    if (configuration == null && !base.equals(image)) {
                        throw new MalformedInput(
                                "lineage.base",
                                "the digest of the image itself, which is identical to its base"
                                        + " where there is no VO configuration",
                                base.toString());
                    }
                    if (configuration != null
                            && (base.equals(image) || configuration.equals(image))) {
                        throw new MalformedInput(
                                "lineage",
                                "a combined image that is another file than its parts",
                                image.toString());
                    }
                }
            }
        }

        /** The kind of image, and what it was made from; a base image where nothing is said. */
        public Lineage lineage() {
            var said = details.lineage();
            return said == null ? Lineage.BASE : said;
        }

        private static void checkFileName(String name) {
            Text.line("fileName", name, 1, 255);
            if (name.equals(".") || name.equals("..") || name.contains("/")) {
                throw new MalformedInput(
                        "fileName", "a file name without directories", MalformedInput.quoted(name));
            }
        }

        private static void checkLocation(String member, String location) {
            Text.line(member, location, 1, 2048);
            try {
                var scheme = new URI(location).getScheme();
                if (scheme != null && SCHEMES.contains(scheme)) {
                    return;
                }
            } catch (URISyntaxException e) {
                throw notALocation(member, location);
            }
            throw notALocation(member, location);
        }

        private static MalformedInput notALocation(String member, String location) {
            return new MalformedInput(
                    member,
                    "an https:, http:, file:, s3:, oci: or docker: URL",
                    MalformedInput.quoted(location));
        }

        /**
         * Whether it says who provides additional software (TVM-4.v1): a list, which is not empty
         * where a VO configuration is in the image.
         */
        boolean identifiesContributors() {
            var named = details.contributors();
            return named != null && (lineage().parts().size() < 2 || !named.isEmpty());
        }

        /**
         * The first blocking finding that neither a waiver covers at this moment nor a declaration
         * on licences answers, or null.
         */
        @Nullable BlockingFinding uncovered(Instant at) {
            for (var finding : inspection.blocking()) {
                if (waivers.stream().noneMatch(waiver -> waiver.covers(finding, at))
                        && details.licences().stream().noneMatch(one -> one.covers(finding))) {
                    return finding;
                }
            }
            return null;
        }

        @Override
        public Kind kind() {
            return Kind.ENDORSEMENT;
        }

        @Override
        public Subject subject() {
            return Subject.of(fileName, image);
        }
    }

    /**
     * "From now on do not rely on that endorsement" (END-4.6).
     *
     * @param advisories identifiers, for example of CVEs
     * @param urgency how soon sites should act; null where it is not said
     * @param replacement an endorsement to use instead; null where there is none
     */
    record Revocation(
            Header header,
            Sha512 image,
            StatementId endorsement,
            Reason reason,
            String explanation,
            List<String> advisories,
            @Nullable Urgency urgency,
            @Nullable StatementId replacement)
            implements AboutImage {

        /** Why an endorsement was taken back. */
        public enum Reason {
            VULNERABLE("vulnerable"),
            COMPROMISED("compromised"),
            SUPERSEDED("superseded"),
            ENDORSED_IN_ERROR("endorsed-in-error"),
            POLICY_VIOLATION("policy-violation");

            private final String wire;

            Reason(String wire) {
                this.wire = wire;
            }

            /** The name in formats. */
            public String wire() {
                return wire;
            }

            /** Reads the name in formats. */
            public static Reason parse(String text) {
                return WireName.find(values(), Reason::wire, text);
            }
        }

        /** A revocation without urgency and replacement. */
        public Revocation(
                Header header,
                Sha512 image,
                StatementId endorsement,
                Reason reason,
                String explanation,
                List<String> advisories) {
            this(header, image, endorsement, reason, explanation, advisories, null, null);
        }

        public Revocation {
            Text.block("explanation", explanation, 1, 2000);
            advisories = Text.atMost("advisories", advisories, 32);
            for (int i = 0; i < advisories.size(); i++) {
                Text.line("advisories[" + i + "]", advisories.get(i), 1, 64);
            }
        }

        @Override
        public Kind kind() {
            return Kind.REVOCATION;
        }
    }

    /** "Our site may run what that endorsement covers" (WLCG-3). */
    record Approval(
            Header header, Sha512 image, Owner site, Origin catalogue, StatementId endorsement)
            implements SiteWord {

        public Approval {
            Text.site(site);
        }

        @Override
        public Kind kind() {
            return Kind.APPROVAL;
        }
    }

    /** "Our site does not run what that endorsement covers" (WLCG-3, WLCG-4). */
    record Refusal(
            Header header,
            Sha512 image,
            Owner site,
            Origin catalogue,
            StatementId endorsement,
            String explanation)
            implements SiteWord {

        public Refusal {
            Text.site(site);
            Text.block("explanation", explanation, 1, 2000);
        }

        @Override
        public Kind kind() {
            return Kind.REFUSAL;
        }
    }

    /** "This image must not run, whoever endorsed it" (END-4.9). */
    record Block(Header header, Sha512 image, Owner owner, String explanation)
            implements AboutImage {

        public Block {
            Text.block("explanation", explanation, 1, 2000);
        }

        @Override
        public Kind kind() {
            return Kind.BLOCK;
        }
    }

    /** "That block of ours ends." */
    record Unblock(Header header, Sha512 image, Owner owner, StatementId block, String explanation)
            implements AboutImage {

        public Unblock {
            Text.block("explanation", explanation, 1, 2000);
        }

        @Override
        public Kind kind() {
            return Kind.UNBLOCK;
        }
    }

    /**
     * "Our site may run this image for a time, though no endorsement permits it there" (END-1).
     *
     * @param site the site, an owner {@code site:…}
     * @param useClass the one class in which it may run
     * @param until from this moment on it may not
     */
    record SiteException(
            Header header,
            Sha512 image,
            Owner site,
            UseClass useClass,
            Instant until,
            String explanation)
            implements AboutImage {

        public SiteException {
            Text.site(site);
            until = Text.instant("until", until);
            Text.block("explanation", explanation, 1, 2000);
        }

        /** Whether its time is not over. */
        boolean holds(Instant at) {
            return at.isBefore(until);
        }

        @Override
        public Kind kind() {
            return Kind.EXCEPTION;
        }
    }
}
