package org.imprimatur.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Pattern;
import org.imprimatur.bench.Figures.Row;
import org.imprimatur.disk.ContentTree;
import org.imprimatur.disk.ContentTreeFile;
import org.imprimatur.disk.DiskImage;
import org.imprimatur.disk.Limits;
import org.imprimatur.register.DiskFacts;
import org.imprimatur.register.GuestSystem;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Header;
import org.imprimatur.register.InspectionSummary;
import org.imprimatur.register.Nonce;
import org.imprimatur.register.Owner;
import org.imprimatur.register.PolicyRef;
import org.imprimatur.register.Role;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Version;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.StatementSigner;

/**
 * An image that a site fetches from nginx over loopback and verifies, from the approval until it is
 * offered, beside curl and sha512sum on the same file; and how much of a new version travels.
 */
final class TransferFigures {

    private static final String TIME_AIM = "≤ 1.15 × the slower of the two";
    private static final String BYTES_AIM = "< 5 % of the bytes";
    private static final Owner VO = Owner.parse("vo:biomed");
    private static final Owner SITE = Owner.parse("site:bench");
    private static final Pattern ID = Pattern.compile("\"id\" ?: ?\"([0-9a-f]{64})\"");
    private static final int MEGABYTES = 1536;
    private static final int ROUNDS = 5;
    private static final int BLOCK = ContentTree.BLOCK_SIZE;

    /** Of the blocks, in runs of so many. */
    private static final int CHANGED_PERCENT = 3;

    private static final int RUN = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final BenchNode bench;
    private final Path served;
    private final SecureRandom random = new SecureRandom();
    private final SigningKey endorser;
    private final SigningKey approver;
    private final PolicyRef policy;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private TransferFigures(BenchNode bench) throws IOException {
        this.bench = bench;
        this.served = Files.createDirectories(bench.directory().resolve("served"));
        this.endorser = bench.issue("Erin Endorser");
        this.approver = bench.issue("Abel Approver");
        this.policy =
                new PolicyRef(
                        "bench-policy",
                        "1",
                        Sha256.of(Files.readAllBytes(bench.directory().resolve("policy.txt"))));
    }

    /** Measures, in a new directory below this one, on whose disk everything is. */
    static Figures measure(Path target) throws IOException, InterruptedException {
        System.err.println("measuring transfers, beside curl and sha512sum");
        if (!Nginx.isInstalled() || !Files.isExecutable(Path.of("/usr/bin/curl"))) {
            return new Figures(
                    List.of(
                            Row.skipped(
                                    "transfer and verification",
                                    TIME_AIM,
                                    "nginx or curl is not installed")),
                    List.of());
        }
        try (var bench = BenchNode.in(target)) {
            return new TransferFigures(bench).measure();
        }
    }

    private Figures measure() throws IOException, InterruptedException {
        var load = Machine.load();
        var log = bench.directory().resolve("bytes.log");
        try (var nginx =
                Nginx.start(
                        bench.directory().resolve("nginx"),
                        served,
                        """
                        log_format bytes '$body_bytes_sent';
                        access_log %s bytes;
                        """
                                .formatted(log))) {
            configure();
            try (var node = bench.start("site-node.yaml", "site-data")) {
                prepare(node);
                return measure(node, "http://127.0.0.1:" + nginx.port() + "/", log, load);
            }
        }
    }

