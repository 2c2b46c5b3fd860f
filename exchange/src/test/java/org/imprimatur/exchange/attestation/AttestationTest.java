package org.imprimatur.exchange.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.imprimatur.exchange.attestation.AttestationVerdict.Accepted;
import org.imprimatur.exchange.attestation.AttestationVerdict.Refused;
import org.imprimatur.exchange.attestation.AttestationVerifier.Trust;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.trust.Envelope;
import org.imprimatur.trust.StatementSigner;
import org.imprimatur.trust.TrialAuthority;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class AttestationTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Map<String, String> IMAGE =
            Map.of("sha256", Foreign.SHA256, "sha512", Foreign.SHA512);
    private static final Trust BUILDER = new Trust.Key(Foreign.key(Foreign.BUILDER.getPublic()));

    private static final TrialAuthority AUTHORITY =
            TrialAuthority.create(
                    "Sample CA",
                    TrialAuthority.KeyKind.EC_P256,
                    InstantSource.fixed(NOW),
                    new SecureRandom());

    private static AttestationVerdict verify(String envelope) {
        return verify(envelope, BUILDER);
    }

    private static AttestationVerdict verify(String envelope, Trust trust) {
        return new AttestationVerifier(trust)
                .verify(envelope.getBytes(StandardCharsets.UTF_8), IMAGE);
    }

    private static Trust anchors() {
        return new Trust.Chain(AUTHORITY.anchors(), List.of(), NOW);
    }

    @Test
    void provenanceOfTheImageIsAcceptedAndTold() {
        var accepted = (Accepted) verify(Foreign.envelope(Foreign.PROVENANCE));

        assertThat(accepted.signer().person()).isEmpty();
        assertThat(accepted.image().orElseThrow().name()).isEqualTo("image.qcow2");
        var built = Provenance.of(accepted.statement()).orElseThrow();
        assertThat(built.builder()).contains("https://builder.example/");
        assertThat(built.buildType()).contains("https://builder.example/image/v1");
        assertThat(built.materials()).containsExactly("git+https://git.example/images");
    }

    @Test
    void theOldVersionsOfStatementAndProvenanceAreReadToo() {
        var old =
                """
                {"_type": "https://in-toto.io/Statement/v0.1", "subject": [{"name": "x", "digest": {"sha512": "%s"}}],
                 "predicateType": "https://slsa.dev/provenance/v0.2",
                 "predicate": {"builder": {"id": "b"}, "buildType": "t", "materials": [{"uri": "u"}]}}
                """
                        .formatted(Foreign.SHA512);

        var accepted = (Accepted) verify(Foreign.envelope(old));

        assertThat(Provenance.of(accepted.statement()).orElseThrow().materials())
                .containsExactly("u");
    }

    @Test
    void ourOwnEnvelopeIsReadAsAnyOther() throws IOException {
        var alice = AUTHORITY.issue("Alice");
        var envelope = StatementSigner.sign(bytes(Foreign.PROVENANCE), alice);

        var accepted = (Accepted) new AttestationVerifier(anchors()).verify(envelope, IMAGE);

        assertThat(accepted.signer().person()).contains(alice.person());
    }

    @Test
    void aSigstoreBundleOfOursHoldsTheSamePayloadAndSignature() throws IOException {
        var alice = AUTHORITY.issue("Alice");
        var envelope = StatementSigner.sign(bytes(Foreign.PROVENANCE), alice);

        var bundle = AttestationExport.sigstore(envelope);

        var json = new JsonMapper().readTree(bundle);
        var own = Envelope.parse(envelope);
        assertThat(json.path("mediaType").asText())
                .isEqualTo("application/vnd.dev.sigstore.bundle.v0.3+json");
        assertThat(json.path("dsseEnvelope").path("payload").binaryValue())
                .isEqualTo(own.payload());
        assertThat(json.path("dsseEnvelope").path("signatures").get(0).path("sig").binaryValue())
                .isEqualTo(own.signature());
        assertThat(json.path("verificationMaterial").path("certificate").path("rawBytes").asText())
                .isEqualTo(Base64.getEncoder().encodeToString(own.certificates().getFirst()));
        assertThat(new AttestationVerifier(anchors()).verify(bundle, IMAGE))
                .isInstanceOf(Accepted.class);
    }

    @Test
    void anInTotoBundleHasOneEnvelopeOnEachLine() {
        var alice = AUTHORITY.issue("Alice");
        var envelope = StatementSigner.sign(bytes(Foreign.PROVENANCE), alice);

        var lines =
                new String(
                                AttestationExport.lines(List.of(envelope, envelope)),
                                StandardCharsets.UTF_8)
                        .lines()
                        .toList();

        assertThat(lines).hasSize(2).allMatch(line -> verify(line, anchors()) instanceof Accepted);
        assertThatThrownBy(() -> AttestationExport.lines(List.of(bytes("{}"))))
                .isInstanceOf(MalformedInput.class);
    }

    @Test
    void aSignatureByTheExpectedKeyCountsBesideOthers() {
        var type = "application/vnd.in-toto+json";
        var other = Foreign.ec();
        var both =
                Foreign.wrapped(
                        Foreign.PROVENANCE,
                        type,
                        "{\"sig\": \"%s\"}, {\"sig\": \"%s\"}"
                                .formatted(
                                        Foreign.sign(
                                                other, "SHA256withECDSA", type, Foreign.PROVENANCE),
                                        Foreign.sign(
                                                Foreign.BUILDER,
                                                "SHA256withECDSA",
                                                type,
                                                Foreign.PROVENANCE)));

        assertThat(((Accepted) verify(both)).notes()).hasSize(1);
        assertThat(verify(both, new Trust.Key(Foreign.key(Foreign.ec().getPublic()))))
                .isInstanceOf(Refused.class);
    }

    @Test
    void rsaIsAcceptedAsOtherToolsSignWithIt() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        var pair = generator.generateKeyPair();
        var type = "application/vnd.in-toto+json";
        var pss = Signature.getInstance("RSASSA-PSS");
        pss.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        pss.initSign(pair.getPrivate());
        pss.update(Envelope.pae(type, bytes(Foreign.PROVENANCE)));
        var trust = new Trust.Key(Foreign.key(pair.getPublic()));

        for (var signature :
                List.of(
                        Base64.getEncoder().encodeToString(pss.sign()),
                        Foreign.sign(pair, "SHA256withRSA", type, Foreign.PROVENANCE))) {
            assertThat(
                            verify(
                                    Foreign.wrapped(
                                            Foreign.PROVENANCE,
                                            type,
                                            "{\"sig\": \"%s\"}".formatted(signature)),
                                    trust))
                    .isInstanceOf(Accepted.class);
        }
        assertThat(
                        code(
                                verify(
                                        Foreign.wrapped(
                                                Foreign.PROVENANCE,
                                                type,
                                                "{\"sig\": \"%s\"}"
                                                        .formatted(
                                                                Foreign.sign(
                                                                        pair,
                                                                        "SHA1withRSA",
                                                                        type,
                                                                        Foreign.PROVENANCE))),
                                        trust)))
                .isEqualTo("wrong-signature");
    }

    @TestFactory
    Stream<DynamicTest> aBadOneIsRefusedWithItsCode() {
        var good = Foreign.envelope(Foreign.PROVENANCE);
        var cases = new LinkedHashMap<String, Map.Entry<String, String>>();
        cases.put("empty", Map.entry("not-an-envelope", ""));
        cases.put("not-json", Map.entry("not-an-envelope", "hello"));
        cases.put("a-list", Map.entry("not-an-envelope", "[]"));
        cases.put("deep", Map.entry("not-an-envelope", "[".repeat(100_000)));
        cases.put("byte-order-mark", Map.entry("not-an-envelope", "\uFEFF" + good));
        cases.put("text-after-the-end", Map.entry("not-an-envelope", good + "{}"));
        cases.put(
                "payload-twice",
                Map.entry(
                        "not-an-envelope",
                        good.replace("\"payload\":", "\"payload\": \"eA==\", \"payload\":")));
        cases.put(
                "bits-in-the-padding",
                Map.entry(
                        "not-an-envelope",
                        "{\"payloadType\": \"x\", \"payload\": \"eB==\", \"signatures\": []}"));
        cases.put(
                "seventeen-signatures",
                Map.entry(
                        "not-an-envelope",
                        Foreign.wrapped(
                                "{}",
                                "x",
                                String.join(
                                        ",",
                                        java.util.Collections.nCopies(
                                                17, "{\"sig\": \"eA==\"}")))));
        cases.put(
                "bundle-of-a-blob",
                Map.entry(
                        "not-an-envelope",
                        "{\"mediaType\": \"application/vnd.dev.sigstore.bundle.v0.3+json\","
                                + " \"messageSignature\": {}}"));
        cases.put(
                "other-payload-type",
                Map.entry(
                        "wrong-payload-type",
                        Foreign.envelope(Foreign.PROVENANCE, "application/json")));
        cases.put(
                "no-signature",
                Map.entry(
                        "no-signature",
                        Foreign.wrapped(Foreign.PROVENANCE, "application/vnd.in-toto+json", "")));
        cases.put(
                "type-changed-after-signing",
                Map.entry(
                        "wrong-signature",
                        Foreign.envelope(Foreign.PROVENANCE, "x")
                                .replace("\"x\"", "\"application/vnd.in-toto+json\"")));
        cases.put(
                "statement-altered",
                Map.entry(
                        "wrong-signature",
                        good.replaceFirst(
                                "\"payload\": \"[^\"]+\"",
                                "\"payload\": \""
                                        + Base64.getEncoder()
                                                .encodeToString(bytes(Foreign.PROVENANCE + " "))
                                        + "\"")));
        cases.put("no-statement", Map.entry("malformed-statement", Foreign.envelope("[1]")));
        cases.put(
                "unknown-version",
                Map.entry(
                        "unknown-statement-type",
                        Foreign.envelope(
                                Foreign.PROVENANCE.replace("Statement/v1", "Statement/v9"))));
        cases.put(
                "no-subject",
                Map.entry(
                        "malformed-statement",
                        Foreign.envelope(
                                "{\"_type\": \"https://in-toto.io/Statement/v1\", \"subject\": [],"
                                        + " \"predicateType\": \"x\"}")));
        cases.put(
                "short-digest",
                Map.entry(
                        "malformed-statement",
                        Foreign.envelope(Foreign.PROVENANCE.replace(Foreign.SHA256, "abcd"))));
        cases.put(
                "capital-digest",
                Map.entry(
                        "malformed-statement",
                        Foreign.envelope(
                                Foreign.PROVENANCE.replace(
                                        Foreign.SHA256,
                                        Foreign.SHA256.toUpperCase(java.util.Locale.ROOT)))));
        cases.put(
                "another-image",
                Map.entry(
                        "image-not-named",
                        Foreign.envelope(
                                Foreign.PROVENANCE.replace(Foreign.SHA256, "0".repeat(64)))));
        cases.put(
                "one-digest-of-another-image",
                Map.entry(
                        "digest-conflict",
                        Foreign.envelope(
                                Foreign.PROVENANCE.replace(
                                        "{\"sha256\": \"",
                                        "{\"sha512\": \"%s\", \"sha256\": \""
                                                .formatted("0".repeat(128))))));
        return cases.entrySet().stream()
                .map(
                        one ->
                                DynamicTest.dynamicTest(
                                        one.getKey(),
                                        () ->
                                                assertThat(code(verify(one.getValue().getValue())))
                                                        .isEqualTo(one.getValue().getKey())));
    }

    @Test
    void withoutACertificateAnAuthorityVouchesForNobody() {
        assertThat(code(verify(Foreign.envelope(Foreign.PROVENANCE), anchors())))
                .isEqualTo("certificate-missing");
    }

    @Test
    void aCertificateOfAnotherAuthorityOrPastItsEndIsRefused() {
        var stranger =
                TrialAuthority.create(
                        "Other CA",
                        TrialAuthority.KeyKind.EC_P256,
                        InstantSource.fixed(NOW),
                        new SecureRandom());
        var envelope = StatementSigner.sign(bytes(Foreign.PROVENANCE), AUTHORITY.issue("Alice"));
        var elsewhere = new Trust.Chain(stranger.anchors(), List.of(), NOW);
        var late =
                new Trust.Chain(
                        AUTHORITY.anchors(), List.of(), Instant.parse("2226-01-01T00:00:00Z"));

        assertThat(code(new AttestationVerifier(elsewhere).verify(envelope, IMAGE)))
                .isEqualTo("unknown-issuer");
        assertThat(code(new AttestationVerifier(late).verify(envelope, IMAGE)))
                .isIn("expired", "crl-expired");
    }

    @Test
    void aPublicKeyFileHoldsOneKeyOfAnAcceptedKind() {
        var pem = Foreign.pem(Foreign.BUILDER.getPublic());

        for (var bad : List.of("", pem + pem, pem.replace("PUBLIC", "PRIVATE"))) {
            assertThatThrownBy(() -> org.imprimatur.trust.VerificationKey.read(bytes(bad)))
                    .isInstanceOf(MalformedInput.class);
        }
    }

    private static String code(AttestationVerdict verdict) {
        return ((Refused) verdict).code();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
