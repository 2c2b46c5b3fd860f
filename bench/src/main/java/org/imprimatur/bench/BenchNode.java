package org.imprimatur.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
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
import org.imprimatur.register.Statement.Acceptance;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Version;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.StatementSigner;
import org.imprimatur.trust.TrialAuthority;
import org.imprimatur.trust.TrialAuthority.KeyKind;

/**
 * A catalogue with an authority, a policy and statements to submit, in a directory of its own that
 * is deleted in the end. Its node runs in a process of its own with the embedded PostgreSQL, and
 * signs the image list of its owner.
 */
final class BenchNode implements Closeable {

    static final Origin ORIGIN = new Origin("catalogue.example/bench");
    private static final Owner BIOMED = Owner.parse("vo:biomed");
    private static final String POLICY = "Endorse with care.\n";

    private final SecureRandom random = new SecureRandom();
    private final Path directory;
    private final Path programs;

    /** Where the images are: it takes connections and is silent, so that none ever arrives. */
    private final ServerSocket source;

    private final TrialAuthority authority;
    private final SigningKey appointer;
    private final SigningKey endorser;
    private int people;

    private BenchNode(Path directory, Path programs) throws IOException {
        this.directory = directory;
        this.programs = programs;
        this.source = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.authority =
                TrialAuthority.create("Bench CA", KeyKind.EC_P256, InstantSource.system(), random);
        this.appointer = authority.issue("Anna Appointer", KeyKind.EC_P256);
        this.endorser = authority.issue("Erin Endorser", KeyKind.EC_P256);
        TrialAuthority.write(
                authority.issue("Robot Catalogue", KeyKind.RSA_2048), directory, "robot");
        authority.writeAnchors(directory.resolve("anchors"));
        Files.writeString(directory.resolve("policy.txt"), POLICY);
        Files.writeString(
                directory.resolve("node.yaml"),
                configuration(ORIGIN, "data", BIOMED)
                        + """
                        lists:
                          url: https://catalogue.example
                          key: robot-key.pem
                          certificate: robot.pem
                          email: operations@catalogue.example
                        """);
    }

    /** In a new directory below this one, on whose disk the database is. */
    static BenchNode in(Path target) throws IOException {
        return new BenchNode(
                Files.createTempDirectory(Files.createDirectories(target), "node-"),
                target.resolve("programs"));
    }

    Path directory() {
        return directory;
    }

    /** Where the programs of the embedded PostgreSQL are unpacked. */
    Path programs() {
        return programs;
    }

    /** Who may appoint others, for every owner of every node here. */
    SigningKey appointer() {
        return appointer;
    }

    /** A new person with a certificate. */
    SigningKey issue(String name) {
        return authority.issue(name, KeyKind.EC_P256);
    }

    /** The configuration of a node whose owner's one appointer is the catalogue's. */
    String configuration(Origin origin, String data, Owner owner) {
        return """
        name: %s
        listen: 127.0.0.1:0
        data: %s
        programs: %s
        anchors: anchors
        policy: {name: bench-policy, version: 1, file: policy.txt}
        owners:
          "%s":
            appointers:
              - {subject: "%s", issuer: "%s"}
        """
                .formatted(
                        origin,
                        data,
                        programs.toAbsolutePath(),
                        owner,
                        appointer.person().subject(),
                        appointer.person().issuer());
    }

    /** A node that runs, until it is closed. */
    record Running(Process process, int port, Path data) implements Closeable {

        double cpu() {
            return BenchNode.cpu(process.toHandle());
        }

        double databaseCpu() throws IOException {
            return family(ProcessHandle.of(postmaster().pid()).orElseThrow());
        }

        /** Submits statements, from so many clients at once. */
        void submit(List<byte[]> envelopes, int clients) throws IOException, InterruptedException {
            var next = new AtomicInteger();
            Callable<Void> client =
                    () -> {
                        try (var connection = new WireClient(port)) {
                            for (int i = next.getAndIncrement();
                                    i < envelopes.size();
                                    i = next.getAndIncrement()) {
                                var reply =
                                        connection.exchange(
                                                WireClient.post(
                                                        "/api/v1/statements",
                                                        "application/json",
                                                        envelopes.get(i)));
                                if (reply.status() != 201) {
                                    throw new IOException("a statement was answered " + reply);
                                }
                            }
                            return null;
                        }
                    };
            try (var threads = Executors.newFixedThreadPool(clients)) {
                for (var done : threads.invokeAll(Collections.nCopies(clients, client))) {
                    done.get();
                }
            } catch (ExecutionException e) {
                throw new IOException(e.getCause());
            }
        }

        /** The body of an answer with status 200. */
        String get(String path) throws IOException {
            var url = URI.create("http://127.0.0.1:" + port + path).toURL();
            try (var in = url.openStream()) {
                return new String(in.readAllBytes(), UTF_8);
            }
        }

        /** A connection to its database. */
        Connection database() throws IOException, SQLException {
            return DriverManager.getConnection(
                    "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(postmaster().port()),
                    "imprimatur",
                    Files.readString(data.resolve("postgresql.password")).strip());
        }

