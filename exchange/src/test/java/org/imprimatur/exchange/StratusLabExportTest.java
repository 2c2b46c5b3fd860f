package org.imprimatur.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import org.imprimatur.exchange.stratuslab.StratusLabExport;
import org.imprimatur.exchange.stratuslab.StratusLabVerdict;
import org.imprimatur.exchange.stratuslab.StratusLabVerifier;
import org.imprimatur.register.Clause;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.TrialAuthority;
import org.imprimatur.trust.UnusableKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is written as a StratusLab document is read again, and says what the endorsement says. */
class StratusLabExportTest {

    private static final SampleLedger LEDGER = new SampleLedger();
    private static final SigningKey RITA =
            LEDGER.authority.issue("Rita", TrialAuthority.KeyKind.RSA_2048);

    private static final StratusLabExport.ImageFile FILE =
            new StratusLabExport.ImageFile(
                    SampleLedger.IMAGE.length,
                    digest("SHA-1"),
                    digest("SHA-256"),
                    Sha512.of(SampleLedger.IMAGE));

    private static String digest(String algorithm) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance(algorithm).digest(SampleLedger.IMAGE));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static StratusLabExport.Wish wish() {
        return new StratusLabExport.Wish(
                "rita@example.org",
                SampleLedger.NOW,
                SampleLedger.NOW.plus(Duration.ofDays(30)),
                null);
    }

    private Statement.Endorsement endorsement(SigningKey by) {
        return (Statement.Endorsement) LEDGER.endorsement(by);
    }

    private StratusLabVerdict verify(byte[] document) {
        return new StratusLabVerifier(LEDGER.authority.anchors())
                .verify(document, StratusLabVerifier.Terms.at(SampleLedger.NOW));
    }

    @ParameterizedTest
    @EnumSource(names = {"RSA_2048", "RSA_4096"})
    @Clause("WLCG-11")
    void aDocumentIsSignedWithRsaSha256WhateverTheLengthOfTheKey(TrialAuthority.KeyKind kind) {
        var key = LEDGER.authority.issue("Rita", kind);

        var document = StratusLabExport.write(endorsement(key), FILE, wish(), key);

        assertThat(new String(document, StandardCharsets.UTF_8))
                .contains("xmldsig-more#rsa-sha256\"", "xmlenc#sha256\"")
                .doesNotContain("rsa-sha1", "xmldsig#sha1");
        assertThat(verify(document))
                .isInstanceOfSatisfying(
                        StratusLabVerdict.Accepted.class,
                        accepted -> {
                            var said = accepted.evidence().document();
                            assertThat(accepted.evidence().person()).isEqualTo(key.person());
                            assertThat(said.identifier().sha1()).isEqualTo(FILE.sha1());
                            assertThat(said.checksums())
                                    .containsEntry("SHA-512", FILE.sha512().hex())
                                    .containsEntry("SHA-256", FILE.sha256());
                            assertThat(said.bytes()).isEqualTo(FILE.bytes());
                            assertThat(said.term("dcterms:title")).isEqualTo("An image");
                            assertThat(said.term("slterms:os")).isEqualTo("Debian");
                            assertThat(said.valid()).isEqualTo(wish().valid());
                        });
    }

    @Test
    void aWithdrawalIsRefusedByReadersAsOne() {
        var document =
                StratusLabExport.write(
                        endorsement(RITA),
                        FILE,
                        new StratusLabExport.Wish(
                                "rita@example.org",
                                SampleLedger.NOW,
                                SampleLedger.NOW.plusSeconds(60),
                                "a hole < & > ]]> \"'"),
                        RITA);

        assertThat(verify(document))
                .isInstanceOfSatisfying(
                        StratusLabVerdict.History.class,
                        history ->
                                assertThat(history.evidence().document().deprecated())
                                        .isEqualTo("a hole < & > ]]> \"'"));
    }

    @Test
    void anotherFileOrAnotherPersonsKeyIsNotSignedFor() {
        var other =
                new StratusLabExport.ImageFile(
                        FILE.bytes(), FILE.sha1(), FILE.sha256(), Sha512.of(new byte[1]));
        var paul = LEDGER.authority.issue("Paul", TrialAuthority.KeyKind.RSA_2048);

        assertThatThrownBy(() -> StratusLabExport.write(endorsement(RITA), other, wish(), RITA))
                .isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> StratusLabExport.write(endorsement(RITA), FILE, wish(), paul))
                .isInstanceOf(MalformedInput.class);
    }

    @Test
    void aKeyThatIsNotRsaCannotSignOne() {
        assertThatThrownBy(
                        () ->
                                StratusLabExport.write(
                                        endorsement(LEDGER.alice), FILE, wish(), LEDGER.alice))
                .isInstanceOf(UnusableKey.class)
                .hasMessageContaining("RSA");
    }

    @Test
    void whatXmlCannotHoldIsNotWritten() {
        assertThatThrownBy(
                        () ->
                                StratusLabExport.write(
                                        endorsement(RITA),
                                        FILE,
                                        new StratusLabExport.Wish(
                                                "rita@example.org",
                                                SampleLedger.NOW,
                                                wish().valid(),
                                                "\u0007\ufffe"),
                                        RITA))
                .isInstanceOf(MalformedInput.class);
        assertThatThrownBy(
                        () ->
                                StratusLabExport.write(
                                        endorsement(RITA),
                                        FILE,
                                        new StratusLabExport.Wish(
                                                "no address",
                                                SampleLedger.NOW,
                                                wish().valid(),
                                                null),
                                        RITA))
                .isInstanceOf(MalformedInput.class);
    }
}
