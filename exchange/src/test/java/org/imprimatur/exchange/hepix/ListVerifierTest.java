package org.imprimatur.exchange.hepix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TimeZone;
import java.util.stream.Stream;
import org.imprimatur.exchange.hepix.HepixFiles.Case;
import org.imprimatur.exchange.hepix.ListVerifier.Reason;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.trust.ChainVerdict;
import org.imprimatur.trust.SignedContent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListVerifierTest {

    static Stream<Case> cases() {
        return HepixFiles.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyFileGetsItsVerdictAndItsReason(Case file) {
        var verifier = file.verifier();
        if (file.verdict().equals("UNREADABLE")) {
            assertThatThrownBy(() -> verifier.verify(file.message(), HepixFiles.NOW))
                    .isInstanceOf(MalformedInput.class);
            return;
        }

        var verdict = verifier.verify(file.message(), HepixFiles.NOW);

        assertThat(verdict.refusals().stream().findFirst().map(Reason::code))
                .as("%s", verdict.refusals())
                .isEqualTo(
                        file.reason().equals("-") ? Optional.empty() : Optional.of(file.reason()));
        assertThat(verdict.accepted()).isEqualTo(file.verdict().equals("ACCEPTED"));
        if (verdict.accepted()) {
            assertThat(
                            verdict.images().stream()
                                    .flatMap(image -> image.objections().stream())
                                    .map(Reason::code))
                    .isEqualTo(file.images());
        }
    }

    @Test
    void anImageThatIsUnusableHarmsNoOther() {
        var file = HepixFiles.named("image-climbs-out");

        var verdict = file.verifier().verify(file.message(), HepixFiles.NOW);

        assertThat(verdict.images()).extracting(ImageVerdict::usable).containsExactly(true, false);
    }

    @Test
    void everyReasonOfAListIsTold() {
        var file = HepixFiles.named("expires-before-created");

        assertThat(file.verifier().verify(file.message(), HepixFiles.NOW).refusals())
                .extracting(Reason::code)
                .containsExactly("created-in-future", "expires-before-created");
    }

    @Test
    void theEndIsInUniversalTimeWhereverTheMachineIs() {
        var file = HepixFiles.named("good");
        var end = java.time.Instant.parse("2026-12-18T00:00:00Z");
        var here = TimeZone.getDefault();
        try {
            for (var zone : List.of("America/New_York", "Europe/Athens", "UTC")) {
                TimeZone.setDefault(TimeZone.getTimeZone(zone));
                assertThat(file.verifier().verify(file.message(), end.minusSeconds(1)).accepted())
                        .as(zone)
                        .isTrue();
                assertThat(file.verifier().verify(file.message(), end).accepted())
                        .as(zone)
                        .isFalse();
            }
        } finally {
            TimeZone.setDefault(here);
        }
    }

    @Test
    void theSameListAgainIsNoChange() {
        var file = HepixFiles.named("same-again");
        var newer = HepixFiles.named("newer-version");

        assertThat(file.verifier().verify(file.message(), HepixFiles.NOW).unchanged()).isTrue();
        assertThat(newer.verifier().verify(newer.message(), HepixFiles.NOW).unchanged()).isFalse();
    }

    @Test
    void anotherAddressInTheListIsToldAndNotFollowed() {
        var file = HepixFiles.named("moves-elsewhere");

        assertThat(file.verifier().verify(file.message(), HepixFiles.NOW).warnings())
                .anyMatch(warning -> warning.contains("https://evil.example/list"));
    }

    @Test
    void aMissingRevocationListIsToldWhereItIsNotRequired() {
        var file = HepixFiles.named("crl-missing");
        var lenient = new Case(file.name(), List.of("anchors-no-crl"), "ACCEPTED", "-", List.of());

        var verdict = lenient.verifier().verify(file.message(), HepixFiles.NOW);

        assertThat(verdict.accepted()).isTrue();
        assertThat(verdict.warnings()).anyMatch(warning -> warning.contains("revocation list"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"good", "good-capital-hex"})
    void memoryIsInBytesWhateverTheUnitOfTheList(String name) {
        var file = HepixFiles.named(name);

        var verdict = file.verifier().verify(file.message(), HepixFiles.NOW);

        assertThat(verdict.images().getFirst().ramBytes()).hasValue(512L << 20);
    }

    @Test
    void noBitOfTheSignedContentCanChange() {
        var file = HepixFiles.named("good");
        byte[] good = file.message();
        var verifier = file.verifier();
        var text = new String(good, StandardCharsets.ISO_8859_1);
        int from = text.indexOf("{");
        int to = text.lastIndexOf("}");
        for (int at = from; at <= to; at += 7) {
            var bad = good.clone();
            bad[at] ^= 1;

            assertThat(accepted(verifier, bad)).as("byte %d", at).isFalse();
        }
    }

    @Test
    void noPrefixOfAMessageIsAccepted() {
        var file = HepixFiles.named("good");
        byte[] good = file.message();
        var verifier = file.verifier();
        var text = new String(good, StandardCharsets.ISO_8859_1);
        int closed = text.lastIndexOf("--\n") + 2;
        for (int length = 0; length < closed; length += 41) {
            assertThat(accepted(verifier, Arrays.copyOf(good, length))).as("%d", length).isFalse();
        }
    }

    private static boolean accepted(ListVerifier verifier, byte[] message) {
        try {
            return verifier.verify(message, HepixFiles.NOW).accepted();
        } catch (MalformedInput e) {
            assertThat(e.explanation()).isNotBlank();
            return false;
        }
    }

    @Test
    void whatIsSignedWithoutAttributesCannotBePassedOffAsAttributes() {
        // The signature over attributes is one over their bytes; those bytes are no list.
        var file = HepixFiles.named("good");
        var mime = SmimeMessage.parse(file.message());
        var signed = SignedContent.parse(mime.signature());

        var verdict =
                signed.verify(
                        new byte[] {0x31, 0},
                        HepixFiles.anchors("anchors", org.imprimatur.trust.CrlMode.REQUIRE),
                        false,
                        HepixFiles.NOW);

        assertThat(verdict).isInstanceOf(SignedContent.NotVerified.class);
    }

    @Test
    void nestedNoiseIsRefusedWithoutUsingUpTheStack() {
        var nested = new byte[400_000];
        for (int i = 0; i < nested.length; i += 2) {
            nested[i] = 0x30;
            nested[i + 1] = (byte) 0x80;
        }

        assertThatThrownBy(() -> SignedContent.parse(nested)).isInstanceOf(MalformedInput.class);
    }

    @Test
    void everyReasonStandsInTheDocumentation() throws IOException {
        var page = Files.readString(Path.of("../docs/format.md"));

        for (var reason : ListReason.values()) {
            assertThat(page).contains("`" + reason.label() + "`");
        }
        for (var code : SignedContent.Code.values()) {
            assertThat(page).contains("`" + code.label() + "`");
        }
        for (var code : ChainVerdict.Code.values()) {
            assertThat(page).contains("`" + code.label() + "`");
        }
    }

    @Test
    void everyReasonOfAListHasAFile() {
        var seen =
                HepixFiles.cases()
                        .flatMap(
                                one ->
                                        Stream.concat(
                                                Stream.of(one.reason()), one.images().stream()))
                        .toList();

        // Nobody wants a file with 50,000 images, and the second is never the first reason. The
        // others are said of lists that are brought to a node (ListDraftTest).
        var others =
                Set.of(
                        ListReason.TOO_MANY_IMAGES,
                        ListReason.EXPIRES_BEFORE_CREATED,
                        ListReason.OTHER_ADDRESS,
                        ListReason.IMAGE_NOT_ENDORSED,
                        ListReason.IMAGE_DIFFERS);
        for (var reason : ListReason.values()) {
            if (!others.contains(reason)) {
                assertThat(seen).contains(reason.label());
            }
        }
    }

    @Test
    void moreImagesThanAListMayHaveAreRefused() {
        var images = "{},".repeat(ImageList.MAX_IMAGES) + "{}";
        var list =
                ImageList.read(
                        ("{\"hv:imagelist\": {\"hv:images\": [" + images + "]}}")
                                .getBytes(StandardCharsets.UTF_8));

        assertThat(ListVerifier.objectionsTo(list, HepixFiles.NOW))
                .extracting(Reason::code)
                .contains("too-many-images");
    }

    @Test
    void theNamesAreThoseThatOpensslPrints() {
        for (var file : List.of("good-name-escaped", "good")) {
            var one = HepixFiles.named(file);
            var verdict = one.verifier().verify(one.message(), HepixFiles.NOW);

            assertThat(verdict.signer().orElseThrow().subject())
                    .isEqualTo(
                            file.equals("good")
                                    ? "/DC=org/DC=example/O=Physics/CN=Alice Endorser"
                                    : "/DC=org/DC=example/O=Physics/CN=J\\xC3\\xB6rg");
        }
    }
}