        @Override
        public void close() throws IOException {
            // Its standard input ends, and so it stops its database and itself.
            process.getOutputStream().close();
            try {
                if (!process.waitFor(60, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }

        private record Postmaster(long pid, int port) {}

        private Postmaster postmaster() throws IOException {
            var lines = Files.readAllLines(data.resolve("postgresql/postmaster.pid"));
            return new Postmaster(
                    Long.parseLong(lines.get(0).strip()), Integer.parseInt(lines.get(3).strip()));
        }

        /** Asks the running server whether it is durable, and goes no further if it is not. */
        String settings() throws IOException {
            var told = new ArrayList<String>();
            try (var connection = database();
                    var statement = connection.createStatement()) {
                for (var name : List.of("fsync", "synchronous_commit", "full_page_writes")) {
                    try (var answer = statement.executeQuery("show " + name)) {
                        answer.next();
                        if (!answer.getString(1).equals("on")) {
                            throw new IOException(
                                    "PostgreSQL has " + name + " not on: nothing to measure");
                        }
                        told.add(name + "=on");
                    }
                }
            } catch (SQLException e) {
                throw new IOException("cannot ask PostgreSQL", e);
            }
            return "PostgreSQL was asked before the run, and says " + String.join(", ", told) + ".";
        }
    }

    /** Starts the catalogue; when this returns, it serves. */
    Running start() throws IOException {
        return start("node.yaml", "data");
    }

    /** Starts the node of another configuration in this directory. */
    Running start(String configuration, String data) throws IOException {
        var log = directory.resolve(configuration + ".log");
        var process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                // As the launcher has it.
                                "-Djdk.httpclient.bufsize=131072",
                                "-cp",
                                System.getProperty("java.class.path"),
                                NodeProcess.class.getName(),
                                directory.resolve(configuration).toString())
                        .redirectError(log.toFile())
                        .start();
        var line = process.inputReader(UTF_8).readLine();
        if (line == null) {
            throw new IOException("the node did not start: " + Files.readString(log));
        }
        return new Running(process, Integer.parseInt(line), directory.resolve(data));
    }

    /** Envelopes with statements of which none was made before. */
    List<byte[]> sign(int count) {
        int first = people;
        people += count;
        return IntStream.range(first, first + count).parallel().mapToObj(this::signed).toList();
    }

    /** The policy that everybody here accepts. */
    static PolicyRef policy() {
        return new PolicyRef("bench-policy", "1", Sha256.of(POLICY.getBytes(UTF_8)));
    }

    SigningKey endorser() {
        return endorser;
    }

    /** Envelopes that endorse so many images; the first two are submitted before the others. */
    List<byte[]> endorse(int images) {
        var policy = policy();
        var envelopes = new ArrayList<byte[]>();
        envelopes.add(
                StatementSigner.sign(
                        new Appointment(
                                header(appointer),
                                BIOMED,
                                Role.ENDORSER,
                                endorser.person(),
                                "Erin Endorser",
                                "security@example.org",
                                "what biomed endorses"),
                        appointer));
        envelopes.add(StatementSigner.sign(new Acceptance(header(endorser), policy), endorser));
        envelopes.addAll(
                IntStream.range(0, images)
                        .parallel()
                        .mapToObj(i -> StatementSigner.sign(endorsement(i, policy), endorser))
                        .toList());
        return envelopes;
    }

    /** The digest of an image that {@link #endorse} endorses. */
    static Sha512 image(int number) {
        return Sha512.of(("image " + number).getBytes(UTF_8));
    }

    private Endorsement endorsement(int number, PolicyRef policy) {
        return new Endorsement(
                header(endorser),
                "image.qcow2",
                image(number),
                BIOMED,
                new Guid(new UUID(0x4000_0000_4000L, 0x8000_0000_0000_0000L | number)),
                new Version("1"),
                null,
                "Image " + number,
                Instant.now().minusSeconds(3600),
                new DiskFacts("qcow2", 734_003_200, 10_737_418_240L, Sha256.of(new byte[] {1})),
                new GuestSystem("Debian GNU/Linux", "12", "amd64", 279),
                policy,
                new InspectionSummary(
                        "imprimatur",
                        "egi/1",
                        InspectionSummary.Completeness.COMPLETE,
                        Sha256.of(new byte[] {2}),
                        Sha256.of(new byte[] {3}),
                        List.of()),
                List.of(),
                "It follows the policy.",
                List.of("https://127.0.0.1:%d/%d.qcow2".formatted(source.getLocalPort(), number)));
    }

    Header header(SigningKey signer) {
        return header(ORIGIN, signer);
    }

    Header header(Origin ledger, SigningKey signer) {
        return new Header(ledger, signer.person(), Instant.now(), Nonce.random(random));
    }

    private byte[] signed(int number) {
        return StatementSigner.sign(
                new Appointment(
                        header(appointer),
                        BIOMED,
                        Role.VM_OPERATOR,
                        new Person("CN=Person " + number + ",O=Bench", "CN=Bench CA,O=Bench"),
                        "Person " + number,
                        "security@example.org",
                        "what this person starts"),
                appointer);
    }

    /** CPU seconds of a process that runs. */
    static double cpu(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    }

    /** CPU seconds of a process and of those that it has started. */
    static double family(ProcessHandle process) {
        return cpu(process) + process.descendants().mapToDouble(BenchNode::cpu).sum();
    }

    static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.1f s", seconds);
    }

    @Override
    public void close() throws IOException {
        source.close();
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
