package org.imprimatur.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.imprimatur.exchange.BundleVerifier.Outcome;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.Cosigner;
import org.imprimatur.ledger.InclusionProof;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.ledger.ProofFile;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Clause;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.PolicyRef;
import org.imprimatur.register.Sha256;
import org.imprimatur.trust.TrialAuthority;
import org.junit.jupiter.api.Test;

class BundleTest {

    private final SampleLedger ledger = new SampleLedger().story();

    private Outcome verify(Bundle bundle) {
        return new BundleVerifier(ledger.charter, ledger.authority.anchors()).verify(bundle);
    }

    private String broken(Bundle bundle) {
        var outcome = verify(bundle);
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        var link = ((Outcome.Refused) outcome).broken();
        assertThat(link.good()).isFalse();
        return link.what() + ": " + link.found();
    }

    @Test
    @Clause({"TVM-4.2", "WLCG-1", "END-2.endorser", "EGI-5.5"})
    void anHonestBundleVerifiesOffLineWithEveryLinkNamed() {
        var outcome = verify(Bundle.read(ledger.bundle().write()));

        assertThat(outcome).isInstanceOf(Outcome.Verified.class);
        var verified = (Outcome.Verified) outcome;
        assertThat(verified.endorsement().index()).isEqualTo(2);
        assertThat(verified.endorsement().statement().signer()).isEqualTo(ledger.alice.person());
        assertThat(verified.checkpoint().size()).isEqualTo(3);
        assertThat(outcome.links())
                .extracting(BundleVerifier.Link::what)
                .containsExactly(
                        "key",
                        "checkpoint",
                        "inclusion of entry 0",
                        "signature of entry 0",
                        "appointment in entry 0",
                        "inclusion of entry 1",
                        "signature of entry 1",
                        "acceptance in entry 1",
                        "inclusion of entry 2",
                        "signature of entry 2",
                        "endorsement in entry 2");
    }

    @Test
    void whatIsWrittenIsReadBackTheSame() {
        var bundle = ledger.bundle();

        assertThat(Bundle.read(bundle.write())).isEqualTo(bundle);
        assertThat(CharterJson.read(CharterJson.write(ledger.charter))).isEqualTo(ledger.charter);
    }

    @Test
    @Clause("EGI-2.endorser")
    void withoutTheAcceptanceTheEndorsementIsNotAdmissible() {
        assertThat(broken(new Bundle(ledger.proven(2), List.of(ledger.proven(0)))))
                .contains("policy-not-accepted");
    }

    @Test
    @Clause("EGI-2.endorser")
    void withoutTheAppointmentTheEndorserIsNobody() {
        assertThat(broken(new Bundle(ledger.proven(2), List.of()))).contains("not-an-endorser");
    }

    @Test
    void anAppointmentBySomebodyWhoMayNotAppointIsRefused() {
        var other = new SampleLedger();
        other.add(other.appointment(other.mallory, other.alice), other.mallory);
        other.add(other.acceptance(other.alice), other.alice);
        other.add(other.endorsement(other.alice), other.alice);

        var outcome =
                new BundleVerifier(other.charter, other.authority.anchors()).verify(other.bundle());

        assertThat(((Outcome.Refused) outcome).broken().found()).contains("not-an-appointer");
    }

    @Test
    void aCheckpointOfAnotherKeyIsRefused() {
        var stranger = NoteSigner.generate("sample.example/2026", new SecureRandom());
        var bundle =
                new Bundle(
                        ledger.proven(2, stranger),
                        List.of(ledger.proven(0, stranger), ledger.proven(1, stranger)));

        assertThat(broken(bundle)).startsWith("checkpoint");
    }

    // ---- Witnesses ---------------------------------------------------------------------------

    private final Cosigner first = Cosigner.generate("w1.example", new SecureRandom());
    private final Cosigner second = Cosigner.generate("w2.example", new SecureRandom());

