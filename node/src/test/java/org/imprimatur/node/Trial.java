package org.imprimatur.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.BlockingFinding;
import org.imprimatur.register.Details;
import org.imprimatur.register.DiskFacts;
import org.imprimatur.register.GuestSystem;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Header;
import org.imprimatur.register.InspectionSummary;
import org.imprimatur.register.Nonce;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
import org.imprimatur.register.PolicyRef;
import org.imprimatur.register.Role;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement;
import org.imprimatur.register.Statement.Acceptance;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Statement.Revocation;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Tag;
import org.imprimatur.register.Version;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.StatementSigner;
import org.imprimatur.trust.TrialAuthority;
import org.imprimatur.trust.TrialAuthority.KeyKind;

/**
 * People, an authority, a policy and the configuration of a node, all in one directory, and the
 * statements that tests make. Statements are made for this trial's ledger.
 */
public final class Trial {

    public static final Owner BIOMED = Owner.parse("vo:biomed");
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Shared by all trials: unpacking PostgreSQL takes a second. */
    public static final Path PROGRAMS =
            Path.of(System.getProperty("imprimatur.root", ".."), "node", "target", "programs")
                    .toAbsolutePath()
                    .normalize();

    public final Path directory;
    public final Origin origin;
    public final TrialAuthority authority;
    public final SigningKey appointer;
    public final SigningKey endorser;
    public final SigningKey stranger;
    public final PolicyRef policy;
    private final InstantSource clock = InstantSource.system();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    public Trial(Path directory, String origin) {
        this.directory = directory;
        this.origin = new Origin(origin);
        authority = TrialAuthority.create("Trial CA", KeyKind.EC_P256, clock, RANDOM);
        appointer = authority.issue("Anna Appointer", KeyKind.EC_P256);
        endorser = authority.issue("Erin Endorser", KeyKind.RSA_2048);
        stranger = authority.issue("Sam Stranger", KeyKind.EC_P256);
        try {
            authority.writeAnchors(directory.resolve("anchors"));
            byte[] text = "Endorse with care.\n".getBytes(StandardCharsets.UTF_8);
            Files.write(directory.resolve("policy.txt"), text);
            Files.createDirectories(directory.resolve("files"));
            policy = new PolicyRef("trial-policy", "1", Sha256.of(text));
            Files.writeString(directory.resolve("node.yaml"), yaml());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The configuration, as a person would write it. */
    public String yaml() {
        return """
               name: %s
               listen: 127.0.0.1:0
               data: data
               programs: %s
               anchors: anchors
               policy: {name: trial-policy, version: 1, file: policy.txt}
               owners:
                 "vo:biomed":
                   appointers:
                     - {subject: "%s", issuer: "%s"}
               files: files
               """
                .formatted(
                        origin,
                        PROGRAMS,
                        appointer.person().subject(),
                        appointer.person().issuer());
    }

    /** The configuration as the node reads it. */
    public NodeConfig config() {
        return NodeConfig.of(YamlMember.parse(directory.resolve("node.yaml").toString(), yaml()));
    }

    public Node start() {
        return Node.start(config(), clock);
    }

    // ---- Statements ---------------------------------------------------------------------------

    public Header header(SigningKey signer) {
        return new Header(origin, signer.person(), Instant.now(), Nonce.random(RANDOM));
    }

    public Appointment appointment(SigningKey signer, Role role, Person person) {
        return new Appointment(
                header(signer),
                BIOMED,
                role,
                person,
                "A Person",
                "security@example.org",
                "what biomed endorses");
    }

    public Acceptance acceptance(SigningKey signer) {
        return new Acceptance(header(signer), policy);
    }

    public Endorsement endorsement(SigningKey signer, String content) {
        return endorsement(signer, UUID.randomUUID(), "1.0", null, content);
    }

    public Endorsement endorsement(
            SigningKey signer, UUID guid, String version, String tag, String content) {
        return new Endorsement(
                header(signer),
                "image.qcow2",
                Sha512.of(content.getBytes(StandardCharsets.UTF_8)),
                BIOMED,
                new Guid(guid),
                new Version(version),
                tag == null ? null : new Tag(tag),
                "An image of " + content,
                Instant.now().minus(Duration.ofHours(1)),
                new DiskFacts("qcow2", 1000, 2000, Sha256.of(new byte[] {1})),
                new GuestSystem("Debian GNU/Linux", "12", "amd64", 279),
                policy,
                new InspectionSummary(
                        "imprimatur 0.1.0",
                        "egi/1",
                        InspectionSummary.Completeness.COMPLETE,
                        Sha256.of(report(content)),
                        Sha256.of(sbom(content)),
                        List.<BlockingFinding>of()),
                List.of(),
                "It follows the policy.",
                List.of());
    }

    /** The same endorsement, which says more. */
    public Endorsement detailed(Endorsement plain, Details details) {
        return with(plain, plain.inspection(), details);
    }

    static Endorsement with(Endorsement plain, InspectionSummary inspection, Details details) {
        return new Endorsement(
                plain.header(),
                plain.fileName(),
                plain.image(),
                plain.owner(),
                plain.guid(),
                plain.version(),
                plain.tag(),
                plain.title(),
                plain.generatedAt(),
                plain.disk(),
                plain.system(),
                plain.policy(),
                inspection,
                plain.waivers(),
                plain.declaration(),
                plain.locations(),
                details);
    }

    /** The inspection report that such an endorsement names. */
    public static byte[] report(String content) {
        return ("report of " + content).getBytes(StandardCharsets.UTF_8);
    }

    /** The SBOM that such an endorsement names. */
    public static byte[] sbom(String content) {
        return ("sbom of " + content).getBytes(StandardCharsets.UTF_8);
    }

    public Revocation revocation(SigningKey signer, Endorsement endorsement, StatementId id) {
        return new Revocation(
                header(signer),
                endorsement.image(),
                id,
                Revocation.Reason.VULNERABLE,
                "a hole was found",
                List.of());
    }

    public byte[] sign(Statement statement, SigningKey key) {
        return StatementSigner.sign(statement, key);
    }

    /** The messages that the node has left in its directory, since no program takes them. */
    public List<String> messages() {
        var spool = directory.resolve("data/notices");
        if (!Files.isDirectory(spool)) {
            return List.of();
        }
        try (var all = Files.list(spool)) {
            var messages = new ArrayList<String>();
            for (var file : all.filter(one -> one.toString().endsWith(".eml")).toList()) {
                messages.add(Files.readString(file));
            }
            return messages;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The one among so many messages, once they are there, that says this. */
    public String message(int count, String with) {
        return Eventually.await(this::messages, all -> all.size() == count).stream()
                .filter(one -> one.contains(with))
                .findFirst()
                .orElseThrow();
    }

    // ---- HTTP ---------------------------------------------------------------------------------

    public static URI uri(Node node, String path) {
        return URI.create("http://127.0.0.1:" + node.address().getPort() + path);
    }

    public HttpResponse<String> get(Node node, String path, String... headers) {
        return send(request(node, path, headers).GET().build());
    }

    public HttpResponse<String> post(Node node, byte[] envelope) {
        return send(
                request(node, "/api/v1/statements", "Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(envelope))
                        .build());
    }

    public HttpRequest.Builder request(Node node, String path, String... headers) {
        var builder = HttpRequest.newBuilder(uri(node, path)).timeout(Duration.ofSeconds(30));
        if (headers.length > 0) {
            builder.headers(headers);
        }
        return builder;
    }

    public HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Appoints the endorser and lets her accept the policy. */
    public void prepare(Node node) {
        var appointment = appointment(appointer, Role.ENDORSER, endorser.person());
        expect(201, post(node, sign(appointment, appointer)));
        expect(201, post(node, sign(acceptance(endorser), endorser)));
    }

    public static HttpResponse<String> expect(int status, HttpResponse<String> response) {
        if (response.statusCode() != status) {
            throw new AssertionError(
                    "expected %d, got %d: %s"
                            .formatted(status, response.statusCode(), response.body()));
        }
        return response;
    }
}
