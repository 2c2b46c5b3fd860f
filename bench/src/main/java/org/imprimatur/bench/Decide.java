package org.imprimatur.bench;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Decision;
import org.imprimatur.register.DecisionRequest;
import org.imprimatur.register.Decisions;
import org.imprimatur.register.DiskFacts;
import org.imprimatur.register.GuestSystem;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Header;
import org.imprimatur.register.InspectionSummary;
import org.imprimatur.register.Nonce;
import org.imprimatur.register.Obligation;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
import org.imprimatur.register.PolicyRef;
import org.imprimatur.register.Register;
import org.imprimatur.register.Role;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.Standing;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.UseClass;
import org.imprimatur.register.Version;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A decision in memory, from the text of an image's digest to the decision with its reasons, at a
 * site that has approved 100,000 endorsed images of a catalogue it follows. Every hundredth is
 * revoked and another hundredth blocked. Each question is about an image taken at random, so
 * nothing of it is in a near cache.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 3, jvmArgsAppend = "-Xmx1g")
public class Decide {

    static final int IMAGES = 100_000;
    private static final int EACH = 100;

    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final Owner GRID = Owner.parse("infrastructure:grid");
    private static final Owner BIOMED = Owner.parse("vo:biomed");
    private static final Owner NORTH = Owner.parse("site:north");
    private static final Origin CATALOGUE = new Origin("catalogue.example/2026");
    private static final Origin SITE = new Origin("north.example/2026");
    private static final Person ROOT = person("Root");
    private static final Person ALICE = person("Alice");
    private static final Person BOB = person("Bob");
    private static final PolicyRef POLICY =
            new PolicyRef("egi-endorsement", "2", digest("the policy"));
    private static final SitePolicy SITE_POLICY =
            new SitePolicy(
                    NORTH,
                    Map.of(
                            UseClass.TRUSTED_PAYLOAD,
                            new SitePolicy.ClassPolicy(
                                    Set.of(BIOMED), true, List.of(Obligation.TRACEABILITY))),
                    Duration.ofHours(1),
                    digest("the site policy"));

    private final SplittableRandom random = new SplittableRandom(20261121);
    private String[] digests = {};
    private Standing standing = new Standing(new Register(charter(SITE, NORTH)), List.of());

    /** Builds both registers. */
    @Setup
    public void build() {
        var catalogue = new Book(new Register(charter(CATALOGUE, GRID, BIOMED)));
        var site = new Book(new Register(charter(SITE, NORTH)));
        appoint(catalogue, BIOMED, Role.ENDORSER, ALICE);
        appoint(catalogue, GRID, Role.SECURITY_OFFICER, BOB);
        appoint(site, NORTH, Role.SITE_APPROVER, BOB);
        digests = new String[IMAGES];
        for (int i = 0; i < IMAGES; i++) {
            var image = Sha512.of(("image " + i).getBytes(StandardCharsets.UTF_8));
            digests[i] = image.toString();
            var id = catalogue.add(endorsement(catalogue, i, image));
            site.add(new Statement.Approval(site.by(BOB), image, NORTH, CATALOGUE, id));
            if (i % EACH == 1) {
                catalogue.add(
                        new Statement.Revocation(
                                catalogue.by(ALICE),
                                image,
                                id,
                                Statement.Revocation.Reason.VULNERABLE,
                                "a hole was found",
                                List.of("DSA-1-1")));
            } else if (i % EACH == 2) {
                catalogue.add(new Statement.Block(catalogue.by(BOB), image, GRID, "mining"));
            }
        }
        standing =
                new Standing(
                        site.register,
                        List.of(new Standing.Followed(catalogue.register, NOON, null)));
        expect(true, permit());
        expect(false, denyUnknown());
        expect(false, denyRevoked());
        expect(false, denyBlocked());
    }

    /** An image that is endorsed and approved. */
    @Benchmark
    public Decision permit() {
        return decide(digests[some() + 3]);
    }

    /** An image that nobody has said anything about. */
    @Benchmark
    public Decision denyUnknown() {
        var digest = digests[some()];
        return decide("sha512:" + digest.substring(71) + digest.substring(7, 71));
    }

    /** An image whose endorsement is revoked. */
    @Benchmark
    public Decision denyRevoked() {
        return decide(digests[some() + 1]);
    }

    /** An image that the infrastructure has blocked. */
    @Benchmark
    public Decision denyBlocked() {
        return decide(digests[some() + 2]);
    }

    private int some() {
        return random.nextInt(IMAGES / EACH) * EACH;
    }

    private Decision decide(String digest) {
        return Decisions.decide(
                standing,
                SITE_POLICY,
                new DecisionRequest(
                        Sha512.parse(digest),
                        UseClass.TRUSTED_PAYLOAD,
                        DecisionRequest.Action.INSTANTIATE,
                        "CN=Olga Operator,O=Example",
                        "wn1"),
                NOON);
    }

    private static void expect(boolean permitted, Decision decision) {
        if (decision.permitted() != permitted) {
            throw new IllegalStateException("not what is to be measured: " + decision);
        }
    }

    private static void appoint(Book book, Owner owner, Role role, Person person) {
        book.add(
                new Statement.Appointment(
                        book.by(ROOT),
                        owner,
                        role,
                        person,
                        "A Person",
                        "security@example.org",
                        "what this person does"));
        book.add(new Statement.Acceptance(book.by(person), POLICY));
    }

    private static Statement.Endorsement endorsement(Book book, int number, Sha512 image) {
        return new Statement.Endorsement(
                book.by(ALICE),
                "image.qcow2",
                image,
                BIOMED,
                new Guid(new UUID(0x1234_5678_0000_4000L, 0x8000_0000_0000_0000L + number)),
                new Version("1.0"),
                null,
                "Debian 12",
                NOON.minus(Duration.ofDays(1)),
                new DiskFacts("qcow2", 1000, 4096, digest("content " + number)),
                new GuestSystem("Debian GNU/Linux", "12", "amd64", 279),
                POLICY,
                new InspectionSummary(
                        "imprimatur 0.1.0",
                        "egi/1",
                        InspectionSummary.Completeness.COMPLETE,
                        digest("report " + number),
                        digest("sbom " + number),
                        List.of()),
                List.of(),
                "I checked it.",
                List.of("https://images.example/debian-12.qcow2"));
    }

    private static Charter charter(Origin origin, Owner... owners) {
        return new Charter(
                origin,
                origin + "+12345678+AAAA",
                POLICY,
                List.of(owners).stream()
                        .map(owner -> new Charter.Body(owner, List.of(ROOT)))
                        .toList());
    }

    private static Person person(String name) {
        return new Person("CN=" + name + ",O=Example", "CN=Example CA,O=Example");
    }

    private static Sha256 digest(String text) {
        return Sha256.of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A register that takes what it is given. */
    private static final class Book {

        private final Register register;
        private final SplittableRandom random;

        Book(Register register) {
            this.register = register;
            this.random = new SplittableRandom(register.charter().origin().text().hashCode());
        }

        Header by(Person signer) {
            return new Header(register.charter().origin(), signer, NOON, Nonce.random(random));
        }

        StatementId add(Statement statement) {
            // Stands for the digest of the payload: as long, and as different from the others.
            var id = new StatementId(digest(statement.header().nonce().hex()));
            register.apply(register.size(), id, statement, NOON);
            return id;
        }
    }
}
