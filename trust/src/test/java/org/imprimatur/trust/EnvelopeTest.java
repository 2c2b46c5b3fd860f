package org.imprimatur.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.imprimatur.register.MalformedInput;
import org.junit.jupiter.api.Test;

/** Uses the example of the DSSE specification, and Ed25519 key 1 of RFC 8032. */
class EnvelopeTest {

    private static final String TYPE = "http://example.com/HelloWorld";
    private static final byte[] BODY = utf8("hello world");

    private static final SigningKey ALICE = Samples.authority().issue("Alice");
    private static final byte[] GOOD =
            Envelope.of(TYPE, BODY, new byte[] {1, -1, -2, 3}, ALICE.chain()).bytes();

    @Test
    void theBytesThatAreSignedAreThoseOfTheSpecification() {
        assertThat(Envelope.pae(TYPE, BODY))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
        assertThat(Digests.hex(Envelope.pae(TYPE, BODY)))
                .isEqualTo("217751fac2c4f14edb2c9297fbc34abcb016ba88e74757e875ec4ac16fb6b6a1");
    }

    @Test
    void lengthsCountBytes() {
        assertThat(Envelope.pae("application/vnd.in-toto+json", utf8("{\"é\":1}")))
                .asHexString()
                .isEqualToIgnoringCase(
                        "445353457631203238206170706c69636174696f6e2f766e642e696e2d746f746f2b6a736f6e"
                                + "2038207b22c3a9223a317d");
    }

    @Test
    void anEd25519SignatureIsThatOfTheSharedVectors() throws Exception {
        var seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        var der = HexFormat.of().parseHex("302e020100300506032b657004220420" + seed);
        var signer = Signature.getInstance("Ed25519");
        signer.initSign(
                KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(der)));

        signer.update(Envelope.pae(TYPE, BODY));

