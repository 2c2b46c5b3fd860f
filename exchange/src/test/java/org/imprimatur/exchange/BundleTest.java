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
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.register.Clause;
import org.imprimatur.register.MalformedInput;
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
                        "checkpoint",
                        "entry 0, appointment",
                        "entry 1, acceptance",
                        "entry 2, endorsement");
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

        assertThat(broken(bundle)).startsWith("proof");
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
