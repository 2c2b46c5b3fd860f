package org.imprimatur.exchange.hepix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.imprimatur.exchange.hepix.ListVerifier.Expected;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.TrialAuthority;
import org.imprimatur.trust.TrialAuthority.KeyKind;
import org.imprimatur.trust.UnusableKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ListWriterTest {

    private static final Instant NOW = HepixFiles.NOW;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final TrialAuthority AUTHORITY =
            TrialAuthority.create("Test CA", KeyKind.EC_P256, InstantSource.fixed(NOW), RANDOM);
    private static final SigningKey KEY = AUTHORITY.issue("Alice");

    private static ListWriter writer(Instant at, Optional<ImageList> previous) {
        return new ListWriter(at, at.plus(Duration.ofDays(28)), Optional.empty(), previous);
    }

    private static ImageList good() {
        return ImageList.readAny(HepixFiles.bytes("good.list"));
    }

    private static ImageList with(String old, String replacement) {
        var json =
                new String(
                        SmimeMessage.parse(HepixFiles.bytes("good.list")).content(),
                        StandardCharsets.UTF_8);
        assertThat(json).contains(old);
        return ImageList.read(json.replace(old, replacement).getBytes(StandardCharsets.UTF_8));
    }

    private static ListVerifier.Verdict verify(byte[] message, Optional<ImageList> previous) {
        return new ListVerifier(
                        AUTHORITY.anchors(),
                        false,
                        new Expected(
                                Optional.of("/O=Imprimatur trials/OU=for trials only/CN=Alice"),
                                Optional.empty(),
                                () -> previous,
                                Optional.empty()))
                .verify(message, NOW);
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"RSA_2048", "RSA_4096", "EC_P256", "EC_P384"})
    void whatIsSignedIsAccepted(KeyKind kind) {
        var key = AUTHORITY.issue("Alice", kind);

        var message = writer(NOW, Optional.empty()).sign(good(), key, RANDOM);
        var verdict = verify(message, Optional.empty());

        assertThat(verdict.refusals()).isEmpty();
        assertThat(verdict.warnings()).isEmpty();
        assertThat(verdict.images()).hasSize(2).allMatch(ImageVerdict::usable);
        assertThat(verdict.signer().orElseThrow().time()).hasValue(NOW);
    }

    @Test
    void aKeyThatOtherReadersDoNotKnowSignsNothing() {
        var key = AUTHORITY.issue("Alice", KeyKind.ED25519);

        assertThatThrownBy(() -> writer(NOW, Optional.empty()).sign(good(), key, RANDOM))
                .isInstanceOf(UnusableKey.class);
    }

    @Test
    void theMessageHasTheFormThatPeersHaveAlwaysSeen() {
        var message =
                new String(
                        writer(NOW, Optional.empty()).sign(good(), KEY, RANDOM),
                        StandardCharsets.UTF_8);

        assertThat(message)
                .startsWith(
                        "MIME-Version: 1.0\nContent-Type: multipart/signed;"
                                + " protocol=\"application/x-pkcs7-signature\"; micalg=\"sha-256\";"
                                + " boundary=\"----")
                .containsPattern(
                        "\n\nThis is an S/MIME signed message\n\n------[0-9A-F]{32}\n\\{\r\n")
                .containsPattern(
                        "\n}\n------[0-9A-F]{32}\nContent-Type: application/x-pkcs7-signature;"
                                + " name=\"smime.p7s\"\nContent-Transfer-Encoding: base64\n")
                .containsPattern("\n\n------[0-9A-F]{32}--\n\n$");
        assertThat(message.lines().filter(line -> line.startsWith("MI")))
                .allMatch(l -> l.length() == 64 || l.startsWith("MIME"));
    }

    @Test
    void versionsRise() {
        var first = ImageList.readAny(writer(NOW, Optional.empty()).sign(good(), KEY, RANDOM));
        var second = ImageList.readAny(writer(NOW, Optional.of(first)).sign(first, KEY, RANDOM));

        assertThat(first.text("hv:version")).hasValue("31");
        assertThat(second.text("hv:version")).hasValue("32");
        var verdict =
                verify(
                        writer(NOW, Optional.of(first)).sign(first, KEY, RANDOM),
                        Optional.of(first));
        assertThat(verdict.accepted()).isTrue();
        assertThat(verdict.unchanged()).isFalse();
    }

    @Test
    void aVersionThatIsNotHigherIsNotSigned() {
        var writer =
                new ListWriter(NOW, NOW.plusSeconds(60), Optional.of("31"), Optional.of(good()));

        assertThatThrownBy(() -> writer.sign(good(), KEY, RANDOM))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining("not higher");
    }

    @Test
    void anotherListIsNotSignedAsTheNext() {
        var other = ImageList.readAny(HepixFiles.bytes("other-list.list"));

        assertThatThrownBy(() -> writer(NOW, Optional.of(other)).sign(good(), KEY, RANDOM))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining("dc:identifier");
    }

    @Test
    void whatNobodyCanMakeUpIsAskedForAllAtOnce() {
        var draft = ImageList.readAny(HepixFiles.bytes("good-hepix-keys-only.list"));

        assertThatThrownBy(() -> writer(NOW, Optional.empty()).sign(draft, KEY, RANDOM))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining("the list: no ad:vo")
                .hasMessageContaining("image 1: no ad:mpuri")
                .hasMessageContaining("image 1: no hv:format")
                .hasMessageContaining("image 1: no sl:osname");
    }

    @Test
    void aFaultyImageIsNotSigned() {
        assertThatThrownBy(
                        () ->
                                writer(NOW, Optional.empty())
                                        .sign(
                                                with(
                                                        "https://images.example.org/worker-1",
                                                        "ftp://x"),
                                                KEY,
                                                RANDOM))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining("image 1: hv:uri");
    }

    @Test
    void keysStandInOneOrderWhateverTheirOrderWas() {
        var one = writer(NOW, Optional.empty()).complete(good(), KEY);
        var again = writer(NOW, Optional.empty()).complete(ImageList.read(one), KEY);

        assertThat(again).isEqualTo(one);
        assertThat(new String(one, StandardCharsets.UTF_8))
                .containsSubsequence(
                        "dc:date:created",
                        "dc:date:expires",
                        "dc:identifier",
                        "ad:vo",
                        "hv:images",
                        "dc:identifier",
                        "ad:mpuri",
                        "hv:size\" : 734003200",
                        "sl:osversion")
                .contains("\"hv:ram_minimum\" : 536870912");
    }

    @Test
    void versionsCompareAsTheReferenceSubscriberHasIt() {
        var rising =
                List.of(
                        "",
                        "3",
                        "10",
                        "20260302090000",
                        "20260302090000.1",
                        "a",
                        "a1",
                        "a1.2",
                        "a1.10");
        for (int i = 0; i < rising.size(); i++) {
            for (int j = 0; j < rising.size(); j++) {
                assertThat(Integer.signum(ListVersion.compare(rising.get(i), rising.get(j))))
                        .as("%s and %s", rising.get(i), rising.get(j))
                        .isEqualTo(Integer.compare(i, j));
            }
        }
        assertThat(ListVersion.compare("1.2", "1-02")).isZero();
        for (var version :
                List.of(
                        "9",
                        "1.9",
                        "v99",
                        "1.0-alpha",
                        "alpha",
                        "100000000000000000005",
                        "99999999999999999999")) {
            assertThat(ListVersion.compare(ListVersion.after(version), version))
                    .as(version)
                    .isPositive();
        }
    }

    @Test
    void aDifferenceIsToldByImageAndKey() {
        var diff = ListDiff.between(good(), with("worker-1.qcow2", "worker-3.qcow2"));
        var emptied =
                ListDiff.between(
                        good(), ImageList.readAny(HepixFiles.bytes("good-empty-list.list")));

        assertThat(diff.changed()).hasSize(1);
        assertThat(diff.changed().getFirst().keys()).containsExactly("hv:uri");
        assertThat(diff.changed().getFirst().newFile()).isFalse();
        assertThat(emptied.removed()).hasSize(2);
        assertThat(ListDiff.between(good(), good()).isEmpty()).isTrue();
    }
}