    private Figures measure(BenchNode.Running node, String base, Path log, String load)
            throws IOException, InterruptedException {
        var curl = new double[ROUNDS];
        var sum = new double[ROUNDS];
        var ours = new double[ROUNDS];
        double cpu = 0;
        Statement.Endorsement last = null;
        for (int i = 0; i <= ROUNDS; i++) {
            // Each time another image, so that nothing of it is there; the first is not counted.
            var image = image("image-" + i, i);
            var name = image.getFileName().toString();
            var to = bench.directory().resolve("curl.out");
            settle();
            var theirs =
                    Command.of("curl", "--silent", "--fail", "-o", to.toString(), base + name)
                            .run();
            settle();
            var digest = Command.of("sha512sum", image.toString()).run();
            last = endorsement(UUID.randomUUID(), "1", image, digest.output(), base);
            Files.delete(to);
            settle();
            double before = node.cpu();
            double seconds = transfer(node, last);
            if (i > 0) {
                curl[i - 1] = theirs.wall();
                sum[i - 1] = digest.wall();
                ours[i - 1] = seconds;
                cpu = node.cpu() - before;
                Files.delete(served.resolve("image-" + (i - 1)));
            }
        }
        var between = Machine.load();
        double slower = Math.max(Statistics.median(curl), Statistics.median(sum));
        double ratio = Statistics.median(ours) / slower;
        var time =
                new Row(
                        String.format(
                                Locale.ROOT,
                                "%d MiB transferred over loopback and verified (median of %d)",
                                MEGABYTES,
                                ROUNDS),
                        String.format(
                                Locale.ROOT,
                                "%.2f s (CPU of the node %.2f s)",
                                Statistics.median(ours),
                                cpu),
                        String.format(
                                Locale.ROOT,
                                "curl %.2f s, sha512sum %.2f s",
                                Statistics.median(curl),
                                Statistics.median(sum)),
                        String.format(Locale.ROOT, "%.2f ×", ratio),
                        TIME_AIM,
                        ratio <= 1.15 ? "yes" : "**no**",
                        load + " → " + between);
        var guid = Objects.requireNonNull(last).guid().uuid();
        var raw = served.resolve("image-" + ROUNDS);
        change(raw, 99);
        return new Figures(
                List.of(
                        time,
                        update(node, base, log, guid, "2", raw),
                        qcow2(node, base, log, guid, raw)),
                List.of(
                        "Transfers count from the posting of the approval until the site says that the image is available, which includes bringing it to disk; curl writes its file to the same disk and does not. Before each step a file of the size is written and deleted, and all else brought to disk."));
    }

    /** One more version, as a qcow2 file of which no byte stands where it stood in the raw one. */
    private Row qcow2(BenchNode.Running node, String base, Path log, UUID guid, Path raw)
            throws IOException, InterruptedException {
        if (!Files.isExecutable(Path.of("/usr/bin/qemu-img"))) {
            return Row.skipped("a new version as qcow2", BYTES_AIM, "qemu-img is not installed");
        }
        change(raw, 100);
        var image = served.resolve("image.qcow2");
        Command.of("qemu-img", "convert", "-O", "qcow2", raw.toString(), image.toString()).run();
        return update(node, base, log, guid, "3", image);
    }

    /** A new version of the image that the site has. */
    private Row update(
            BenchNode.Running node, String base, Path log, UUID guid, String version, Path image)
            throws IOException, InterruptedException {
        var load = Machine.load();
        try (var disk = DiskImage.openDisk(image, Limits.DEFAULT);
                var out =
                        new BufferedOutputStream(
                                Files.newOutputStream(
                                        served.resolve(
                                                image.getFileName() + ContentTreeFile.SUFFIX)))) {
            ContentTreeFile.write(ContentTree.of(disk), out);
        }
        var digest = Command.of("sha512sum", image.toString()).run();
        var endorsed = endorsement(guid, version, image, digest.output(), base);
        long before = bytes(log);
        double seconds = transfer(node, endorsed);
        long moved = bytes(log) - before;
        double share = 100.0 * moved / Files.size(image);
        return new Row(
                "a new version of it with %d %% changed blocks, as %s"
                        .formatted(CHANGED_PERCENT, endorsed.disk().format()),
                String.format(Locale.ROOT, "%.1f MB in %.2f s", moved / 1e6, seconds),
                String.format(Locale.ROOT, "%.1f MB", Files.size(image) / 1e6),
                String.format(Locale.ROOT, "%.2f %%", share),
                BYTES_AIM,
                share < 5 ? "yes" : "**no**",
                load + " → " + Machine.load());
    }

    /**
     * What is written does not compete with what is still to be written of earlier steps, nor does
     * it pay for memory that the host of a virtual machine has taken back: a file of the size was
     * just written and deleted.
     */
    private void settle() throws IOException, InterruptedException {
        Command.of("sync").run();
        Files.delete(image("scratch", 0));
    }

    private Path image(String name, int seed) throws IOException {
        var file = served.resolve(name);
        var bytes = new byte[1 << 20];
        var source = new Random(seed);
        try (var out = Files.newOutputStream(file)) {
            for (int i = 0; i < MEGABYTES; i++) {
                source.nextBytes(bytes);
                out.write(bytes);
            }
        }
        return file;
    }

    private static void change(Path image, int seed) throws IOException {
        var source = new Random(seed);
        long runs = Files.size(image) / BLOCK / RUN;
        var block = new byte[RUN * BLOCK];
        try (var file = new RandomAccessFile(image.toFile(), "rw")) {
            for (long run = 0; run < runs; run++) {
                if (run % 100 < CHANGED_PERCENT) {
                    source.nextBytes(block);
                    file.seek((run * 37 + seed) % runs * RUN * BLOCK);
                    file.write(block);
                }
            }
        }
    }

