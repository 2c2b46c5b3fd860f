package org.imprimatur.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.imprimatur.exchange.LedgerEvidence.Served;
import org.imprimatur.exchange.LedgerEvidence.Verdict;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.ConsistencyProof;
import org.imprimatur.ledger.Cosigner;
import org.imprimatur.ledger.ForkProof;
import org.imprimatur.ledger.Frontier;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.InclusionProof;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.ledger.TileReader;
import org.imprimatur.register.MalformedInput;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerEvidenceTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    static final NoteSigner LEDGER = NoteSigner.ofSeed("ledger.example", new byte[32]);
    private static final Cosigner WITNESS = Cosigner.ofSeed("w.example", new byte[32]);
    private static final List<byte[]> THREE = entries("a", "b", "c");
    private static final List<byte[]> OTHER_FOUR = entries("a", "x", "c", "d");

    private static List<byte[]> entries(String... texts) {
        var entries = new ArrayList<byte[]>();
        for (var text : texts) {
            entries.add(text.getBytes(UTF_8));
        }
        return entries;
    }

    private static SignedNote note(List<byte[]> entries) {
        return new Checkpoint(LEDGER.name(), frontier(entries).head()).sign(LEDGER);
    }

    private static Frontier frontier(List<byte[]> entries) {
        return Frontier.EMPTY.append(Hash.ofLeaves(entries));
    }

    private static TileReader<RuntimeException> tiles(List<byte[]> entries) {
        var growth = Frontier.EMPTY.grow(Hash.ofLeaves(entries));
        return tile ->
                growth.additions()
                        .filter(a -> a.level() == tile.level() && a.index() == tile.index())
                        .findFirst()
                        .orElseThrow()
                        .bytes();
    }

    private static LedgerEvidence of(
            String kind, @Nullable SignedNote seen, byte @Nullable [] served) {
        return of(kind, seen, served, null, null);
    }

    private static LedgerEvidence of(
            String kind,
            @Nullable SignedNote seen,
            byte @Nullable [] served,
            @Nullable ForkProof fork,
            LedgerEvidence.@Nullable Entry entry) {
        return new LedgerEvidence(
                kind,
                LEDGER.verifier(),
                List.of(WITNESS.verifier()),
                NOW,
                "this was found",
                seen,
                served == null ? null : new Served(served),
                fork,
                entry);
    }

    /** Judged as whoever gets the file judges it. */
    private static LedgerEvidence.Judgement judged(LedgerEvidence evidence) {
        var read = LedgerEvidence.read(evidence.write());
        assertThat(read.write()).isEqualTo(evidence.write());
        return read.judge();
    }

    /** The beginning of a file that convicts the ledger, for the fuzz target. */
    static byte[] fork() {
        return of(
                        "split-view",
                        note(THREE),
                        note(OTHER_FOUR).bytes(),
                        ForkProof.read(3, 4, tiles(OTHER_FOUR)),
                        null)
                .write();
    }

    @Test
    void twoRootsForOneSizeConvict() {
        var judgement =
                judged(of("split-view", note(THREE), note(OTHER_FOUR.subList(0, 3)).bytes()));

        assertThat(judgement.verdict()).isEqualTo(Verdict.PROVEN);
        assertThat(judgement.meaning()).contains("two different trees of 3 entries");
    }

    @Test
    void aForkConvictsByItsProofAndNotWithoutIt() {
        assertThat(LedgerEvidence.read(fork()).judge().verdict()).isEqualTo(Verdict.PROVEN);
        assertThat(judged(of("split-view", note(THREE), note(OTHER_FOUR).bytes())).verdict())
                .isEqualTo(Verdict.SHOWN);
    }

    @Test
    void anHonestLedgerIsNotConvictedWhateverTheFileSays() {
        var four = entries("a", "b", "c", "d");
        var honest = ForkProof.read(3, 4, tiles(four));
        var forged = new ForkProof(Hash.ofLeaf(new byte[0]), honest.hashes());

        for (var fork : List.of(honest, forged, ForkProof.read(3, 4, tiles(OTHER_FOUR)))) {
            var judgement = judged(of("split-view", note(THREE), note(four).bytes(), fork, null));
            assertThat(judgement.verdict()).isEqualTo(Verdict.SHOWN);
            assertThat(judgement.links()).anyMatch(link -> !link.good());
        }
        assertThat(judged(of("split-view", note(THREE), note(THREE).bytes())).verdict())
                .isEqualTo(Verdict.SHOWN);
    }

    @Test
    void aRollbackIsTheWordOfTheFinder() {
        var judgement = judged(of("rolled-back", note(THREE), note(THREE.subList(0, 2)).bytes()));

        assertThat(judgement.verdict()).isEqualTo(Verdict.SHOWN);
        assertThat(judgement.meaning()).contains("the word of the finder");
    }

    @Test
    void whatTheKeyMustNotSignConvictsIt() {
        var elsewhere =
                SignedNote.sign(
                        new Checkpoint("other.example", frontier(THREE).head()).text(), LEDGER);
        var letter = SignedNote.sign("Dear all,\n", LEDGER);

        assertThat(judged(of("wrong-origin", null, elsewhere.bytes())).verdict())
                .isEqualTo(Verdict.PROVEN);
        assertThat(judged(of("not-a-checkpoint", null, letter.bytes())).verdict())
                .isEqualTo(Verdict.PROVEN);
    }

    @Test
    void whatSomebodyElseSignedOrServedProvesNothing() {
        var thief =
                NoteSigner.ofSeed(
                        LEDGER.name(),
                        new byte[] {
                            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
                            21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32
                        });
        var forged = new Checkpoint(LEDGER.name(), frontier(OTHER_FOUR).head()).sign(thief);

        assertThat(judged(of("bad-signature", null, forged.bytes())).verdict())
                .isEqualTo(Verdict.NOTHING);
        assertThat(judged(of("not-a-checkpoint", null, "<html>".getBytes(UTF_8))).verdict())
                .isEqualTo(Verdict.NOTHING);
        assertThat(judged(of("split-view", forged, forged.bytes())).verdict())
                .isEqualTo(Verdict.NOTHING);
    }

    @Test
    void anEntryIsProvenToBeHeld() {
        var path = InclusionProof.read(1, 3, tiles(THREE)).hashes();
        var held = new LedgerEvidence.Entry(1, THREE.get(1), path);
        var other = new LedgerEvidence.Entry(1, OTHER_FOUR.get(1), path);
        var beyond = new LedgerEvidence.Entry(7, THREE.get(1), path);

        assertThat(judged(of("bad-entry", note(THREE), null, null, held)).meaning())
                .contains("the ledger holds this entry");
        for (var entry : List.of(other, beyond)) {
            assertThat(judged(of("bad-entry", note(THREE), null, null, entry)).links().getLast())
                    .matches(link -> !link.good());
        }
    }

    @Test
    void cosignaturesAreToldWithTheirTimes() {
        var checkpoint = new Checkpoint(LEDGER.name(), frontier(THREE).head());
        var shown = checkpoint.sign(LEDGER).with(WITNESS.cosign(checkpoint, NOW));

        assertThat(judged(of("frozen", null, shown.bytes())).links().toString())
                .contains("w.example cosigned it at 2026-11-21T12:00:00Z");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"format\": \"https://imprimatur.org/ledger-evidence/v2\"}",
                "{\"format\": \"https://imprimatur.org/ledger-evidence/v1\", \"kind\": \"x\"}"
            })
    void anotherDocumentIsRefused(String text) {
        assertThatThrownBy(() -> LedgerEvidence.read(text.getBytes(UTF_8)))
                .isInstanceOf(MalformedInput.class);
    }

    @Test
    void aFileWithOneThingWrongIsRefused() {
        var good = new String(fork(), UTF_8);
        assertThat(good).contains("\"kind\"", "\"seen\"", "\"fork\"", "\"prefix\"");
        for (var bad :
                List.of(
                        good.replace("\"split-view\"", "\"Split View\""),
                        good.replace("\"seen\"", "\"sean\""),
                        good.replace("\"prefix\" : \"", "\"prefix\" : \"A"),
                        good.replace("ledger.example+", "ledger.example "),
                        good.replace("\"this was found\"", "\"\""),
                        good.replace("2026-11-21T12", "2026-11-21 12"),
                        good.replaceFirst("\\\\n\\\\n", "\\\\n"))) {
            assertThat(bad).isNotEqualTo(good);
            assertThatThrownBy(() -> LedgerEvidence.read(bad.getBytes(UTF_8)))
                    .isInstanceOf(MalformedInput.class);
        }
        assertThatThrownBy(() -> LedgerEvidence.read(new byte[LedgerEvidence.MAX_BYTES + 1]))
                .isInstanceOf(MalformedInput.class);
        assertThat(ConsistencyProof.MAX_HASHES).isEqualTo(63);
    }
}
