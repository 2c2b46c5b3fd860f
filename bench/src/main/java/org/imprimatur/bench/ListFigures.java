package org.imprimatur.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.imprimatur.bench.Figures.Row;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.exchange.LedgerEntry;
import org.imprimatur.exchange.hepix.ImageList;
import org.imprimatur.exchange.hepix.ListDraft;
import org.imprimatur.exchange.hepix.ListPath;
import org.imprimatur.exchange.hepix.ListWriter;
import org.imprimatur.exchange.hepix.Listed;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.Frontier;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.InclusionProof;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.ledger.ProofFile;
import org.imprimatur.ledger.Tile;
import org.imprimatur.register.Charter;
import org.imprimatur.register.DiskFacts;
import org.imprimatur.register.GuestSystem;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Header;
import org.imprimatur.register.InspectionSummary;
import org.imprimatur.register.Nonce;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.PolicyRef;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Role;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Version;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.StatementSigner;
import org.imprimatur.trust.TrialAuthority;
import org.imprimatur.trust.TrialAuthority.KeyKind;

/**
 * Whole commands over signed files: an image list of 10,000 images, verified and compared with the
 * list before it, beside OpenSSL's verification of the same file; and a bundle, verified off line.
 */
final class ListFigures {

    private static final int IMAGES = 10_000;
    private static final int CHANGED = 100;
    private static final int RUNS = 7;
    private static final Owner OWNER = Owner.parse("vo:biomed");
    private static final Origin LEDGER = new Origin("catalogue.example/bench");

