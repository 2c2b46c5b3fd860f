package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.exchange.LedgerEvidence;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.Frontier;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
import org.imprimatur.register.PolicyRef;
import org.imprimatur.register.Sha256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerEvidenceCommandTest {

    private static final NoteSigner LEDGER = NoteSigner.ofSeed("ledger.example", new byte[32]);

    @TempDir private Path directory;

    private static SignedNote note(int... entries) {
        var leaves =
                java.util.Arrays.stream(entries)
                        .mapToObj(i -> Hash.ofLeaf(new byte[] {(byte) i}))
                        .toList();
        return new Checkpoint(LEDGER.name(), Frontier.EMPTY.append(leaves).head()).sign(LEDGER);
    }

    private Path file(SignedNote seen, SignedNote offered) throws IOException {
        var evidence =
                new LedgerEvidence(
                        "split-view",
                        LEDGER.verifier(),
                        List.of(),
                        Instant.parse("2026-11-21T12:00:00Z"),
                        "two\nlines\u001b[2J",
                        seen,
                        new LedgerEvidence.Served(offered.bytes()),
                        null,
                        null);
        return Files.write(directory.resolve("evidence.json"), evidence.write());
    }

    private Path charter(NoteSigner key) throws IOException {
        var charter =
                new Charter(
                        new Origin(key.name()),
                        key.verifier().toString(),
                        new PolicyRef("policy", "1", Sha256.of(new byte[0])),
                        List.of(
                                new Charter.Body(
                                        Owner.parse("vo:biomed"),
                                        List.of(new Person("CN=A", "CN=CA")))));
        return Files.write(directory.resolve("charter.json"), CharterJson.write(charter));
    }

    @Test
    void aConvictionIsToldWithEachThingThatWasChecked() throws IOException {
        var ran =
                Ran.of(
                        "ledger",
                        "evidence",
                        file(note(1, 2), note(1, 3)).toString(),
                        "--charter",
                        charter(LEDGER).toString());

        assertThat(ran.status()).isZero();
        assertThat(ran.out())
                .contains(
                        "ok    key",
                        "ok    believed before",
                        "ok    offered",
                        "ok    contradiction")
                .doesNotContain("\u001b");
        assertThat(ran.lastLine())
                .startsWith("PROVEN: the ledger signed two different trees of 2 entries");
    }

    @Test
    void whatIsOnlyTheFindersWordIsNoConviction() throws IOException {
        var ran =
                Ran.of(
                        "ledger",
                        "evidence",
                        file(note(1, 2, 3), note(1, 2)).toString(),
                        "-o",
                        "json");

        assertThat(ran.status()).isEqualTo(ExitCode.NO.status());
        assertThat(ran.json().get("verdict").asText()).isEqualTo("SHOWN");
        assertThat(ran.json().get("links")).hasSize(2);
    }

    @Test
    void evidenceAgainstAnotherKeyProvesNothingAboutThisLedger() throws IOException {
        var other = NoteSigner.generate(LEDGER.name(), new java.security.SecureRandom());
        var ran =
                Ran.of(
                        "ledger",
                        "evidence",
                        file(note(1, 2), note(1, 3)).toString(),
                        "--charter",
                        charter(other).toString());

        assertThat(ran.status()).isEqualTo(ExitCode.NO.status());
        assertThat(ran.out()).contains("FAIL  key", "NOTHING");
    }

    @Test
    void whatIsNoEvidenceIsUnreadable() throws IOException {
        var file = Files.writeString(directory.resolve("x.json"), "{\"format\": 1}");

        assertThat(Ran.of("ledger", "evidence", file.toString()).status())
                .isEqualTo(ExitCode.UNREADABLE.status());
        assertThat(Ran.of("ledger").status()).isEqualTo(ExitCode.USAGE.status());
    }
}
