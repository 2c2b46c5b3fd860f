package org.imprimatur.exchange.stratuslab;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.Security;
import org.imprimatur.exchange.stratuslab.Samples.Method;
import org.junit.jupiter.api.Test;

/** The attacks that the Marketplace's own code did not withstand, each with fresh keys. */
class StratusLabVerifierTest {

    private static final Samples SAMPLES = new Samples();
    private static final StratusLabVerifier VERIFIER = new StratusLabVerifier(SAMPLES.anchors);
    private static final StratusLabVerifier.Terms TERMS = StratusLabVerifier.Terms.at(Samples.NOW);

    private static StratusLabVerdict verify(String document) {
        return VERIFIER.verify(Samples.utf8(document), TERMS);
    }

    private static void refused(String document, String code) {
        assertThat(verify(document))
                .isInstanceOfSatisfying(
                        StratusLabVerdict.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }

    @Test
    void aDocumentOfItsEndorserIsAcceptedWithWhatItSays() {
        assertThat(verify(SAMPLES.sign(SAMPLES.text())))
                .isInstanceOfSatisfying(
                        StratusLabVerdict.Accepted.class,
                        accepted -> {
                            var evidence = accepted.evidence();
                            assertThat(evidence.person()).isEqualTo(SAMPLES.alice.key().person());
                            assertThat(evidence.emailProven()).isTrue();
                            assertThat(evidence.legacy()).isFalse();
                            assertThat(evidence.document().term("dcterms:description"))
                                    .isEqualTo("Three letters & nothing else");
                            assertThat(evidence.document().all("slterms:location"))
                                    .containsExactly(
                                            "https://images.example/abc.img", "pdisk:store:1");
                        });
    }

    @Test
    void theKeyOfTheLastCertificateDoesNotSpeakForTheNameInTheFirst() {
        refused(
                Samples.sign(
                        SAMPLES.text(),
                        SAMPLES.mallory,
                        Method.MODERN,
                        SAMPLES.alice.certificate(),
                        SAMPLES.mallory.certificate()),
                "ambiguous-key");
    }

    @Test
    void aNewKeyWithTheSameNameIsNotTheEndorser() {
        refused(Samples.sign(SAMPLES.text(), SAMPLES.falseAlice), "issuer-mismatch");
        refused(
                Samples.sign(
                        SAMPLES.text(SAMPLES.falseAlice, "alice@example.org"), SAMPLES.falseAlice),
                "chain-unknown-issuer");
        refused(Samples.sign(SAMPLES.text(), new Samples().alice), "chain-bad-signature");
    }

    @Test
    void anotherPersonOfTheSameAuthorityIsNotTheEndorser() {
        refused(Samples.sign(SAMPLES.text(), SAMPLES.mallory), "subject-mismatch");
    }

    @Test
    void theMailAddressOfAnotherCannotBeClaimedAgainstTheCertificate() {
        refused(
                Samples.sign(SAMPLES.text(SAMPLES.mallory, "alice@example.org"), SAMPLES.mallory),
                "email-mismatch");
    }

    @Test
    void aSecondRootInAnObjectWithTheSignatureInFrontIsNotRead() {
        var good = SAMPLES.sign(SAMPLES.text());
        int begin = good.indexOf("<Signature ");
        int end = good.indexOf("</Signature>");
        var moved =
                good.substring(begin, end)
                        + "<Object>"
                        + SAMPLES.text().replace("2027-06-30", "2099-01-01")
                        + "</Object></Signature>";
        var rest = good.substring(0, begin) + good.substring(end + "</Signature>".length());

        refused(rest.replace("<rdf:Description", moved + "<rdf:Description"), "signature-wrapping");
        refused(rest.replace("</rdf:RDF>", moved + "</rdf:RDF>"), "signature-wrapping");
    }

    @Test
    void aSignedDocumentInsideAnotherProvesNothing() {
        var good = SAMPLES.sign(SAMPLES.text());

        refused(SAMPLES.text().replace("</rdf:RDF>", good + "</rdf:RDF>"), "signature-wrapping");
        refused(
                SAMPLES.sign(SAMPLES.text())
                        .replace("</rdf:Description>", "<x>" + good + "</x></rdf:Description>"),
                "signature-wrapping");
    }

    @Test
    void aSignatureOverAPartProvesNothingOfTheRest() {
        refused(
                SAMPLES.sign(SAMPLES.text()).replace("URI=\"\"", "URI=\"#part\""),
                "signature-wrapping");
    }

    @Test
    void aCommentCannotCutAValueThatIsSigned() {
        refused(
                SAMPLES.sign(SAMPLES.text()).replace("images.example", "images<!---->.example"),
                "comment");
    }

    @Test
    void anExternalEntityIsNotFetched() {
        refused(
                "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
                        + SAMPLES.sign(SAMPLES.text()).replace("A small", "&x;"),
                "doctype");
    }

    @Test
    void sha1IsAcceptedOnlyWhenAskedForAndIsMarked() {
        var legacy =
                Samples.sign(
                        SAMPLES.text(), SAMPLES.alice, Method.LEGACY, SAMPLES.alice.certificate());

        refused(legacy, "legacy-sha1");
        assertThat(VERIFIER.verify(Samples.utf8(legacy), TERMS.withLegacySha1()))
                .isInstanceOfSatisfying(
                        StratusLabVerdict.Accepted.class,
                        accepted -> {
                            assertThat(accepted.evidence().legacy()).isTrue();
                            assertThat(accepted.evidence().notes())
                                    .anyMatch(note -> note.contains("SHA-1"));
                        });
    }

    @Test
    void readingOldSignaturesLeavesTheRulesOfTheProcessAsTheyWere() {
        var before = Security.getProperty("jdk.xml.dsig.secureValidationPolicy");
        var legacy =
                Samples.sign(
                        SAMPLES.text(), SAMPLES.alice, Method.LEGACY, SAMPLES.alice.certificate());
        VERIFIER.verify(Samples.utf8(legacy), TERMS.withLegacySha1());

        assertThat(Security.getProperty("jdk.xml.dsig.secureValidationPolicy")).isEqualTo(before);
        assertThat(System.getProperty("org.jcp.xml.dsig.secureValidation")).isNull();
        refused(legacy, "legacy-sha1");
    }

    @Test
    void anExpiredOrWithdrawnDocumentIsAuthenticAndNotAccepted() {
        assertThat(verify(SAMPLES.sign(SAMPLES.text().replace("2027-06-30", "2026-11-20"))))
                .isInstanceOfSatisfying(
                        StratusLabVerdict.History.class,
                        history -> assertThat(history.code()).isEqualTo(StratusLabCode.EXPIRED));
    }

    @Test
    void theDigestIsTheOneOfTheReferenceDocument() {
        // The reference's numbers for this document: 1011 bytes of canonical XML, this SHA-1.
        var reference =
                """
                <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
                         xmlns:dcterms="http://purl.org/dc/terms/"
                         xmlns:slreq="http://mp.stratuslab.eu/slreq#"
                         xmlns:slterms="http://mp.stratuslab.eu/slterms#"
                         xml:base="http://mp.stratuslab.eu/">
                <rdf:Description rdf:about="#KmZPjZHBoFquj4lcXhQwmyc0Nid">
                <dcterms:identifier>KmZPjZHBoFquj4lcXhQwmyc0Nid</dcterms:identifier>
                <slreq:bytes>3</slreq:bytes>
                <slreq:checksum rdf:parseType="Resource"><slreq:algorithm>SHA-1</slreq:algorithm><slreq:value>a9993e364706816aba3e25717850c26c9cd0d89d</slreq:value></slreq:checksum>
                <slreq:endorsement rdf:parseType="Resource">
                <dcterms:created>2026-01-01T00:00:00Z</dcterms:created>
                <slreq:endorser rdf:parseType="Resource"><slreq:email>vera@example.org</slreq:email><slreq:subject>CN=Vera</slreq:subject><slreq:issuer>CN=Vera</slreq:issuer></slreq:endorser>
                </slreq:endorsement>
                <dcterms:type>base</dcterms:type>
                <dcterms:valid>2026-06-30T00:00:00Z</dcterms:valid>
                <slterms:kind>machine</slterms:kind>
                </rdf:Description>
                </rdf:RDF>
                """;

        assertThat(
                        Samples.sign(
                                reference,
                                SAMPLES.alice,
                                Method.LEGACY,
                                SAMPLES.alice.certificate()))
                .contains("<DigestValue>abVCx1uhu8tP7nDjqtIovI7+sVU=</DigestValue>");
        assertThat(Samples.sign(reference, SAMPLES.alice))
                .contains(
                        "<DigestValue>sY3sspHULkDYk34BMgQSzaLb3QJg7HGx7JZpyeBOZ7U=</DigestValue>");
    }

    @Test
    void whatIsWrittenDownIsEvidenceAndNamesWhatAnEndorsementStillNeeds() {
        var bytes = Samples.utf8(SAMPLES.sign(SAMPLES.text()));
        var record =
                java.util.Objects.requireNonNull(
                        StratusLabImport.record(bytes, VERIFIER.verify(bytes, TERMS), Samples.NOW));

        assertThat(record.path("standing").asText()).isEqualTo("evidence");
        assertThat(record.path("state").asText()).isEqualTo("valid");
        var fields = record.path("endorsementFields");
        assertThat(fields.path("known").path("subject").path("digest").path("sha512").asText())
                .startsWith("ddaf35a1");
        assertThat(fields.path("known").path("tag").asText()).isEqualTo("abc");
        assertThat(fields.path("known").path("disk").path("virtualBytes").asLong()).isEqualTo(3);
        assertThat(fields.path("known").path("locations")).hasSize(1);
        assertThat(fields.path("missing").toString())
                .contains("owner", "guid", "inspection", "declaration", "policy")
                .doesNotContain("title", "system.name");
        assertThat(
                        java.util.Base64.getDecoder()
                                .decode(record.path("original").path("bytes").asText()))
                .isEqualTo(bytes);
    }

    @Test
    void nothingIsWrittenDownOfWhatIsNotTheEndorsers() {
        var bytes = Samples.utf8(Samples.sign(SAMPLES.text(), SAMPLES.mallory));

        assertThat(StratusLabImport.record(bytes, VERIFIER.verify(bytes, TERMS), Samples.NOW))
                .isNull();
    }
}