    private final Path root;
    private final Path work;
    private final SecureRandom random = new SecureRandom();
    private final TrialAuthority authority =
            TrialAuthority.create("Bench CA", KeyKind.RSA_2048, Clock.systemUTC(), random);
    private final SigningKey appointer = authority.issue("Anna Appointer", KeyKind.RSA_2048);
    private final SigningKey endorser = authority.issue("Erin Endorser", KeyKind.RSA_2048);
    private final PolicyRef policy = new PolicyRef("policy", "1", Sha256.of(new byte[0]));
    private final Instant now = Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.SECONDS);
    private final List<Row> rows = new ArrayList<>();

    private ListFigures(Path root, Path work) {
        this.root = root;
        this.work = work;
    }

    /**
     * Measures.
     *
     * @param root the checkout, with the launcher
     * @param target where files may be made
     */
    static Figures measure(Path root, Path target) throws IOException, InterruptedException {
        Files.createDirectories(target);
        var work = Files.createTempDirectory(target, "lists-");
        var figures = new ListFigures(root, work);
        try {
            figures.authority.writeAnchors(work.resolve("anchors"));
            return new Figures(
                    figures.rows, List.of(figures.listBesideOpenssl(), figures.bundle()));
        } finally {
            try (var files = Files.walk(work)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private String listBesideOpenssl() throws IOException, InterruptedException {
        var what =
                "a signed list of 10,000 images verified and compared, beside `openssl smime -verify`";
        System.err.println("measuring " + what);
        var held = write("held.list", list(0), Optional.empty());
        var next = write("next.list", list(CHANGED), Optional.of(held));
        var anchors = work.resolve("anchors").toString();
        var ours =
                Command.of(
                        root.resolve("imprimatur").toString(),
                        "list",
                        "verify",
                        next.toString(),
                        "--previous",
                        held.toString(),
                        "--anchors",
                        anchors,
                        "--require-crls");
        var theirs =
                Command.of(
                        "openssl",
                        "smime",
                        "-verify",
                        "-in",
                        next.toString(),
                        "-CApath",
                        anchors,
                        "-crl_check_all",
                        "-out",
                        "/dev/null");
        var turns = Turns.warm(ours, 1, theirs, RUNS);
        double wall = turns.ourWall();
        double ratio = wall / turns.theirWall();
        rows.add(
                new Row(
                        what + " " + turns.runs(),
                        turns.our(),
                        turns.their(),
                        String.format(Locale.ROOT, "%.2f ×", ratio),
                        "< 1 s, ≤ 3 ×",
                        wall < 1 && ratio <= 3 ? "yes" : "**no**",
                        turns.load()));
        var last = turns.ours().getFirst().output().strip().lines().reduce("", (_, line) -> line);
        return "The list has %.1f MB; the command said: %s".formatted(Files.size(next) / 1e6, last);
    }

    private String bundle() throws IOException, InterruptedException {
        var what = "an offline bundle verified";
        System.err.println("measuring " + what);
        var bundle = writeBundle();
        var ours =
                Command.of(
                        root.resolve("imprimatur").toString(),
                        "verify",
                        bundle.toString(),
                        "--charter",
                        work.resolve("charter.json").toString(),
                        "--anchors",
                        work.resolve("anchors").toString(),
                        "--require-crls");
        var turns = Turns.warm(ours, 1, Command.of("true"), 2 * RUNS + 1);
        double wall = turns.ourWall();
        rows.add(
                new Row(
                        what + " " + turns.runs(),
                        turns.our(),
                        "",
                        "",
                        "< 0.3 s",
                        wall < 0.3 ? "yes" : "**no**",
                        turns.load()));
        return "The bundle holds an endorsement, an appointment and an acceptance, each signed by RSA"
                + " with a chain of its own.";
    }

    // ---- The files ----------------------------------------------------------------------------

    private Path write(String name, List<Listed> images, Optional<Path> previous)
            throws IOException {
        Optional<ImageList> held = Optional.empty();
        if (previous.isPresent()) {
            held = Optional.of(ImageList.readAny(Files.readAllBytes(previous.get())));
        }
        var draft =
                new ListDraft(
                                "https://catalogue.example",
                                ListPath.of(OWNER),
                                LEDGER,
                                "Images of biomed",
                                OWNER.name(),
                                "Erin Endorser",
                                "erin@example.org")
                        .of(images);
        byte[] message =
                new ListWriter(now, now.plus(Duration.ofDays(5)), Optional.empty(), held)
                        .sign(draft, endorser, random);
        return Files.write(work.resolve(name), message);
    }

    /** Ten thousand images, of which the first are newer than the rest. */
    private List<Listed> list(int newer) {
        var appointment = appointment();
        var images = new ArrayList<Listed>(IMAGES);
        for (int i = 0; i < IMAGES; i++) {
            var version = i < newer ? "2" : "1";
            var statement =
                    endorsement(
                            new UUID(0x4000_0000_4000L, 0x8000_0000_0000_0000L | i),
                            version,
                            "https://images.example/%d-%s.qcow2".formatted(i, version));
            images.add(
                    new Listed(
                            new Recorded<>(
                                    2 + i,
                                    StatementId.of((i + version).getBytes(UTF_8)),
                                    statement,
                                    now),
                            appointment,
                            statement.locations().getFirst()));
        }
        return images;
    }

    private Header header(SigningKey signer) {
        return new Header(LEDGER, signer.person(), now, Nonce.random(random));
    }

    private Statement.Appointment appointment() {
        return new Statement.Appointment(
                header(appointer),
                OWNER,
                Role.ENDORSER,
                endorser.person(),
                "Erin Endorser",
                "security@example.org",
                "what biomed endorses");
    }

    private Statement.Endorsement endorsement(UUID guid, String version, String location) {
        return new Statement.Endorsement(
                header(endorser),
                "image.qcow2",
                Sha512.of(location.getBytes(UTF_8)),
                OWNER,
                new Guid(guid),
                new Version(version),
                null,
                "Image " + guid,
                now.minusSeconds(3600),
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
                List.of(location));
    }

    private Path writeBundle() throws IOException {
        var key = NoteSigner.generate(LEDGER.text(), random);
        Files.write(
                work.resolve("charter.json"),
                CharterJson.write(
                        new Charter(
                                LEDGER,
                                key.verifier().toString(),
                                policy,
                                List.of(new Charter.Body(OWNER, List.of(appointer.person()))))));
        var entries =
                List.of(
                        entry(appointment(), appointer),
                        entry(new Statement.Acceptance(header(endorser), policy), endorser),
                        entry(
                                endorsement(UUID.randomUUID(), "1", "https://images.example/1"),
                                endorser));
        var leaves = entries.stream().map(one -> Hash.ofLeaf(one.bytes())).toList();
        var head = Frontier.EMPTY.append(leaves).head();
        var checkpoint = new Checkpoint(LEDGER.text(), head).sign(key);
        var proven = new ArrayList<Bundle.Proven>();
        for (int i = 0; i < entries.size(); i++) {
            var proof =
                    InclusionProof.<RuntimeException>read(
                            i, leaves.size(), _ -> Tile.bytesOf(leaves));
            proven.add(new Bundle.Proven(entries.get(i), ProofFile.of(proof, checkpoint)));
        }
        return Files.write(
                work.resolve("bundle.json"),
                new Bundle(proven.getLast(), proven.subList(0, 2)).write());
    }

    private LedgerEntry entry(Statement statement, SigningKey signer) {
        return LedgerEntry.of(now, StatementSigner.sign(statement, signer));
    }
}
