package org.imprimatur.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NotesTest {

    private static final NoteSigner LEDGER = SampleKeys.ledgerSigner();
    private static final Cosigner WITNESS = SampleKeys.witness();
    private static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z");
    private static final String TEXT = "first\n\nthird, after an empty line\n";
    private static final SignedNote NOTE = SignedNote.sign(TEXT, LEDGER);
    private static final String LINE = NOTE.signatures().getFirst().line() + "\n";

    @Test
    void theTextOfANoteMayHaveEmptyLinesAndTheLastOneEndsIt() {
        var parsed = SignedNote.parse(NOTE.bytes());

        assertThat(parsed.text()).isEqualTo(TEXT);
        assertThat(parsed).isEqualTo(NOTE);
        assertThat(parsed.check(List.of(LEDGER.verifier()))).isInstanceOf(NoteCheck.Verified.class);
    }

    static Stream<Arguments> malformedNotes() {
        return Stream.of(
                arguments("nothing", ""),
                arguments("only a line feed", "\n"),
                arguments("only an empty line", "\n\n"),
                arguments("no empty line", "text\n" + LINE),
                arguments("no signature", "text\n\n"),
                arguments("no line feed at the end", "text\n\n" + LINE.stripTrailing()),
                arguments("an empty line at the end", "text\n\n" + LINE + "\n"),
                arguments("carriage returns", "text\r\n\r\n" + LINE.replace("\n", "\r\n")),
                arguments("a carriage return in the text", "te\rxt\n\n" + LINE),
                arguments("a tab in the text", "te\txt\n\n" + LINE),
                arguments("a zero byte in the text", "te\0xt\n\n" + LINE),
                arguments("a hyphen for the dash", "text\n\n" + LINE.replace('\u2014', '-')),
                arguments("an en dash for the dash", "text\n\n" + LINE.replace('\u2014', '\u2013')),
                arguments("no dash", "text\n\n" + LINE.substring(2)),
                arguments("something behind the signatures", "text\n\n" + LINE + "more\n"),
                arguments("two spaces", "text\n\n" + LINE.replace("2026 ", "2026  ")),
                arguments("a no-break space in the name", "text\n\n\u2014 a\u00a0b AAAAAAA=\n"),
                arguments("no name", "text\n\n\u2014  AAAAAAA=\n"),
                arguments("only a dash", "text\n\n\u2014 \n"),
                arguments("a name and no signature", "text\n\n\u2014 name\n"),
                arguments("an empty signature", "text\n\n\u2014 name \n"),
                arguments("a plus in the name", "text\n\n\u2014 na+me AAAAAAA=\n"),
                arguments("a key id and no signature", "text\n\n\u2014 name AAAAAA==\n"),
                arguments("less than a key id", "text\n\n\u2014 name AAAA\n"),
                arguments("base64 without padding", "text\n\n\u2014 name AAAAAAA\n"),
                arguments("base64 with bits left over", "text\n\n\u2014 name AAAAAAB=\n"),
                arguments("base64 for URLs", "text\n\n\u2014 name AAAA-_8=\n"),
                arguments("something that is not base64", "text\n\n\u2014 name AAAA*AA=\n"),
                arguments("65 signatures", "text\n\n" + LINE.repeat(65)),
                arguments("endless signatures", "text\n\n" + LINE.repeat(100_000)),
                arguments("more than 64 KiB", "x".repeat(65_536) + "\n\n" + LINE));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformedNotes")
    void aNoteWithThisIsRefused(String defect, String note) {
        assertThatThrownBy(() -> SignedNote.parse(note.getBytes(UTF_8)))
                .as(defect)
                .isInstanceOf(MalformedInput.class)
                .satisfies(refused -> assertThat(refused.getMessage().length()).isLessThan(300));
    }

    @Test
    void aNoteThatIsNotUtf8IsRefused() {
        for (var sequence : List.of("ff", "c0af", "eda080", "f4908080", "e28094e2")) {
            var bytes = HexFormat.of().parseHex("74" + sequence + "0a0a");
            var line = LINE.getBytes(UTF_8);
            var note = new byte[bytes.length + line.length];
            System.arraycopy(bytes, 0, note, 0, bytes.length);
            System.arraycopy(line, 0, note, bytes.length, line.length);

            assertThatThrownBy(() -> SignedNote.parse(note))
                    .isInstanceOf(MalformedInput.class)
                    .hasMessageContaining("not UTF-8");
        }
    }

    @Test
    void sixtyFourSignaturesAreReadAndOneMoreIsNotAdded() {
        var note = SignedNote.parse(("text\n\n" + LINE.repeat(64)).getBytes(UTF_8));

        assertThat(note.signatures()).hasSize(64);
        assertThatThrownBy(() -> note.with(NOTE.signatures().getFirst()))
                .isInstanceOf(MalformedInput.class);
    }

    @Test
    void textThatNoNoteCanHaveIsNotSigned() {
        for (var text : List.of("", "no line feed", "tab\t\n", "half a pair \ud800\n")) {
            assertThatThrownBy(() -> LEDGER.sign(text)).isInstanceOf(MalformedInput.class);
        }
    }

    @Test
    void aNoteThatNobodyKnownHasSignedIsRejected() {
        assertThat(NOTE.check(List.of())).isInstanceOf(NoteCheck.Rejected.class);
        assertThat(NOTE.check(List.of(WITNESS.verifier()))).isInstanceOf(NoteCheck.Rejected.class);
    }

    @Test
    void aSignatureOfAnUnknownKeyIsIgnored() {
        var unknown = new NoteSignature("unknown.example", 1, new byte[] {1});

        assertThat(NOTE.with(unknown).check(List.of(LEDGER.verifier())))
                .isInstanceOf(NoteCheck.Verified.class);
        // Same name, other id: another key.
        var sameName = new NoteSignature(LEDGER.name(), 1, new byte[] {1});
        assertThat(NOTE.with(sameName).check(List.of(LEDGER.verifier())))
                .isInstanceOf(NoteCheck.Verified.class);
    }

    @Test
    void oneWrongSignatureOfAKnownKeySpoilsTheWholeNote() {
        var wrong =
                new NoteSignature(
                        WITNESS.verifier().name(), WITNESS.verifier().keyId(), new byte[72]);
        var keys = List.of(LEDGER.verifier(), WITNESS.verifier());

        assertThat(NOTE.with(wrong).check(keys)).isInstanceOf(NoteCheck.Rejected.class);
        var again = new NoteSignature(LEDGER.name(), LEDGER.verifier().keyId(), new byte[64]);
        assertThat(NOTE.with(again).check(keys)).isInstanceOf(NoteCheck.Rejected.class);
    }

    @Test
    void aSignatureWithAnyByteChangedOrOfAnotherLengthIsWrong() {
        var good = NOTE.signatures().getFirst();
        for (int bit = 0; bit < 64 * 8; bit += 9) {
            var bytes = good.signature();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            assertRejected(new NoteSignature(good.name(), good.keyId(), bytes));
        }
        for (int length : new int[] {1, 63, 65, 72}) {
            assertRejected(new NoteSignature(good.name(), good.keyId(), new byte[length]));
        }
    }

    private static void assertRejected(NoteSignature signature) {
        assertThat(new SignedNote(TEXT, List.of(signature)).check(List.of(LEDGER.verifier())))
                .isInstanceOf(NoteCheck.Rejected.class);
    }

    @Test
    void aSignatureIsWrongUnderAnotherText() {
        var other = new SignedNote(TEXT + "more\n", NOTE.signatures());

        assertThat(other.check(List.of(LEDGER.verifier()))).isInstanceOf(NoteCheck.Rejected.class);
    }

    @Test
    void aCosignatureCoversItsTime() {
        var checkpoint = new Checkpoint(LEDGER.name(), SampleTree.ofNumbers(3).head());
        var good = WITNESS.cosign(checkpoint, NEW_YEAR.plusMillis(900));
        var key = WITNESS.verifier();

        assertThat(key.verify(checkpoint.text(), good))
                .hasValueSatisfying(s -> assertThat(s.time()).contains(NEW_YEAR));
        for (int bit = 0; bit < 72 * 8; bit += 9) {
            var bytes = good.signature();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            var changed = new NoteSignature(good.name(), good.keyId(), bytes);
            assertThat(key.verify(checkpoint.text(), changed)).isEmpty();
        }
        assertThatThrownBy(() -> WITNESS.cosign(checkpoint, Instant.EPOCH.minusSeconds(1)))
                .isInstanceOf(MalformedInput.class);
    }

    @Test
    void aLedgersSignatureIsNoCosignatureEvenWithTheSameSecret() {
        var ledger = NoteSigner.ofSeed("same.example", SampleKeys.seed("log"));
        var witness = Cosigner.ofSeed("same.example", SampleKeys.seed("log"));

        assertThat(ledger.verifier().keyId()).isNotEqualTo(witness.verifier().keyId());
        assertThat(ledger.verifier()).isNotEqualTo(witness.verifier());
    }

    @Test
    void keysAreReadBackFromTheirText() {
        var signer = NoteSigner.generate("ledger.example/2026", new SecureRandom());
        var cosigner = Cosigner.generate("witness.example", new SecureRandom());

        assertThat(NoteVerifier.parse(signer.verifier().toString())).isEqualTo(signer.verifier());
        assertThat(NoteVerifier.parse(cosigner.verifier().toString()))
                .isEqualTo(cosigner.verifier());
        assertThat(NoteSigner.parse(signer.privateKeyText()).sign(TEXT))
                .isEqualTo(signer.sign(TEXT));
        assertThat(Cosigner.parse(cosigner.privateKeyText()).verifier())
                .isEqualTo(cosigner.verifier());
        assertThat(NoteVerifier.ofSpki(signer.name(), KeyType.ED25519, signer.verifier().spki()))
                .isEqualTo(signer.verifier());
    }

    @Test
    void aKeyMadeByTheJdkServesByItsPkcs8Form() throws Exception {
        var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        var signer = NoteSigner.ofPkcs8("ledger.example", pair.getPrivate().getEncoded());

        assertThat(signer.verifier().spki()).isEqualTo(pair.getPublic().getEncoded());
        var rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate().getEncoded();
        assertThatThrownBy(() -> NoteSigner.ofPkcs8("ledger.example", rsa))
                .isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> NoteSigner.ofPkcs8("ledger.example", new byte[48]))
                .isInstanceOf(MalformedInput.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "vmi-log.example/2026",
                "vmi-log.example/2026+945dd6f8",
                "vmi-log.example/2026+945dd6f8+",
                "vmi-log.example/2026+945dd6f9+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
                "vmi-log.example/2026+945DD6F8+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
                "vmi-log.example/2027+945dd6f8+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
                "+945dd6f8+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
                "a b+945dd6f8+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
                "vmi-log.example/2026+945dd6f8+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1E",
                "vmi-log.example/2026+945dd6f8+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3",
                "vmi-log.example/2026+945dd6f8+AtdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
                "vmi-log.example/2026+945dd6f8+BtdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
                "vmi-log.example/2026+945dd6f8+Af//////////////////////////////////////////",
                "PRIVATE+KEY+x+00000000+AQ=="
            })
    void aVerifierKeyInAnyOtherFormIsRefused(String text) {
        assertThatThrownBy(() -> NoteVerifier.parse(text)).isInstanceOf(MalformedInput.class);
    }

    @Test
    void aPrivateKeyInAnyOtherFormIsRefusedWithoutShowingIt() {
        var good = LEDGER.privateKeyText();
        var secret = good.substring(good.lastIndexOf('+') + 1);
        for (var bad :
                List.of(
                        "",
                        good.substring(1),
                        good.replace("945dd6f8", "945dd6f9"),
                        good.replace("2026", "2027"),
                        good + "A",
                        good.substring(0, good.length() - 4),
                        WITNESS.privateKeyText())) {
            assertThatThrownBy(() -> NoteSigner.parse(bad))
                    .isInstanceOf(MalformedInput.class)
                    .satisfies(
                            refused ->
                                    assertThat(refused.getMessage())
                                            .doesNotContain(secret.substring(0, 8)));
        }
        assertThat(LEDGER.toString()).doesNotContain(secret.substring(0, 8));
        assertThat(WITNESS.toString()).doesNotContain("PRIVATE");
    }

    @Test
    void aCheckpointIsReadBackFromItsText() {
        var plain = new Checkpoint("ledger.example", SampleTree.ofNumbers(5).head());
        var extended = new Checkpoint(plain.origin(), plain.head(), List.of("one", "two words"));

        assertThat(Checkpoint.parse(plain.text())).isEqualTo(plain);
        assertThat(Checkpoint.parse(extended.text())).isEqualTo(extended);
        assertThat(Checkpoint.parse(new Checkpoint("empty", TreeHead.EMPTY).text()).head())
                .isEqualTo(TreeHead.EMPTY);
    }

    private static final String ROOT = Hash.ofLeaf(new byte[0]).base64();

    static Stream<Arguments> malformedCheckpoints() {
        return Stream.of(
                arguments("nothing", ""),
                arguments("no root", "o\n1\n"),
                arguments("no line feed at the end", "o\n1\n" + ROOT),
                arguments("an empty origin", "\n1\n" + ROOT + "\n"),
                arguments("a control character in the origin", "o\t\n1\n" + ROOT + "\n"),
                arguments("an empty size", "o\n\n" + ROOT + "\n"),
                arguments("a leading zero", "o\n01\n" + ROOT + "\n"),
                arguments("a plus sign", "o\n+1\n" + ROOT + "\n"),
                arguments("a negative size", "o\n-1\n" + ROOT + "\n"),
                arguments("a size of 2^63", "o\n9223372036854775808\n" + ROOT + "\n"),
                arguments("a size of 10^30", "o\n1" + "0".repeat(30) + "\n" + ROOT + "\n"),
                arguments("other digits", "o\n١\n" + ROOT + "\n"),
                arguments("size 0 with a root", "o\n0\n" + ROOT + "\n"),
                arguments("a short root", "o\n1\n" + ROOT.substring(4) + "\n"),
                arguments("a root of 31 bytes", "o\n1\n" + "A".repeat(42) + "==\n"),
                arguments("an unpadded root", "o\n1\n" + ROOT.replace("=", "") + "\n"),
                arguments("a root and a space", "o\n1\n" + ROOT + " \n"),
                arguments("an empty extension line", "o\n1\n" + ROOT + "\n\n"),
                arguments("17 extension lines", "o\n1\n" + ROOT + "\n" + "e\n".repeat(17)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformedCheckpoints")
    void aCheckpointWithThisIsRefused(String defect, String text) {
        assertThatThrownBy(() -> Checkpoint.parse(text))
                .as(defect)
                .isInstanceOf(MalformedInput.class);
    }

    @Test
    void aLedgerSignsOnlyCheckpointsOfItsOwn() {
        var other = new Checkpoint("other.example", TreeHead.EMPTY);

        assertThatThrownBy(() -> other.sign(LEDGER)).isInstanceOf(MalformedInput.class);
    }

    @Test
    void proofFilesAndWitnessRequestsInAnyOtherFormAreRefused() {
        var note = new Checkpoint(LEDGER.name(), SampleTree.ofNumbers(3).head()).sign(LEDGER);
        var head = "c2sp.org/tlog-proof@v1\n";
        var hash = ROOT + "\n";
        for (var bad :
                List.of(
                        "",
                        "\n" + note,
                        head + "\n" + note,
                        head + "index 1\n" + hash,
                        head + "index 1\n" + hash + note,
                        head + "index 01\n" + hash + "\n" + note,
                        head + "index -1\n" + hash + "\n" + note,
                        head + "index 1\n" + hash + "index 2\n\n" + note,
                        head + "index 1\nextra AAAA\n" + hash + "\n" + note,
                        head + "extra AAA\nindex 1\n" + hash + "\n" + note,
                        head + "extra AAAA\nextra AAAA\nindex 1\n" + hash + "\n" + note,
                        head.replace("v1", "v2") + "index 1\n" + hash + "\n" + note,
                        head.replace("\n", "\r\n") + "index 1\n" + hash + "\n" + note,
                        head + "index 1\n" + hash.repeat(64) + "\n" + note,
                        head + "index 1\n" + hash.repeat(10_000) + "\n" + note)) {
            assertThatThrownBy(() -> ProofFile.parse(bad))
                    .as(bad.substring(0, Math.min(60, bad.length())))
                    .isInstanceOf(MalformedInput.class);
        }
        for (var bad :
                List.of("", "\n" + note, "old\n\n" + note, "old 01\n\n" + note, "old 1\n" + note)) {
            assertThatThrownBy(() -> WitnessRequest.parse(bad.getBytes(UTF_8)))
                    .as(bad)
                    .isInstanceOf(MalformedInput.class);
        }
    }

    @Test
    void aProofFileCarriesExtraDataThatChangesNothing() {
        var tree = SampleTree.ofNumbers(3);
        var note = new Checkpoint(LEDGER.name(), tree.head()).sign(LEDGER);
        var file = ProofFile.of(tree.inclusion(1), note).withExtra(new byte[] {1, 2});
        var read = ProofFile.parse(file.toString());

        assertThat(read).isEqualTo(file);
        assertThat(read.extra()).hasValueSatisfying(e -> assertThat(e).containsExactly(1, 2));
        assertThat(read.check(tree.leaves.get(1), LEDGER.verifier()))
                .isInstanceOfSatisfying(
                        ProofFile.Check.Proven.class,
                        proven -> assertThat(proven.index()).isEqualTo(1));
        assertThatThrownBy(() -> ProofFile.of(SampleTree.ofNumbers(4).inclusion(1), note))
                .isInstanceOf(MalformedInput.class);
    }

    @Test
    void aProofFileOfAnotherLedgerOrBeyondItsSizeProvesNothing() {
        var tree = SampleTree.ofNumbers(3);
        var note = new Checkpoint(LEDGER.name(), tree.head()).sign(LEDGER);
        var file = ProofFile.of(tree.inclusion(2), note);
        var stranger = NoteSigner.ofSeed(LEDGER.name(), new byte[32]).verifier();
        var beyond = ProofFile.parse(file.toString().replace("index 2", "index 3"));

        assertThat(file.check(tree.leaves.get(2), stranger))
                .isInstanceOf(ProofFile.Check.NotProven.class);
        assertThat(beyond.check(tree.leaves.get(2), LEDGER.verifier()))
                .isInstanceOf(ProofFile.Check.NotProven.class);
        assertThat(file.check(tree.leaves.get(2), LEDGER.verifier(), List.of(WITNESS.verifier())))
                .isInstanceOf(ProofFile.Check.Proven.class);
    }

    @Test
    void hashesHaveOneSpelling() {
        var hash = Hash.ofLeaf(new byte[0]);

        assertThat(Hash.parseHex(hash.hex())).isEqualTo(hash);
        assertThat(Hash.parseBase64(hash.base64())).isEqualTo(hash);
        for (var bad : List.of("", hash.hex().toUpperCase(Locale.ROOT), hash + "0")) {
            assertThatThrownBy(() -> Hash.parseHex(bad)).isInstanceOf(MalformedInput.class);
        }
        assertThatThrownBy(() -> Hash.of(new byte[31])).isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> new SignedNote(TEXT, Collections.emptyList()))
                .isInstanceOf(MalformedInput.class);
    }

    @Test
    void nobodyCanChangeAHashFromOutside() {
        var bytes = new byte[32];
        var hash = Hash.of(bytes);
        bytes[0] = 1;
        hash.bytes()[1] = 1;

        assertThat(hash).isEqualTo(Hash.of(new byte[32]));
    }
}
