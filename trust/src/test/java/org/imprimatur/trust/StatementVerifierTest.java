package org.imprimatur.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERSequence;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatementJson;
import org.imprimatur.trust.StatementVerifier.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StatementVerifierTest {

    private static final TrialAuthority CA = Samples.authority();
    private static final StatementVerifier VERIFIER = new StatementVerifier(CA.anchors());
    private static final StatementVerifier OF_MANY = StatementVerifier.ofMany(CA.anchors());

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"RSA_3072", "RSA_4096"})
    void eachKindOfKeySignsAndIsVerified(TrialAuthority.KeyKind kind) {
        var alice = CA.issue("Alice", kind);
        var statement = Samples.acceptanceBy(alice.person());

        var envelope = StatementSigner.sign(statement, alice);
        var verdict = VERIFIER.verify(envelope, Samples.NOW);

        assertThat(verdict).isInstanceOf(StatementVerifier.Verified.class);
        assertThat(OF_MANY.verify(envelope, Samples.NOW))
                .isInstanceOf(StatementVerifier.Verified.class);
        var verified = (StatementVerifier.Verified) verdict;
        assertThat(verified.statement()).isEqualTo(statement);
        assertThat(verified.person()).isEqualTo(alice.person());
        assertThat(verified.envelope().payload()).isEqualTo(StatementJson.write(statement));
        assertThat(verified.id()).isEqualTo(StatementId.of(StatementJson.write(statement)));
        assertThat(verified.chain().notes()).isEmpty();
    }

    @Test
    void anAlteredPayloadIsRefused() {
        var alice = CA.issue("Alice");
        var good = StatementJson.write(Samples.acceptanceBy(alice.person()));
        var envelope = Envelope.parse(StatementSigner.sign(good, alice));
        var altered = utf8(text(good).replace("egi-endorsement", "egi-endorsemenT"));

        refused(
                Envelope.of(Envelope.STATEMENT_TYPE, altered, envelope.signature(), alice.chain())
                        .bytes(),
                Kind.NOT_ACCEPTED,
                "wrong-signature");
    }

    @Test
    void anAlteredTypeIsRefused() {
        var alice = CA.issue("Alice");
        var envelope = text(StatementSigner.sign(Samples.acceptanceBy(alice.person()), alice));

        refused(
                utf8(envelope.replace(Envelope.STATEMENT_TYPE, "application/vnd.in-toto+xml")),
                Kind.MALFORMED,
                "wrong-payload-type");
    }

    @Test
    void aSignatureOverAnotherTypeIsRefused() {
        var alice = CA.issue("Alice");
        var payload = StatementJson.write(Samples.acceptanceBy(alice.person()));
        var signature = alice.sign(Envelope.pae("text/plain", payload));

        refused(
                Envelope.of(Envelope.STATEMENT_TYPE, payload, signature, alice.chain()).bytes(),
                Kind.NOT_ACCEPTED,
                "wrong-signature");
    }

    @Test
    void someoneElsesCertificateIsRefused() {
        var alice = CA.issue("Alice");
        var bob = CA.issue("Bob");
        var payload = StatementJson.write(Samples.acceptanceBy(bob.person()));
        var signature = alice.sign(Envelope.pae(Envelope.STATEMENT_TYPE, payload));

        refused(
                Envelope.of(Envelope.STATEMENT_TYPE, payload, signature, bob.chain()).bytes(),
                Kind.NOT_ACCEPTED,
                "wrong-signature");
    }

    @Test
    void aStatementInSomeoneElsesNameIsRefused() {
        var alice = CA.issue("Alice");
        var bob = CA.issue("Bob");
        var inBobsName = Samples.acceptanceBy(bob.person());

        assertThatThrownBy(() -> StatementSigner.sign(inBobsName, alice))
                .isInstanceOf(IllegalArgumentException.class);
        refused(
                StatementSigner.sign(StatementJson.write(inBobsName), alice),
                Kind.NOT_ACCEPTED,
                "signer-mismatch");
    }

    @Test
    void aPayloadThatIsNoStatementIsRefusedOnlyAfterItsSignature() {
        var alice = CA.issue("Alice");
        var payload = utf8("{\"no\":\"statement\"}");

        refused(StatementSigner.sign(payload, alice), Kind.MALFORMED, "malformed-statement");
        refused(
                Envelope.of(Envelope.STATEMENT_TYPE, payload, new byte[64], alice.chain()).bytes(),
                Kind.NOT_ACCEPTED,
                "wrong-signature");
    }

    @Test
    void anEnvelopeThatIsTooLargeIsRefused() {
        refused(new byte[Envelope.MAX_BYTES + 1], Kind.MALFORMED, "malformed-envelope");
    }

    @Test
    void aChainThatIsNotTrustedIsRefusedBeforeItsSignature() {
        var stranger = Samples.authority().issue("Alice");
        var payload = StatementJson.write(Samples.acceptanceBy(stranger.person()));

        refused(
                Envelope.of(Envelope.STATEMENT_TYPE, payload, new byte[64], stranger.chain())
                        .bytes(),
                Kind.NOT_ACCEPTED,
                "bad-signature");
    }

    @Test
    void aChainFullOfRubbishIsRefused() {
        var alice = CA.issue("Alice");
        var bytes = text(StatementSigner.sign(Samples.acceptanceBy(alice.person()), alice));
        var x5c = Base64.getEncoder().encodeToString(Certificates.der(alice.certificate()));

        refused(
                utf8(bytes.replace(x5c, "A".repeat(50_000))),
                Kind.NOT_ACCEPTED,
                "malformed-certificate");
    }

    /** Any single changed bit: refused, and never by an exception. */
    @Test
    void noBitOfAnEnvelopeCanBeChangedButInItsHint() {
        var alice = CA.issue("Alice");
        byte[] good = StatementSigner.sign(Samples.acceptanceBy(alice.person()), alice);
        int hintBegins = text(good).indexOf("\"keyid\":\"") + 9;
        int hintEnds = hintBegins + 64;
        for (int i = 0; i < good.length; i++) {
            byte[] changed = good.clone();
            changed[i] ^= (byte) (1 << (i % 7));
            boolean inHint = i >= hintBegins && i < hintEnds;
            if (!inHint) {
                assertThat(VERIFIER.verify(changed, Samples.NOW))
                        .as("byte %d", i)
                        .isInstanceOf(StatementVerifier.NotVerified.class)
                        .isEqualTo(OF_MANY.verify(changed, Samples.NOW));
            }
        }
    }

    /** The numbers that broken verifiers let pass, in every encoding that could carry them. */
    @ParameterizedTest
    @EnumSource(names = {"EC_P256", "EC_P384"})
    void signaturesThatNobodyMadeAreRefusedByBothVerifiers(TrialAuthority.KeyKind kind) {
        var alice = CA.issue("Alice", kind);
        var key = (ECPublicKey) alice.certificate().getPublicKey();
        var quick = new QuickEcdsa();
        byte[] message = {1, 2, 3};
        byte[] good = alice.sign(message);
        var order = key.getParams().getOrder();
        var field = ((ECFieldFp) key.getParams().getCurve().getField()).getP();
        var numbers =
                List.of(
                        BigInteger.ZERO,
                        BigInteger.ONE,
                        BigInteger.ONE.negate(),
                        order,
                        order.subtract(BigInteger.ONE),
                        order.add(BigInteger.ONE),
                        field,
                        BigInteger.TWO.pow(521));
        var signatures = new ArrayList<byte[]>();
        for (var r : numbers) {
            for (var s : numbers) {
                signatures.add(der(r, s));
            }
        }
        signatures.add(new byte[0]);
        signatures.add(Arrays.copyOf(good, good.length + 1));
        signatures.add(Arrays.copyOf(good, good.length - 1));

        assertThat(quick.verifies(key, alice.algorithm(), message, good)).isTrue();
        for (var signature : signatures) {
            assertThat(quick.verifies(key, alice.algorithm(), message, signature)).isFalse();
            assertThat(StatementVerifier.isSignedBy(alice.certificate(), message, signature))
                    .isFalse();
        }
    }

    private static byte[] der(BigInteger r, BigInteger s) {
        try {
            return new DERSequence(new ASN1Integer[] {new ASN1Integer(r), new ASN1Integer(s)})
                    .getEncoded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void refused(byte[] envelope, Kind kind, String code) {
        assertThat(VERIFIER.verify(envelope, Samples.NOW))
                .isInstanceOfSatisfying(
                        StatementVerifier.NotVerified.class,
                        refusal -> {
                            assertThat(refusal.code()).isEqualTo(code);
                            assertThat(refusal.kind()).isEqualTo(kind);
                            assertThat(refusal.explanation()).isNotBlank();
                        });
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