    private Outcome verifyAskingForTwo(Bundle bundle) {
        var keys = List.of(first.verifier().toString(), second.verifier().toString());
        return new BundleVerifier(
                        ledger.charter.asking(new Charter.Witnesses(2, keys)),
                        ledger.authority.anchors())
                .verify(Bundle.read(bundle.write()));
    }

    @Test
    void theCosignaturesThatTheCharterAsksForAreALinkOfTheChain() {
        var outcome = verifyAskingForTwo(ledger.cosigned(first, second));

        assertThat(outcome).isInstanceOf(Outcome.Verified.class);
        assertThat(outcome.links())
                .extracting(BundleVerifier.Link::what)
                .startsWith("key", "checkpoint", "witnesses", "inclusion of entry 0");
        assertThat(outcome.links().get(2).found())
                .isEqualTo(
                        "2 asked for; cosigned by w1.example at 2026-11-21T12:01:00Z, w2.example at"
                                + " 2026-11-21T12:01:00Z");
    }

    @Test
    void aBundleWithFewerCosignaturesThanTheCharterAsksForIsRefused() {
        var stranger = Cosigner.generate("w3.example", new SecureRandom());
        for (var few :
                List.of(
                        ledger.bundle(),
                        ledger.cosigned(first),
                        ledger.cosigned(first, stranger))) {
            var outcome = verifyAskingForTwo(few);

            assertThat(outcome).isInstanceOf(Outcome.Refused.class);
            var broken = ((Outcome.Refused) outcome).broken();
            assertThat(broken.what()).isEqualTo(BundleVerifier.WITNESSES);
            assertThat(broken.found())
                    .contains("of the 2 cosignatures", "w2.example has not cosigned");
        }
    }

    @Test
    void aCosignatureOfANamedWitnessThatDoesNotVerifySpoilsTheBundle() {
        var checkpoint = Checkpoint.parse(ledger.bundle().entry().proof().note().text());
        var other = new Checkpoint(checkpoint.origin(), checkpoint.head(), List.of("another"));
        var real = ledger.cosigned(first, second).entry().proof();
        var forged =
                ledger.bundle()
                        .entry()
                        .proof()
                        .note()
                        .with(first.cosign(checkpoint, SampleLedger.NOW))
                        .with(second.cosign(other, SampleLedger.NOW));
        var path = new InclusionProof(real.index(), checkpoint.size(), real.hashes());
        var bundle =
                new Bundle(
                        new Bundle.Proven(ledger.proven(2).entry(), ProofFile.of(path, forged)),
                        ledger.bundle().support());

        var outcome = verifyAskingForTwo(bundle);

        assertThat(((Outcome.Refused) outcome).broken().what()).isEqualTo("checkpoint");
        // Who does not know the witness is not concerned.
        assertThat(verify(bundle)).isInstanceOf(Outcome.Verified.class);
    }

    @Test
    void aCharterWhoseWitnessesCannotBeIsNoCharter() {
        var twice = List.of(first.verifier().toString(), first.verifier().toString());
        var charter = ledger.charter.asking(new Charter.Witnesses(2, twice));

        assertThatThrownBy(() -> CharterJson.read(CharterJson.write(charter)))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining("witnesses");
    }

    @Test
    void proofsOfTwoCheckpointsDoNotMakeOneBundle() {
        var early = new SampleLedger();
        early.add(early.appointment(early.olga, early.alice), early.olga);
        var first = early.proven(0);
        early.add(early.acceptance(early.alice), early.alice);
        early.add(early.endorsement(early.alice), early.alice);

        var outcome =
                new BundleVerifier(early.charter, early.authority.anchors())
                        .verify(new Bundle(early.proven(2), List.of(first, early.proven(1))));

        assertThat(((Outcome.Refused) outcome).broken().what()).isEqualTo("checkpoint");
    }

    @Test
    void supportOutOfOrderIsRefused() {
        assertThat(
                        broken(
                                new Bundle(
                                        ledger.proven(2),
                                        List.of(ledger.proven(1), ledger.proven(0)))))
                .contains("not-appointed");
    }