        assertThat(Base64.getEncoder().encodeToString(signer.sign()))
                .isEqualTo(
                        "4DHX3Zn4qpBKvEj7maE8O9u9bjXEnPLLnyXVUJ2PXJR8DSLcL3QDpFvfJOj3pB/SPHsl6Jg4boxs"
                                + "Mb6KvuYABw==");
    }

    @Test
    void whatIsWrittenIsReadBackByteForByte() {
        var envelope = Envelope.parse(GOOD);

        assertThat(envelope.bytes()).isEqualTo(GOOD);
        assertThat(envelope.payload()).isEqualTo(BODY);
        assertThat(envelope.payloadType()).isEqualTo(TYPE);
        assertThat(envelope.signature()).containsExactly(1, -1, -2, 3);
        assertThat(envelope.certificates())
                .singleElement()
                .isEqualTo(Certificates.der(ALICE.certificate()));
    }

    @Test
    void spacesAndOrderOfOthersAreKept() {
        var other =
                """
                { "signatures" : [ { "x5c" : [ "%s" ], "sig" : "Af/+Aw==" } ],
                  "payloadType" : "t", "payload" : "aGVsbG8gd29ybGQ=" }
                """
                        .formatted(
                                Base64.getEncoder()
                                        .encodeToString(Certificates.der(ALICE.certificate())));

        assertThat(Envelope.parse(utf8(other)).bytes()).isEqualTo(utf8(other));
    }

    @Test
    void theUrlSafeAlphabetServesForPayloadAndSignatureAsDsseDemands() {
        var envelope = Envelope.parse(utf8(text().replace("Af/+Aw==", "Af_-Aw==")));

        assertThat(envelope.signature()).containsExactly(1, -1, -2, 3);
    }

    @Test
    void bothAlphabetsInOneTextAreRefused() {
        refused(text().replace("Af/+Aw==", "Af/-Aw=="), "signatures[0].sig");
    }

    @Test
    void anEnvelopeThatIsTooLargeIsRefusedBeforeReading() {
        refused(" ".repeat(Envelope.MAX_BYTES + 1), "at most 61440 bytes");
    }

    @Test
    void theLargestEnvelopeIsRead() {
        assertThat(Envelope.parse(utf8(text() + " ".repeat(Envelope.MAX_BYTES - GOOD.length))))
                .isNotNull();
    }

    @Test
    void aPayloadThatIsTooLargeIsRefused() {
        assertThatThrownBy(
                        () ->
                                Envelope.of(
                                        TYPE,
                                        new byte[Envelope.MAX_PAYLOAD_BYTES + 1],
                                        new byte[] {1},
                                        ALICE.chain()))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining("at most 40960 bytes");
    }

    @Test
    void nestingThatIsTooDeepIsRefused() {
        refused("[".repeat(2000), "nesting");
        refused("{\"payload\":" + "[".repeat(20000), "nesting");
    }

    @Test
    void twoSignaturesAreRefused() {
        refused(text().replace("}]}", "},{\"sig\":\"AA==\",\"x5c\":[]}]}"), "at most 1 items");
    }

    @Test
    void noSignatureIsRefused() {
        refused("{\"payload\":\"AA==\",\"payloadType\":\"t\",\"signatures\":[]}", "exactly one");
    }

    @Test
    void membersThatAreMissingAreRefused() {
        for (var name : List.of("payload", "payloadType", "signatures", "sig", "x5c")) {
            var without = text().replace("\"" + name + "\":", "\"" + name + "X\":");
            refused(without, name);
        }
    }

    @Test
    void membersThatNobodyKnowsAreRefused() {
        refused(text().replace("{\"payload\"", "{\"extra\":1,\"payload\""), "extra");
        refused(text().replace("\"keyid\":", "\"x5u\":"), "x5u");
    }

    @Test
    void aMemberThatComesTwiceIsRefused() {
        refused(text().replace("{\"payload\"", "{\"payload\":\"AA==\",\"payload\""), "twice");
    }

    @Test
    void textAfterTheEndIsRefused() {
        refused(text() + "{}", "end");
    }

    @Test
    void aByteOrderMarkIsRefused() {
        refused("\uFEFF" + text(), "byte order mark");
    }

    @Test
    void otherEncodingsAreRefused() {
        assertThatThrownBy(() -> Envelope.parse(text().getBytes(StandardCharsets.UTF_16LE)))
                .isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> Envelope.parse(new byte[] {'"', (byte) 0xff, '"'}))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining("UTF-8");
    }

    @Test
    void base64ThatIsTruncatedIsRefused() {
        refused(text().replace("aGVsbG8gd29ybGQ=", "aGVsbG8gd29ybGQ"), "padding");
        refused(text().replace("aGVsbG8gd29ybGQ=", "aGVsbG8gd29yb"), "base64");
        refused(text().replace("aGVsbG8gd29ybGQ=", ""), "base64");
    }

    @Test
    void bitsHiddenInTheLastCharacterAreRefused() {
        refused(text().replace("aGVsbG8gd29ybGQ=", "aGVsbG8gd29ybGR="), "base64");
    }

    @Test
    void aChainOfNineIsRefused() {
        var one = Base64.getEncoder().encodeToString(Certificates.der(ALICE.certificate()));
        var nine = String.join("\",\"", java.util.Collections.nCopies(9, "AAAA"));
        refused(text().replace(one, nine), "at most 8 items");
    }

    @Test
    void anEmptyChainIsRefused() {
        var one = Base64.getEncoder().encodeToString(Certificates.der(ALICE.certificate()));
        refused(text().replace("\"" + one + "\"", ""), "x5c");
    }

    /** Whatever comes in: an envelope, or the one exception. */
    @Test
    void mutationsNeverEndInAnythingButTheOneException() {
        var random = new Random(20261121);
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = mutated(random);
            try {
                assertThat(Envelope.parse(bytes).bytes()).isEqualTo(bytes);
                read++;
            } catch (MalformedInput e) {
                assertThat(e.explanation()).isNotBlank().hasSizeLessThan(1000);
            }
        }
        assertThat(read).isBetween(100, 19_000);
    }

    private static byte[] mutated(Random random) {
        byte[] bytes = GOOD.clone();
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = java.util.Arrays.copyOf(bytes, Math.max(1, at));
                case 3 -> bytes[at] = (byte) "{}[]\",:\\ \n0-_=/+".charAt(random.nextInt(16));
                default -> {
                    int length = Math.min(random.nextInt(64), bytes.length - at);
                    int from = random.nextInt(bytes.length - length + 1);
                    System.arraycopy(bytes.clone(), from, bytes, at, length);
                }
            }
        }
        return bytes;
    }

    private static String text() {
        return new String(GOOD, StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void refused(String envelope, String said) {
        assertThatThrownBy(() -> Envelope.parse(utf8(envelope)))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining(said);
    }
}