    /** Seconds from the approval until the image is offered. */
    private double transfer(BenchNode.Running node, Statement.Endorsement endorsement)
            throws IOException, InterruptedException {
        var id = post(node, endorsement, endorser);
        var envelope =
                StatementSigner.sign(
                        new Statement.Approval(
                                header(approver), endorsement.image(), SITE, BenchNode.ORIGIN, id),
                        approver);
        long start = System.nanoTime();
        post(node, envelope);
        while (!available(node, endorsement)) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new IOException(
                        "the image does not come: " + get(node, "/api/v1/site/images"));
            }
            Thread.sleep(10);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private boolean available(BenchNode.Running node, Statement.Endorsement endorsement)
            throws IOException, InterruptedException {
        return get(node, "/api/v1/site/images?state=available")
                .contains(endorsement.image().toString());
    }

    // ---- Set-up -------------------------------------------------------------------------------

    private void configure() throws IOException {
        var person = bench.appointer().person();
        Files.writeString(
                bench.directory().resolve("site-node.yaml"),
                bench.configuration(BenchNode.ORIGIN, "site-data", VO)
                        + """
                          "site:bench":
                            appointers:
                              - {subject: "%s", issuer: "%s"}
                        site: site.yaml
                        """
                                .formatted(person.subject(), person.issuer()));
        Files.writeString(
                bench.directory().resolve("site.yaml"),
                """
                owner: "site:bench"
                max-staleness: 15m
                store: store
                classes:
                  infrastructure: {trust: ["vo:biomed"], approval: required}
                """);
    }

    private void prepare(BenchNode.Running node) throws IOException, InterruptedException {
        appoint(node, VO, Role.ENDORSER, endorser);
        appoint(node, SITE, Role.SITE_APPROVER, approver);
        post(node, new Statement.Acceptance(header(endorser), policy), endorser);
        post(node, new Statement.Acceptance(header(approver), policy), approver);
    }

    private void appoint(BenchNode.Running node, Owner owner, Role role, SigningKey person)
            throws IOException, InterruptedException {
        post(
                node,
                new Statement.Appointment(
                        header(bench.appointer()),
                        owner,
                        role,
                        person.person(),
                        "Somebody",
                        "security@example.org",
                        "what is measured"),
                bench.appointer());
    }

    private Header header(SigningKey signer) {
        return new Header(BenchNode.ORIGIN, signer.person(), Instant.now(), Nonce.random(random));
    }

    private Statement.Endorsement endorsement(
            UUID guid, String version, Path image, String sha512sum, String base)
            throws IOException {
        var name = image.getFileName().toString();
        DiskFacts facts;
        try (var disk = DiskImage.openDisk(image, Limits.DEFAULT)) {
            facts =
                    new DiskFacts(
                            name.endsWith(".qcow2") ? "qcow2" : "raw",
                            Files.size(image),
                            disk.size(),
                            Sha256.ofBytes(ContentTree.of(disk).root()));
        }
        return new Statement.Endorsement(
                header(endorser),
                name,
                new Sha512(sha512sum.substring(0, 128)),
                VO,
                new Guid(guid),
                new Version(version),
                null,
                "An image",
                Instant.now().minusSeconds(3600),
                facts,
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
                List.of(base + name));
    }

    // ---- Servers ------------------------------------------------------------------------------

    private StatementId post(BenchNode.Running node, Statement statement, SigningKey signer)
            throws IOException, InterruptedException {
        return post(node, StatementSigner.sign(statement, signer));
    }

    private StatementId post(BenchNode.Running node, byte[] envelope)
            throws IOException, InterruptedException {
        var answer =
                http.send(
                        request(node, "/api/v1/statements")
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(envelope))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        var id = ID.matcher(answer.body());
        if (answer.statusCode() != 201 || !id.find()) {
            throw new IOException("a statement was answered " + answer.body());
        }
        return StatementId.parse(id.group(1));
    }

    private String get(BenchNode.Running node, String path)
            throws IOException, InterruptedException {
        return http.send(request(node, path).build(), HttpResponse.BodyHandlers.ofString()).body();
    }

    private static HttpRequest.Builder request(BenchNode.Running node, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port() + path))
                .timeout(Duration.ofSeconds(30));
    }

    /** How many bytes it has sent as bodies. */
    private static long bytes(Path log) throws IOException {
        try (var lines = Files.lines(log)) {
            return lines.mapToLong(line -> Long.parseLong(line.strip())).sum();
        }
    }
}
