package org.imprimatur.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.exchange.LedgerEntry;
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
import org.imprimatur.register.Role;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement;
import org.imprimatur.register.Tag;
import org.imprimatur.register.Version;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.StatementSigner;
import org.imprimatur.trust.TrialAuthority;
import org.imprimatur.trust.TrialAuthority.KeyKind;

/**
 * Endorsed images with their bundles, charter and anchors as files, without a node: Olga appoints
 * Alice, who accepts the policy and endorses. For {@link Rehearsal} and for tests.
 */
final class TrialStory {

    static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    static final String AT = "2026-11-22T00:00:00Z";
    private static final Owner BIOMED = Owner.parse("vo:biomed");

    final Path charterFile;
    final Path anchors;

    private final SigningKey alice;
    private final NoteSigner key = NoteSigner.generate("sample.example/2026", new SecureRandom());
    private final PolicyRef policy =
            new PolicyRef("policy", "1", Sha256.of("policy".getBytes(StandardCharsets.UTF_8)));
    private final Charter charter;
    private final List<LedgerEntry> entries = new ArrayList<>();

    /** Writes charter and anchors below a directory. */
    TrialStory(Path directory) throws IOException {
        this(directory, KeyKind.EC_P256);
    }

    /** The same, with keys of another kind for the authority and Olga. */
    TrialStory(Path directory, KeyKind kind) throws IOException {
        var authority =
                TrialAuthority.create(
                        "Sample CA", kind, InstantSource.fixed(NOW), new SecureRandom());
        var olga = authority.issue("Olga", kind);
        alice = authority.issue("Alice");
        charter =
                new Charter(
                        new Origin("sample.example/2026"),
                        key.verifier().toString(),
                        policy,
                        List.of(new Charter.Body(BIOMED, List.of(olga.person()))));
        charterFile = Files.write(directory.resolve("charter.json"), CharterJson.write(charter));
        anchors = Files.createDirectories(directory.resolve("anchors"));
        authority.writeAnchors(anchors);
        add(
                new Statement.Appointment(
                        header(olga),
                        BIOMED,
                        Role.ENDORSER,
                        alice.person(),
                        "Alice",
                        "alice@example.org",
                        "We answer."),
                olga);
        add(new Statement.Acceptance(header(alice), policy), alice);
    }

    private Header header(SigningKey signer) {
        return new Header(
                charter.origin(), signer.person(), NOW, Nonce.random(RandomGenerator.getDefault()));
    }

    private void add(Statement statement, SigningKey signer) {
        entries.add(
                LedgerEntry.of(
                        NOW.plusSeconds(entries.size()), StatementSigner.sign(statement, signer)));
    }

    /** Writes an image and its bundle, {@code NAME.bundle.json}, into a directory. */
    Path endorse(Path directory, String name, byte[] image) throws IOException {
        int number = entries.size();
        add(
                new Statement.Endorsement(
                        header(alice),
                        name,
                        Sha512.of(image),
                        BIOMED,
                        new Guid(new UUID(0x4000L, 0x8000_0000_0000_0000L + number)),
                        new Version("1." + number),
                        new Tag("image-" + number),
                        "Image " + number,
                        NOW,
                        new DiskFacts("qcow2", image.length, 1 << 20, Sha256.of(image)),
                        new GuestSystem("Debian GNU/Linux", "12", "amd64", 279),
                        policy,
                        new InspectionSummary(
                                "imprimatur",
                                "egi/1",
                                InspectionSummary.Completeness.COMPLETE,
                                Sha256.of(image),
                                Sha256.of(image),
                                List.of()),
                        List.of(),
                        "I have checked it.",
                        List.of()),
                alice);
        var bundle = new Bundle(proven(number), List.of(proven(0), proven(1)));
        Files.write(directory.resolve(name + ".bundle.json"), bundle.write());
        return Files.write(directory.resolve(name), image);
    }

    private Bundle.Proven proven(int index) {
        var leaves = entries.stream().map(entry -> Hash.ofLeaf(entry.bytes())).toList();
        var frontier = Frontier.EMPTY.append(leaves);
        var proof =
                InclusionProof.<RuntimeException>read(
                        index, leaves.size(), _ -> Tile.bytesOf(leaves));
        var checkpoint = new Checkpoint(charter.origin().text(), frontier.head()).sign(key);
        return new Bundle.Proven(entries.get(index), ProofFile.of(proof, checkpoint));
    }

    /** The options by which a command trusts this story, with the moment of the judgement. */
    List<String> trust() {
        return List.of(
                "--charter", charterFile.toString(), "--anchors", anchors.toString(), "--at", AT);
    }

    /** A command line that trusts this story. */
    String[] trusting(String... command) {
        var line = new ArrayList<>(List.of(command));
        line.addAll(trust());
        return line.toArray(String[]::new);
    }
}