    @Test
    void anEntryTwiceIsRefused() {
        assertThat(
                        broken(
                                new Bundle(
                                        ledger.proven(2),
                                        List.of(
                                                ledger.proven(0),
                                                ledger.proven(1),
                                                ledger.proven(1)))))
                .isEqualTo("order: entry 1 stands behind entry 1");
    }

    @Test
    void admissionTimesThatGoBackAreRefused() {
        ledger.add(ledger.endorsement(ledger.alice), ledger.alice, SampleLedger.NOW);

        assertThat(
                        broken(
                                new Bundle(
                                        ledger.proven(3),
                                        List.of(ledger.proven(0), ledger.proven(1)))))
                .startsWith("order: entry 3 was admitted at 2026-11-21T12:00:00Z, before entry 1");
    }

    @Test
    void anotherAdmissionTimeThanTheLedgersIsNotProven() {
        var honest = ledger.proven(2);
        var later =
                LedgerEntry.of(
                        honest.entry().admittedAt().plusSeconds(1), honest.entry().envelope());

        assertThat(
                        broken(
                                new Bundle(
                                        new Bundle.Proven(later, honest.proof()),
                                        List.of(ledger.proven(0), ledger.proven(1)))))
                .startsWith("proof");
    }

    @Test
    void aCertificateRevokedByTheAdmissionIsRefusedAndOneRevokedLaterIsNot() {
        var certificate = ledger.alice.certificate();
        ledger.authority.revoke(certificate, SampleLedger.NOW.plusSeconds(3600));
        assertThat(verify(ledger.bundle())).isInstanceOf(Outcome.Verified.class);

        var other = new SampleLedger().story();
        other.authority.revoke(other.alice.certificate(), SampleLedger.NOW.minusSeconds(60));
        var outcome =
                new BundleVerifier(other.charter, other.authority.anchors()).verify(other.bundle());
        assertThat(((Outcome.Refused) outcome).broken().found()).contains("[revoked]");
    }

    @Test
    void aCharterWithAnotherPolicyOrOtherFirstAppointersRefuses() {
        var policy = new PolicyRef("policy", "2", Sha256.of(new byte[] {7}));
        var key = ledger.charter.key();
        var origin = ledger.charter.origin();
        var otherPolicy = new Charter(origin, key, policy, ledger.charter.owners());
        var body = new Charter.Body(SampleLedger.BIOMED, List.of(ledger.mallory.person()));
        var otherPeople = new Charter(origin, key, ledger.policy, List.of(body));

        assertThat(foundUnder(otherPolicy)).contains("[unknown-policy]");
        assertThat(foundUnder(otherPeople)).contains("[not-an-appointer]");
    }

    private String foundUnder(Charter charter) {
        var outcome =
                new BundleVerifier(charter, ledger.authority.anchors()).verify(ledger.bundle());
        return ((Outcome.Refused) outcome).broken().found();
    }

    @Test
    void aCharterWhoseKeyIsNotThatOfItsLedgerIsRefused() {
        var charter = ledger.charter;
        var text = new String(CharterJson.write(charter), StandardCharsets.UTF_8);
        var stranger = NoteSigner.generate("other.example", new SecureRandom()).verifier();

        assertCharterRefused(
                text.replace(charter.key(), stranger.toString()), "begins with the origin");
        assertCharterRefused(
                text.replace(charter.key(), charter.origin() + "+00000000+AAAA"),
                "key: expected a C2SP verifier key");
        assertCharterRefused(
                text.replaceFirst("\"issuer\"", "\"isuer\""), "owners[0].appointers[0].issuer");
        assertCharterRefused(text.replace("vo:biomed", "biomed"), "owners[0].owner: expected an");
    }

