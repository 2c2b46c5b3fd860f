package org.imprimatur.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.trust.Samples.CLOCK;
import static org.imprimatur.trust.Samples.NOW;
import static org.imprimatur.trust.Samples.RANDOM;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Random;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.imprimatur.register.Person;
import org.imprimatur.trust.ChainVerdict.Code;
import org.imprimatur.trust.TrialAuthority.KeyKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each reason to refuse a chain, by one chain that has just that fault. */
class ChainVerdictTest {

    private static final Instant LATER = NOW.plus(Duration.ofDays(1));

    private TrialAuthority ca;

    @BeforeEach
    void newAuthority() {
        ca = Samples.authority();
    }

    @Test
    void aGoodChainNamesThePersonAndTheAnchor() {
        var alice = ca.issue("Alice");

        var verdict = judge(alice.chain(), NOW);

        assertThat(verdict)
                .isEqualTo(
                        new ChainVerdict.Valid(
                                new Person(
                                        "CN=Alice,OU=for trials only,O=Imprimatur trials",
                                        "CN=Test CA,OU=for trials only,O=Imprimatur trials"),
                                alice.certificate(),
                                ca.certificate(),
                                List.of()));
    }

    @Test
    void anExpiredCertificateIsRefused() {
        refused(ca.application("Alice").expired().issue().chain(), Code.EXPIRED);
    }

    @Test
    void aCertificateThatIsNotYetValidIsRefused() {
        refused(ca.application("Alice").notYetValid().issue().chain(), Code.NOT_YET_VALID);
    }

    @Test
    void validityIncludesItsFirstAndItsLastSecond() {
        var chain = ca.application("Alice").valid(NOW, LATER).issue().chain();
        var crl = ca.crl(NOW, NOW.plus(Duration.ofDays(9)));
        var anchors = TrustAnchors.of(List.of(ca.certificate()), List.of(crl), CrlMode.REQUIRE);

        assertThat(code(anchors.judgeCertificates(chain, NOW.minusMillis(1))))
                .isEqualTo(Code.NOT_YET_VALID);
        assertThat(anchors.judgeCertificates(chain, NOW)).isInstanceOf(ChainVerdict.Valid.class);
        assertThat(anchors.judgeCertificates(chain, LATER.plusMillis(999)))
                .isInstanceOf(ChainVerdict.Valid.class);
        assertThat(code(anchors.judgeCertificates(chain, LATER.plusMillis(1000))))
                .isEqualTo(Code.EXPIRED);
    }

    @Test
    void aRevocationCountsFromItsOwnInstantSoOlderStatementsStayGood() {
        var alice = ca.issue("Alice");
        ca.revoke(alice.certificate(), LATER);

        assertThat(code(judge(alice.chain(), LATER))).isEqualTo(Code.REVOKED);
        assertThat(code(judge(alice.chain(), LATER.plusSeconds(60)))).isEqualTo(Code.REVOKED);
        var before = (ChainVerdict.Valid) judge(alice.chain(), LATER.minusMillis(1));
        assertThat(before.notes()).singleElement().asString().contains("revoked later");
    }

    @Test
    void othersAreNotRevokedWithOne() {
        ca.revoke(ca.issue("Mallory").certificate(), NOW);

        assertThat(judge(ca.issue("Alice").chain(), NOW)).isInstanceOf(ChainVerdict.Valid.class);
    }

    @Test
    void anUnknownAuthorityIsRefused() {
        var other = TrialAuthority.create("Other CA", KeyKind.EC_P256, CLOCK, RANDOM);

        refused(other.issue("Alice").chain(), Code.UNKNOWN_ISSUER);
    }

    @Test
    void anAuthorityThatOnlyHasTheNameIsRefused() {
        var impostor = Samples.authority();

        refused(impostor.issue("Alice").chain(), Code.BAD_SIGNATURE);
    }

    @Test
    void aSelfSignedCertificateOfAPersonIsRefused() throws Exception {
        var keys = KeyKind.EC_P256.generate(RANDOM);
        var name = TrialAuthority.name("Alice");
        refused(List.of(signed(name, name, keys, keys, "SHA256withECDSA")), Code.UNKNOWN_ISSUER);
    }

