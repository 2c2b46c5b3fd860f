package org.imprimatur.register;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.imprimatur.register.InspectionSummary.Completeness;
import org.imprimatur.register.Statement.Acceptance;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Approval;
import org.imprimatur.register.Statement.Block;
import org.imprimatur.register.Statement.Dismissal;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Statement.Policy;
import org.imprimatur.register.Statement.Practice;
import org.imprimatur.register.Statement.Reinstatement;
import org.imprimatur.register.Statement.Revocation;
import org.imprimatur.register.Statement.SiteException;
import org.imprimatur.register.Statement.Suspension;
import org.imprimatur.register.Statement.Unblock;

/** The people, bodies and statements that the tests tell their stories with. */
final class Example {

    static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    static final Owner GRID = Owner.parse("infrastructure:grid");
    static final Owner BIOMED = Owner.parse("vo:biomed");
    static final Owner ATLAS = Owner.parse("vo:atlas");
    static final Owner NORTH = Owner.parse("site:north");
    static final Owner SOUTH = Owner.parse("site:south");

    static final Person ROOT = person("Root");
    static final Person ALICE = person("Alice");
    static final Person BOB = person("Bob");
    static final Person CAROL = person("Carol");
    static final Person EVE = person("Eve");

    static final Origin CATALOGUE = new Origin("catalogue.example/2026");
    static final Origin SITE = new Origin("north.example/2026");

    static final PolicyRef POLICY = new PolicyRef("egi-endorsement", "2", sha256("policy"));
    static final PolicyRef OTHER_POLICY = new PolicyRef("egi-endorsement", "1", sha256("old"));

    /** A later version of {@link #POLICY}. */
    static final PolicyRef NEW_POLICY = new PolicyRef("egi-endorsement", "3", sha256("new"));

    static final PolicyRef OPERATIONS = new PolicyRef("operations", "1", sha256("operations"));

    static final Guid GUID = guid(1);
    static final Sha512 IMAGE = image("debian 1.0");
    static final BlockingFinding HOST_KEY =
            new BlockingFinding("ssh.host-key", "/etc/ssh/ssh_host_rsa_key");

    private static final Random RANDOM = new Random(20261121);

    private Example() {}

    static Charter catalogue() {
        return charter(CATALOGUE, GRID, BIOMED, ATLAS, NORTH, SOUTH);
    }

    /** A charter in which {@link #ROOT} is the first appointer of each owner. */
    static Charter charter(Origin origin, Owner... owners) {
        return new Charter(
                origin,
                origin + "+12345678+AAAA",
                POLICY,
                List.of(owners).stream()
                        .map(owner -> new Charter.Body(owner, List.of(ROOT)))
                        .toList());
    }

    /** The same catalogue, which asks this of contributors from the beginning. */
    static Charter catalogue(ContributorRule rule) {
        var plain = catalogue();
        return new Charter(
                plain.origin(),
                plain.key(),
                plain.policy(),
                plain.owners(),
                new Charter.Contributors(rule, null));
    }

    static Person person(String name) {
        return new Person("CN=" + name + ",O=Example", "CN=Example CA,O=Example");
    }

    static Guid guid(int number) {
        return new Guid(new UUID(0x1234_5678_0000_4000L, 0x8000_0000_0000_0000L + number));
    }

    static Sha256 sha256(String text) {
        return Sha256.of(text.getBytes(StandardCharsets.UTF_8));
    }

    static Sha512 image(String text) {
        return Sha512.of(text.getBytes(StandardCharsets.UTF_8));
    }

    static Header header(Origin ledger, Person signer, Instant at) {
        return new Header(ledger, signer, at, Nonce.random(RANDOM));
    }

    static Header by(Person signer) {
        return header(CATALOGUE, signer, NOON);
    }

    static Appointment appointment(Header header, Owner owner, Role role, Person person) {
        return new Appointment(
                header,
                owner,
                role,
                person,
                "A Person",
                "security@example.org",
                "We answer for what this person does.\nAlways.");
    }

    static Dismissal dismissal(Header header, Owner owner, Role role, Person person) {
        return new Dismissal(header, owner, role, person, "left");
    }

    static Appointment appointment(
            Header header, Owner owner, Role role, Person person, Terms terms) {
        var plain = appointment(header, owner, role, person);
        return new Appointment(
                header,
                owner,
                role,
                person,
                plain.name(),
                plain.contact(),
                plain.responsibility(),
                terms);
    }

    static Policy policy(Header header, Owner owner, PolicyRef policy, Instant acceptBefore) {
        return policy(header, owner, policy, acceptBefore, List.of());
    }