    private static void assertCharterRefused(String text, String mentions) {
        assertThatThrownBy(() -> CharterJson.read(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining(mentions);
    }

    @Test
    void base64WithoutPaddingOrWithSpareBitsIsRefused() {
        var text = new String(ledger.bundle().write(), StandardCharsets.UTF_8);
        int open = text.indexOf("\"bytes\" : \"") + "\"bytes\" : \"".length();
        var bytes = text.substring(open, text.indexOf('"', open));
        var entry = LedgerEntry.parse(Base64.getDecoder().decode(bytes));
        // A length that leaves one digit with spare bits: "…A=" also reads as "…B=".
        var padded = new byte[3 * 40 + 2];
        System.arraycopy(entry.bytes(), 0, padded, 0, padded.length);
        var strict = Base64.getEncoder().encodeToString(padded);
        var unpadded = strict.substring(0, strict.length() - 1);
        var last = strict.charAt(strict.length() - 2);
        var spare = strict.substring(0, strict.length() - 2) + (char) (last + 1) + "=";

        assertThat(Bundle.read(utf8(text.replace(bytes, strict)))).isNotNull();
        assertRefused(text.replace(bytes, unpadded), "base64 with padding");
        assertRefused(text.replace(bytes, spare), "base64 with padding");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void theProofOfOneEntryProvesNoOther() {
        var crossed = new Bundle.Proven(ledger.proven(2).entry(), ledger.proven(1).proof());

        assertThat(broken(new Bundle(crossed, List.of(ledger.proven(0), ledger.proven(1)))))
                .startsWith("proof");
    }

    @Test
    void aCertificateOfAnUnknownAuthorityIsRefused() {
        var elsewhere =
                TrialAuthority.create(
                        "Other CA",
                        TrialAuthority.KeyKind.EC_P256,
                        InstantSource.fixed(SampleLedger.NOW),
                        new SecureRandom());

        var outcome =
                new BundleVerifier(ledger.charter, elsewhere.anchors()).verify(ledger.bundle());

        assertThat(((Outcome.Refused) outcome).broken().found()).contains("unknown-issuer");
    }

    @Test
    void aBundleOfAnotherLedgerIsRefused() {
        var other = new SampleLedger().story();
        var outcome =
                new BundleVerifier(ledger.charter, other.authority.anchors())
                        .verify(other.bundle());

        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    }

    @Test
    void aBundleOfSomethingElseThanAnEndorsementIsRefused() {
        assertThat(broken(new Bundle(ledger.proven(1), List.of(ledger.proven(0)))))
                .contains("no endorsement");
    }

    @Test
    void everyChangedByteOfABundleIsNoticedOrChangesNothing() {
        var good = ledger.bundle();
        var bytes = good.write();
        var random = new Random(17);
        for (int round = 0; round < 400; round++) {
            var changed = bytes.clone();
            changed[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            Bundle bundle;
            try {
                bundle = Bundle.read(changed);
            } catch (MalformedInput e) {
                continue;
            }
            if (verify(bundle) instanceof Outcome.Verified verified) {
                assertThat(verified.endorsement().id())
                        .isEqualTo(((Outcome.Verified) verify(good)).endorsement().id());
            }
        }
    }

    @Test
    void badFilesAreRefusedWithTheMemberThatIsWrong() {
        var text = new String(ledger.bundle().write(), StandardCharsets.UTF_8);

        assertRefused(text.replace("bundle.v1", "bundle.v9"), "mediaType");
        assertRefused(text.replaceFirst("\"support\"", "\"sport\""), "support");
        assertRefused(text + "x", "");
        assertRefused(text.replaceFirst("tlog-proof@v1", "tlog-proof@v9"), "proof");
        var entry = Base64.getEncoder().encodeToString("nothing".getBytes(StandardCharsets.UTF_8));
        assertRefused(
                text.replaceFirst("\"bytes\" : \"[^\"]*\"", "\"bytes\" : \"" + entry + "\""),
                "bytes");
        assertRefused("[".repeat(100) + "]".repeat(100), "");
        assertRefused(" ".repeat(Bundle.MAX_BYTES + 1), "at most");
    }

    private static void assertRefused(String text, String mentions) {
        assertThatThrownBy(() -> Bundle.read(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining(mentions);
    }
}