    @Test
    void anIntermediateAuthorityServesWhenItsListIsThere() {
        var below = ca.intermediate("Department CA", KeyKind.EC_P384);
        var alice = below.issue("Alice");
        var anchors =
                TrustAnchors.of(
                        List.of(ca.certificate()), List.of(ca.crl(), below.crl()), CrlMode.REQUIRE);

        assertThat(alice.chain()).hasSize(2);
        assertThat(anchors.judgeCertificates(alice.chain(), NOW))
                .isInstanceOfSatisfying(
                        ChainVerdict.Valid.class,
                        valid -> assertThat(valid.anchor()).isEqualTo(ca.certificate()));
    }

    @Test
    void aRevokedIntermediateTakesItsPeopleWithIt() {
        var below = ca.intermediate("Department CA", KeyKind.EC_P256);
        var alice = below.issue("Alice");
        ca.revoke(below.certificate(), NOW);
        var crls = List.of(ca.crl(), below.crl());

        var rootOnly = TrustAnchors.of(List.of(ca.certificate()), crls, CrlMode.REQUIRE);
        var both =
                TrustAnchors.of(
                        List.of(below.certificate(), ca.certificate()), crls, CrlMode.REQUIRE);

        assertThat(code(rootOnly.judgeCertificates(alice.chain(), NOW))).isEqualTo(Code.REVOKED);
        assertThat(code(both.judgeCertificates(alice.chain(), NOW))).isEqualTo(Code.REVOKED);
        assertThat(code(both.judgeCertificates(List.of(alice.certificate()), NOW)))
                .isEqualTo(Code.REVOKED);
    }

    @Test
    void anIntermediateMayItselfBeTheAnchor() {
        var below = ca.intermediate("Department CA", KeyKind.EC_P256);
        var anchors =
                TrustAnchors.of(
                        List.of(below.certificate()), List.of(below.crl()), CrlMode.REQUIRE);
        var alice = below.issue("Alice");

        assertThat(anchors.judgeCertificates(alice.chain(), NOW))
                .isInstanceOf(ChainVerdict.Valid.class);
        assertThat(anchors.judgeCertificates(List.of(alice.certificate()), NOW))
                .isInstanceOf(ChainVerdict.Valid.class);
    }

    @Test
    void theRootAtTheEndOfAChainIsNoMatter() {
        var chain = new ArrayList<>(ca.issue("Alice").chain());
        chain.add(ca.certificate());

        assertThat(judge(chain, NOW)).isInstanceOf(ChainVerdict.Valid.class);
    }

    @Test
    void aChainInTheWrongOrderIsRefused() {
        var below = ca.intermediate("Department CA", KeyKind.EC_P256);
        var chain = new ArrayList<>(below.issue("Alice").chain());
        chain.add(1, ca.issue("Bob").certificate());
        refused(chain, Code.CHAIN_BROKEN);

        refused(below.issue("Alice").chain().reversed(), Code.NOT_A_SIGNING_CERTIFICATE);
    }

    @Test
    void aChainOfNineIsRefused() {
        refused(Collections.nCopies(9, ca.issue("Alice").certificate()), Code.CHAIN_TOO_LONG);
    }

    @Test
    void anAuthorityWithMoreAuthoritiesBelowThanAllowedIsRefused() throws Exception {
        var keys = KeyKind.EC_P256.generate(RANDOM);
        var narrow =
                ca.certify(
                        TrialAuthority.name("Narrow CA"),
                        keys.getPublic(),
                        NOW,
                        LATER,
                        builder ->
                                builder.addExtension(
                                        Extension.basicConstraints, true, new BasicConstraints(0)));
        var belowKeys = KeyKind.EC_P256.generate(RANDOM);
        var below =
                new JcaX509v3CertificateBuilder(
                        narrow,
                        BigInteger.TEN,
                        Date.from(NOW),
                        Date.from(LATER),
                        TrialAuthority.name("Below CA"),
                        belowKeys.getPublic());
        below.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        var alice =
                signed(
                        TrialAuthority.name("Alice"),
                        TrialAuthority.name("Below CA"),
                        KeyKind.EC_P256.generate(RANDOM),
                        belowKeys,
                        "SHA256withECDSA");

        refused(
                List.of(alice, certificate(below, keys, "SHA256withECDSA"), narrow),
                Code.CHAIN_TOO_LONG);
    }

    @Test
    void aPersonCannotIssueCertificates() throws Exception {
        var alice = ca.issue("Alice");
        var mallory =
                signed(
                        TrialAuthority.name("Mallory"),
                        TrialAuthority.name("Alice"),
                        KeyKind.EC_P256.generate(RANDOM),
                        new KeyPair(alice.certificate().getPublicKey(), alice.privateKey()),
                        "SHA256withECDSA");

        refused(List.of(mallory, alice.certificate()), Code.INVALID_PATH);
    }