    static Policy policy(
            Header header, Owner owner, PolicyRef policy, Instant acceptBefore, List<Role> roles) {
        return new Policy(
                header, owner, policy, MediaType.PLAIN, acceptBefore, roles, "clearer words");
    }

    static Practice practice(Header header, Owner owner, String version) {
        return new Practice(
                header,
                owner,
                null,
                "How we build",
                new Version(version),
                MediaType.MARKDOWN,
                sha256("practice " + version));
    }

    static Suspension suspension(Header header, Owner owner, Person person, String... names) {
        return new Suspension(
                header,
                owner,
                person,
                List.of(names),
                Suspension.Reason.SECURITY,
                Urgency.CRITICAL,
                "the key was stolen");
    }

    static Reinstatement reinstatement(Header header, Suspension suspension) {
        return new Reinstatement(
                header, suspension.owner(), suspension.person(), id(suspension), "new key");
    }

    static Acceptance acceptance(Header header) {
        return new Acceptance(header, POLICY);
    }

    /** An endorsement to vary: {@code endorsement(by(ALICE)).tag(…).build()}. */
    static Draft endorsement(Header header) {
        return new Draft(header);
    }

    static Revocation revocation(Header header, Endorsement endorsement) {
        return new Revocation(
                header,
                endorsement.image(),
                id(endorsement),
                Revocation.Reason.VULNERABLE,
                "a hole",
                List.of("DSA-1-1"));
    }

    static Revocation revocation(Header header, Endorsement endorsement, StatementId replacement) {
        return new Revocation(
                header,
                endorsement.image(),
                id(endorsement),
                Revocation.Reason.SUPERSEDED,
                "a newer one",
                List.of("DSA-1-1"),
                Urgency.HIGH,
                replacement);
    }

    static Approval approval(Header header, Owner site, Endorsement endorsement) {
        return new Approval(
                header, endorsement.image(), site, endorsement.header().ledger(), id(endorsement));
    }

    static Statement.Refusal refusal(Header header, Owner site, Endorsement endorsement) {
        return new Statement.Refusal(
                header,
                endorsement.image(),
                site,
                endorsement.header().ledger(),
                id(endorsement),
                "does not start here");
    }

    static Block block(Header header, Owner owner, Sha512 image) {
        return new Block(header, image, owner, "mining");
    }

    static Unblock unblock(Header header, Block block) {
        return new Unblock(header, block.image(), block.owner(), id(block), "cleaned");
    }

    static SiteException exception(
            Header header, Owner site, Sha512 image, UseClass useClass, Instant until) {
        return new SiteException(header, image, site, useClass, until, "a rehearsal");
    }

    static Waiver waiver(Instant expires) {
        return new Waiver(HOST_KEY.rule(), HOST_KEY.path(), "made anew at first boot", expires);
    }

    static StatementId id(Statement statement) {
        return StatementId.of(StatementJson.write(statement));
    }

    /** What varies between the endorsements of the tests. */
    static final class Draft {

        private final Header header;
        private Sha512 image = IMAGE;
        private Owner owner = BIOMED;
        private Guid guid = GUID;
        private Version version = new Version("1.0");
        private Tag tag = new Tag("debian-12");
        private PolicyRef policy = POLICY;
        private Completeness completeness = Completeness.COMPLETE;
        private List<BlockingFinding> blocking = List.of();
        private List<Waiver> waivers = List.of();
        private Lineage lineage;
        private List<Contributor> contributors;
        private List<StatementId> replaces = List.of();
        private Instant until;
        private List<LicenceDeclaration> licences = List.of();
        private TeamAct team;
        private Instant generatedAt = NOON.minus(Duration.ofDays(1));
        private Instant patchedAt;

        private Draft(Header header) {
            this.header = header;
        }

        Draft image(Sha512 image) {
            this.image = image;
            return this;
        }

        Draft owner(Owner owner) {
            this.owner = owner;
            return this;
        }

        Draft guid(Guid guid) {
            this.guid = guid;
            return this;
        }

        Draft version(String version) {
            this.version = new Version(version);
            return this;
        }

        Draft tag(String tag) {
            this.tag = tag == null ? null : new Tag(tag);
            return this;
        }

        Draft policy(PolicyRef policy) {
            this.policy = policy;
            return this;
        }

        Draft finding(BlockingFinding... findings) {
            this.blocking = List.of(findings);
            return this;
        }

        Draft unread(String path) {
            this.completeness = Completeness.INCOMPLETE;
            this.blocking = List.of(new BlockingFinding(BlockingFinding.INCOMPLETE, path));
            return this;
        }

