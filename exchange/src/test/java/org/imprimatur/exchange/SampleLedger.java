package org.imprimatur.exchange;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.Cosigner;
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
import org.imprimatur.register.Version;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.StatementSigner;
import org.imprimatur.trust.TrialAuthority;

/** A small ledger in memory, in which Olga appoints Alice, who accepts the policy and endorses. */
final class SampleLedger {

    static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    static final Owner BIOMED = Owner.parse("vo:biomed");
    static final byte[] IMAGE = "an image".getBytes(StandardCharsets.UTF_8);

    final TrialAuthority authority =
            TrialAuthority.create(
                    "Sample CA",
                    TrialAuthority.KeyKind.EC_P256,
                    InstantSource.fixed(NOW),
                    new SecureRandom());
    final SigningKey olga = authority.issue("Olga");
    final SigningKey alice = authority.issue("Alice");
    final SigningKey mallory = authority.issue("Mallory");
    final NoteSigner key = NoteSigner.generate("sample.example/2026", new SecureRandom());
    final PolicyRef policy =
            new PolicyRef("policy", "1", Sha256.of("policy".getBytes(StandardCharsets.UTF_8)));
    final Charter charter =
            new Charter(
                    new Origin("sample.example/2026"),
                    key.verifier().toString(),
                    policy,
                    List.of(new Charter.Body(BIOMED, List.of(olga.person()))));

    private final List<LedgerEntry> entries = new ArrayList<>();

    /** Appends a statement unchecked, as a dishonest node might. Returns its index. */
    int add(Statement statement, SigningKey signer) {
        return add(statement, signer, NOW.plusSeconds(entries.size()));
    }

    /** The same at any time. */
    int add(Statement statement, SigningKey signer, Instant admittedAt) {
        entries.add(LedgerEntry.of(admittedAt, StatementSigner.sign(statement, signer)));
        return entries.size() - 1;
    }

    Header header(SigningKey signer) {
        return new Header(
                charter.origin(), signer.person(), NOW, Nonce.random(RandomGenerator.getDefault()));
    }

    Statement appointment(SigningKey by, SigningKey of) {
        return new Statement.Appointment(
                header(by),
                BIOMED,
                Role.ENDORSER,
                of.person(),
                "A person",
                "a@example.org",
                "We answer.");
    }

    Statement acceptance(SigningKey by) {
        return new Statement.Acceptance(header(by), policy);
    }

    Statement endorsement(SigningKey by) {
        return new Statement.Endorsement(
                header(by),
                "image.raw",
                Sha512.of(IMAGE),
                BIOMED,
                new Guid(UUID.fromString("00000000-0000-4000-8000-000000000001")),
                new Version("1"),
                null,
                "An image",
                NOW,
                new DiskFacts("raw", IMAGE.length, IMAGE.length, Sha256.of(IMAGE)),
                new GuestSystem("Debian", "12", "amd64", 1),
                policy,
                new InspectionSummary(
                        "imprimatur",
                        "egi/1",
                        InspectionSummary.Completeness.COMPLETE,
                        Sha256.of(IMAGE),
                        Sha256.of(IMAGE),
                        List.of()),
                List.of(),
                "I have checked it.",
                List.of());
    }

    /** The ledger of the honest story: entries 0, 1 and 2. */
    SampleLedger story() {
        add(appointment(olga, alice), olga);
        add(acceptance(alice), alice);
        add(endorsement(alice), alice);
        return this;
    }

    Bundle.Proven proven(int index) {
        return proven(index, key);
    }

    Bundle.Proven proven(int index, NoteSigner signer) {
        var leaves = entries.stream().map(entry -> Hash.ofLeaf(entry.bytes())).toList();
        var frontier = Frontier.EMPTY.append(leaves);
        var proof =
                InclusionProof.<RuntimeException>read(
                        index, leaves.size(), tile -> Tile.bytesOf(leaves));
        var checkpoint = new Checkpoint(charter.origin().text(), frontier.head()).sign(signer);
        return new Bundle.Proven(entries.get(index), ProofFile.of(proof, checkpoint));
    }

    /** The bundle of the honest story, whose checkpoint these have cosigned. */
    Bundle cosigned(Cosigner... witnesses) {
        var plain = bundle();
        var proof = plain.entry().proof();
        var checkpoint = Checkpoint.parse(proof.note().text());
        var note = proof.note();
        for (var witness : witnesses) {
            note = note.with(witness.cosign(checkpoint, NOW.plusSeconds(60)));
        }
        var path = new InclusionProof(proof.index(), checkpoint.size(), proof.hashes());
        return new Bundle(
                new Bundle.Proven(plain.entry().entry(), ProofFile.of(path, note)),
                plain.support());
    }

    Bundle bundle() {
        return new Bundle(proven(2), List.of(proven(0), proven(1)));
    }
}