    @Test
    void aShortRsaKeyIsRefused() throws Exception {
        refusedForKey(rsa(1024), "RSA key of 1024 bits");
    }

    @Test
    void otherCurvesAreRefused() throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp521r1"));
        refusedForKey(generator.generateKeyPair(), "expected P-256 or P-384");
        refusedForKey(KeyPairGenerator.getInstance("Ed448").generateKeyPair(), "EdDSA");
    }

    @Test
    void aCurveThatJavaDoesNotKnowIsRefusedForThatReason() throws Exception {
        var provider = new org.bouncycastle.jce.provider.BouncyCastleProvider();
        var generator = KeyPairGenerator.getInstance("EC", provider);
        generator.initialize(new ECGenParameterSpec("secp256k1"));
        var chain = certificateDer(generator.generateKeyPair());

        var verdict = anchors().judge(List.of(chain), NOW);

        assertThat(code(verdict)).isEqualTo(Code.WEAK_KEY);
    }

    @Test
    void dsaIsRefused() throws Exception {
        var generator = KeyPairGenerator.getInstance("DSA");
        generator.initialize(2048);
        refusedForKey(generator.generateKeyPair(), "keys of type DSA");
    }

    @Test
    void aCertificateSignedOverSha1IsRefused() throws Exception {
        var keys = KeyKind.EC_P256.generate(RANDOM);
        var subject = TrialAuthority.name("Alice");
        var issuer = ca.certificate().getSubjectX500Principal();
        refused(
                List.of(signed(subject, issuer, keys, ca.keys(), "SHA1withECDSA")),
                Code.WEAK_SIGNATURE);
    }

    @Test
    void anIntermediateSignedOverMd5IsRefused() throws Exception {
        var rsa = TrialAuthority.create("RSA CA", KeyKind.RSA_2048, CLOCK, RANDOM);
        var keys = KeyKind.EC_P256.generate(RANDOM);
        var builder =
                new JcaX509v3CertificateBuilder(
                        rsa.certificate(),
                        BigInteger.TEN,
                        Date.from(NOW),
                        Date.from(LATER),
                        TrialAuthority.name("Below CA"),
                        keys.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        var below = certificate(builder, rsa.keys(), "MD5withRSA");
        var alice =
                signed(
                        TrialAuthority.name("Alice"),
                        TrialAuthority.name("Below CA"),
                        KeyKind.EC_P256.generate(RANDOM),
                        keys,
                        "SHA256withECDSA");

        assertThat(code(rsa.anchors().judgeCertificates(List.of(alice, below), NOW)))
                .isEqualTo(Code.WEAK_SIGNATURE);
    }

    @Test
    void anAuthoritysCertificateDoesNotSignStatements() {
        refused(List.of(ca.certificate()), Code.NOT_A_SIGNING_CERTIFICATE);
    }

    @Test
    void aKeyUsageWithoutDigitalSignatureIsRefused() {
        refused(
                List.of(
                        ca.certify(
                                TrialAuthority.name("Alice"),
                                KeyKind.EC_P256.generate(RANDOM).getPublic(),
                                NOW,
                                LATER,
                                builder ->
                                        builder.addExtension(
                                                Extension.keyUsage,
                                                true,
                                                new KeyUsage(KeyUsage.keyAgreement)))),
                Code.NOT_A_SIGNING_CERTIFICATE);
    }

    @Test
    void aProxyCertificateIsRefused() {
        refused(
                List.of(
                        ca.certify(
                                TrialAuthority.name("Alice"),
                                KeyKind.EC_P256.generate(RANDOM).getPublic(),
                                NOW,
                                LATER,
                                builder ->
                                        builder.addExtension(
                                                new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.14"),
                                                true,
                                                DERNull.INSTANCE))),
                Code.NOT_A_SIGNING_CERTIFICATE);
    }

    @Test
    void aCriticalExtensionThatNobodyKnowsIsRefused() {
        refused(
                List.of(
                        ca.certify(
                                TrialAuthority.name("Alice"),
                                KeyKind.EC_P256.generate(RANDOM).getPublic(),
                                NOW,
                                LATER,
                                builder ->
                                        builder.addExtension(
                                                new ASN1ObjectIdentifier("1.2.3.4.5"),
                                                true,
                                                DERNull.INSTANCE))),
                Code.INVALID_PATH);
    }

    @Test
    void aNameThatTheRegisterCannotHoldIsRefused() {
        var longName = new X500Principal("CN=" + "a,OU=b".repeat(100));
        refused(
                List.of(
                        ca.certify(
                                longName,
                                KeyKind.EC_P256.generate(RANDOM).getPublic(),
                                NOW,
                                LATER,
                                TrialAuthority::asPerson)),
                Code.UNUSABLE_NAME);
    }

    @Test
    void bytesThatAreNoCertificateAreRefused() {
        var der = Certificates.der(ca.issue("Alice").certificate());
        var trailing = Arrays.copyOf(der, der.length + 1);
        var truncated = Arrays.copyOf(der, der.length - 1);

        for (var bad : List.of(trailing, truncated, new byte[] {1, 2, 3}, new byte[] {0x30})) {
            assertThat(code(anchors().judge(List.of(bad), NOW)))
                    .isEqualTo(Code.MALFORMED_CERTIFICATE);
        }
    }

    @Test
    void aMissingListIsRefusedOrNotedAsTheModeSays() {
        var chain = ca.issue("Alice").chain();
        var authorities = List.of(ca.certificate());

        var strict = TrustAnchors.of(authorities, List.of(), CrlMode.REQUIRE);
        var lenient = TrustAnchors.of(authorities, List.of(), CrlMode.IF_PRESENT);

        assertThat(code(strict.judgeCertificates(chain, NOW))).isEqualTo(Code.CRL_MISSING);
        assertThat(lenient.judgeCertificates(chain, NOW))
                .isInstanceOfSatisfying(
                        ChainVerdict.Valid.class,
                        valid ->
                                assertThat(valid.notes())
                                        .singleElement()
                                        .asString()
                                        .contains("no revocation list"));
    }

    @Test
    void aListThatIsPastItsNextUpdateIsRefusedInBothModes() {
        var chain = ca.issue("Alice").chain();
        var old = ca.crl(NOW.minus(Duration.ofDays(9)), NOW.minusSeconds(1));

        for (var mode : CrlMode.values()) {
            var anchors = TrustAnchors.of(List.of(ca.certificate()), List.of(old), mode);
            assertThat(code(anchors.judgeCertificates(chain, NOW))).isEqualTo(Code.CRL_EXPIRED);
            assertThat(anchors.judgeCertificates(chain, NOW.minusSeconds(1)))
                    .isInstanceOf(ChainVerdict.Valid.class);
        }
    }

    @Test
    void theNewestListCounts() {
        var alice = ca.issue("Alice");
        var before = ca.crl(NOW.minus(Duration.ofDays(2)), LATER);
        ca.revoke(alice.certificate(), NOW);
        var after = ca.crl(NOW.minus(Duration.ofDays(1)), LATER);

        for (var crls : List.of(List.of(before, after), List.of(after, before))) {
            var anchors = TrustAnchors.of(List.of(ca.certificate()), crls, CrlMode.IF_PRESENT);
            assertThat(code(anchors.judgeCertificates(alice.chain(), NOW))).isEqualTo(Code.REVOKED);
        }
    }

    @Test
    void aListThatTheAuthorityDidNotSignIsRefused() {
        var impostor = Samples.authority();
        var anchors =
                TrustAnchors.of(
                        List.of(ca.certificate()), List.of(impostor.crl()), CrlMode.IF_PRESENT);

        assertThat(code(anchors.judgeCertificates(ca.issue("Alice").chain(), NOW)))
                .isEqualTo(Code.CRL_UNUSABLE);
    }

    /** Many statements by one signer then cost one signature check each. */
    @Test
    void aChainIsJudgedOnceAndRemembered() {
        var store = AnchorStore.of(List.of(ca.certificate()), List.of(ca.crl()), CrlMode.REQUIRE);
        byte[] alice = Certificates.der(ca.issue("Alice").certificate());
        byte[] bob = Certificates.der(ca.issue("Bob").certificate());

        var first = store.assess(List.of(alice));

        assertThat(store.assess(List.of(bob))).isNotSameAs(first);
        assertThat(store.assess(List.of(alice.clone()))).isSameAs(first);
    }

    /** Nesting that would exhaust the stack of a careless parser. */
    @Test
    void certificatesOfNothingButNestingAreRefused() {
        byte[] indefinite = new byte[45_000];
        for (int i = 0; i < indefinite.length; i += 2) {
            indefinite[i] = 0x30;
            indefinite[i + 1] = (byte) 0x80;
        }
        byte[] definite = new byte[45_000];
        for (int i = 0; i + 4 <= definite.length; i += 4) {
            definite[i] = 0x30;
            definite[i + 1] = (byte) 0x82;
            definite[i + 2] = (byte) ((definite.length - i - 4) >> 8);
            definite[i + 3] = (byte) (definite.length - i - 4);
        }

        for (var bad : List.of(indefinite, definite)) {
            assertThat(code(anchors().judge(List.of(bad), NOW)))
                    .isEqualTo(Code.MALFORMED_CERTIFICATE);
        }
    }

    @Test
    void changedCertificatesNeverEndInAnException() {
        var random = new Random(20261121);
        byte[] good = Certificates.der(ca.issue("Alice").certificate());
        var anchors = anchors();
        for (int i = 0; i < 3_000; i++) {
            byte[] bad = good.clone();
            for (int changes = 0; changes <= i % 3; changes++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            if (!Arrays.equals(good, bad)) {
                assertThat(anchors.judge(List.of(bad), NOW))
                        .isInstanceOf(ChainVerdict.Invalid.class);
            }
        }
    }

    @Test
    void aChainThatWasRememberedIsStillJudgedByTheInstant() {
        var chain = ca.issue("Alice").chain();
        var anchors = anchors();

        for (int i = 0; i < 3; i++) {
            assertThat(anchors.judgeCertificates(chain, NOW))
                    .isInstanceOf(ChainVerdict.Valid.class);
            assertThat(code(anchors.judgeCertificates(chain, NOW.plus(Duration.ofDays(4000)))))
                    .isEqualTo(Code.EXPIRED);
            assertThat(code(anchors.judgeCertificates(chain, NOW.minus(Duration.ofDays(1)))))
                    .isEqualTo(Code.NOT_YET_VALID);
        }
    }

    private TrustAnchors anchors() {
        return TrustAnchors.of(
                List.of(ca.certificate()),
                List.of(ca.crl(NOW, NOW.plus(Duration.ofDays(5000)))),
                CrlMode.REQUIRE);
    }

    private ChainVerdict judge(List<X509Certificate> chain, Instant at) {
        return anchors().judgeCertificates(chain, at);
    }

    private void refused(List<X509Certificate> chain, Code expected) {
        var verdict = judge(chain, NOW);
        assertThat(verdict).isInstanceOf(ChainVerdict.Invalid.class);
        assertThat(code(verdict)).as(verdict.toString()).isEqualTo(expected);
        assertThat(((ChainVerdict.Invalid) verdict).explanation()).isNotBlank();
    }

    private void refusedForKey(KeyPair keys, String said) {
        var certificate =
                ca.certify(
                        TrialAuthority.name("Alice"),
                        keys.getPublic(),
                        NOW,
                        LATER,
                        TrialAuthority::asPerson);
        var verdict = judge(List.of(certificate), NOW);
        assertThat(code(verdict)).isEqualTo(Code.WEAK_KEY);
        assertThat(((ChainVerdict.Invalid) verdict).explanation()).contains(said);
    }

    private static Code code(ChainVerdict verdict) {
        return switch (verdict) {
            case ChainVerdict.Invalid invalid -> invalid.code();
            case ChainVerdict.Valid valid -> throw new AssertionError("not refused: " + valid);
        };
    }

    private static KeyPair rsa(int bits) throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    private byte[] certificateDer(KeyPair keys) throws Exception {
        var builder =
                new JcaX509v3CertificateBuilder(
                        ca.certificate(),
                        BigInteger.TEN,
                        Date.from(NOW),
                        Date.from(LATER),
                        TrialAuthority.name("Alice"),
                        keys.getPublic());
        return builder.build(
                        new JcaContentSignerBuilder("SHA256withECDSA")
                                .build(ca.keys().getPrivate()))
                .getEncoded();
    }

    private static X509Certificate signed(
            X500Principal subject,
            X500Principal issuer,
            KeyPair keys,
            KeyPair issuerKeys,
            String algorithm)
            throws Exception {
        return certificate(
                new JcaX509v3CertificateBuilder(
                        issuer,
                        BigInteger.TEN,
                        Date.from(NOW),
                        Date.from(LATER),
                        subject,
                        keys.getPublic()),
                issuerKeys,
                algorithm);
    }

    private static X509Certificate certificate(
            JcaX509v3CertificateBuilder builder, KeyPair issuerKeys, String algorithm)
            throws Exception {
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(
                                new JcaContentSignerBuilder(algorithm)
                                        .build(issuerKeys.getPrivate())));
    }
}