        Draft waivers(Waiver... waivers) {
            this.waivers = List.of(waivers);
            return this;
        }

        Draft lineage(Lineage lineage) {
            this.lineage = lineage;
            return this;
        }

        /** A VO configuration, which has no tag. */
        Draft configuration() {
            return lineage(new Lineage.VoConfiguration()).tag(null);
        }

        Draft contributors(Contributor... contributors) {
            this.contributors = List.of(contributors);
            return this;
        }

        Draft replaces(Endorsement... replaced) {
            this.replaces = List.of(replaced).stream().map(Example::id).toList();
            return this;
        }

        Draft until(Instant until) {
            this.until = until;
            return this;
        }

        Draft licences(LicenceDeclaration... licences) {
            this.licences = List.of(licences);
            return this;
        }

        Draft team(TeamAct act) {
            this.team = act;
            return this;
        }

        Draft generatedAt(Instant at) {
            this.generatedAt = at;
            return this;
        }

        Draft patchedAt(Instant at) {
            this.patchedAt = at;
            return this;
        }

        Endorsement build() {
            return new Endorsement(
                    header,
                    "debian-12.qcow2",
                    image,
                    owner,
                    guid,
                    version,
                    tag,
                    "Debian 12",
                    generatedAt,
                    new DiskFacts("qcow2", 1000, 4096, sha256("content")),
                    new GuestSystem("Debian GNU/Linux", "12", "amd64", 279),
                    policy,
                    new InspectionSummary(
                            "imprimatur 0.1.0",
                            "egi/1",
                            completeness,
                            sha256("report"),
                            sha256("sbom"),
                            blocking),
                    waivers,
                    "I checked it.",
                    List.of("https://images.example/debian-12.qcow2"),
                    new Details(
                            lineage,
                            contributors,
                            replaces,
                            until,
                            null,
                            patchedAt,
                            licences,
                            team));
        }
    }

    /** A ledger as a node keeps it: admits what is admissible, at a clock that the test moves. */
    static final class Book {

        final Register register;
        final List<Recorded<Statement>> admitted = new java.util.ArrayList<>();
        Instant now = NOON;

        Book(Charter charter) {
            this.register = new Register(charter);
        }

        /** A catalogue in which Alice endorses for biomed, and has accepted. */
        static Book withAlice() {
            var book = new Book(catalogue());
            book.admit(appointment(by(ROOT), BIOMED, Role.ENDORSER, ALICE));
            book.admit(acceptance(by(ALICE)));
            return book;
        }

        Judgement submit(Statement statement) {
            var id = id(statement);
            var judgement = register.judge(id, statement, now);
            if (judgement instanceof Judgement.Admissible) {
                long index = register.size();
                register.apply(index, id, statement, now);
                admitted.add(new Recorded<>(index, id, statement, now));
            }
            return judgement;
        }

        <S extends Statement> S admit(S statement) {
            var judgement = submit(statement);
            if (!(judgement instanceof Judgement.Admissible)) {
                throw new AssertionError(judgement.toString());
            }
            return statement;
        }

        /** Appoints by ROOT and lets the person accept the policy if not done. */
        void appoint(Owner owner, Role role, Person person) {
            var origin = register.charter().origin();
            admit(appointment(header(origin, ROOT, now), owner, role, person));
            if (register.acceptance(person).isEmpty()) {
                admit(acceptance(header(origin, person, now)));
            }
        }

        Refusal.Code codeOf(Statement statement) {
            return refusalOf(statement).code();
        }

        Refusal refusalOf(Statement statement) {
            if (register.judge(id(statement), statement, now)
                    instanceof Judgement.Refused(var refusal)) {
                return refusal;
            }
            throw new AssertionError("not refused");
        }
    }

    /**
     * A node that watches advisories and knows the same of every package list.
     *
     * @param doubt null for none
     */
    static KnownFlaws known(String doubt, KnownFlaws.Flaw... open) {
        return new KnownFlaws() {
            @Override
            public AsOf asOf() {
                return new AsOf(1, Duration.ofDays(7));
            }

            @Override
            public Optional<Flaw> oldest(Sha256 sbom, Urgency atLeast) {
                return Stream.of(open)
                        .filter(flaw -> flaw.urgency().compareTo(atLeast) <= 0)
                        .min(Comparator.comparing(Flaw::since));
            }

            @Override
            public Optional<String> doubt(Sha256 sbom, Instant at) {
                return Optional.ofNullable(doubt);
            }
        };
    }
}
