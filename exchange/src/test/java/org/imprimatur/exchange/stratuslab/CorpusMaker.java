package org.imprimatur.exchange.stratuslab;

import static org.imprimatur.exchange.stratuslab.Samples.sign;
import static org.imprimatur.exchange.stratuslab.Samples.utf8;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.SignatureMethod;
import org.imprimatur.exchange.stratuslab.Samples.Method;

/**
 * Makes the corpus of {@link StratusLabCorpusTest} anew, with new keys: run {@code main} with the
 * directory as its argument. Each file is named after what is wrong with it, and {@code
 * verdicts.txt} says what must come of it.
 */
final class CorpusMaker {

    private final Samples samples = new Samples();
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final StringBuilder verdicts =
            new StringBuilder(
                    "# file, exit status, code, options; judged at %s\n".formatted(Samples.NOW));

    public static void main(String[] arguments) throws IOException {
        var maker = new CorpusMaker();
        maker.good();
        maker.history();
        maker.unreadable();
        maker.hostile();
        maker.wrapped();
        maker.keys();
        maker.identities();
        maker.tampered();
        maker.values();
        maker.previous();
        maker.write(Path.of(arguments[0]));
    }

    private void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (var file : files.entrySet()) {
            Files.write(directory.resolve(file.getKey()), file.getValue());
        }
        Files.writeString(directory.resolve("verdicts.txt"), verdicts);
        Files.writeString(
                directory.resolve("ca.pem"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder(64, utf8("\n"))
                                .encodeToString(der(samples.authority))
                        + "\n-----END CERTIFICATE-----\n");
    }

    private static byte[] der(Samples.Signer signer) {
        try {
            return signer.certificate().getEncoded();
        } catch (java.security.cert.CertificateEncodingException e) {
            throw new AssertionError(e);
        }
    }

    private void add(int exit, String code, String name, byte[] bytes, String... options) {
        files.put(name + ".xml", bytes);
        row(exit, code, name, options);
    }

    private void row(int exit, String code, String name, String... options) {
        verdicts.append(
                "%s.xml %d %s %s".formatted(name, exit, code, String.join(" ", options)).strip()
                        + "\n");
    }

    private void bad(String code, String name, String text, String... options) {
        add(1, code, name, utf8(text), options);
    }

    /** Alice has signed this. */
    private void signed(String code, String name, String from, String to) {
        bad(code, name, sign(changed(samples.text(), from, to), samples.alice));
    }

    /** Somebody has changed this after Alice signed. */
    private void tampered(String code, String name, String from, String to) {
        bad(code, name, changed(samples.sign(samples.text()), from, to));
    }

    private static String changed(String text, String from, String to) {
        if (!text.contains(from)) {
            throw new IllegalArgumentException(from);
        }
        return text.replace(from, to);
    }

    private static String inside(String description) {
        return description + "</rdf:Description>";
    }

    private void good() {
        add(0, "-", "good", utf8(samples.sign(samples.text())));
        var legacy = legacy(samples.text());
        add(0, "-", "good-legacy-sha1", utf8(legacy), "--legacy-sha1");
        row(1, "legacy-sha1", "good-legacy-sha1");
        add(
                0,
                "-",
                "good-without-mail-in-certificate",
                utf8(sign(samples.text(samples.bob, "bob@example.org"), samples.bob)));
        var ec =
                samples.issue(
                        Samples.generate("EC", 256),
                        "CN=Eve",
                        "",
                        Instant.parse("2046-01-01T00:00:00Z"));
        add(
                0,
                "-",
                "good-ecdsa",
                utf8(
                        sign(
                                samples.text(ec, "eve@example.org"),
                                ec,
                                Method.MODERN.with(
                                        SignatureMethod.ECDSA_SHA256, DigestMethod.SHA256),
                                ec.certificate())));
        add(
                0,
                "-",
                "good-other-prefixes",
                utf8(
                        samples.sign(
                                samples.text()
                                        .replace("dcterms:", "dct:")
                                        .replace("xmlns:dcterms", "xmlns:dct")
                                        .replace(
                                                "<dct:created>2026-11-01T00:00:00Z</dct:created>",
                                                "<created xmlns=\"http://purl.org/dc/terms/\">2026-11-01T00:00:00Z</created>"))));
        add(
                0,
                "-",
                "good-foreign-elements",
                utf8(
                        samples.sign(
                                changed(
                                        samples.text(),
                                        "</rdf:Description>",
                                        inside(
                                                "<x:related xmlns:x=\"http://example.org/\" rdf:parseType=\"Resource\"><dcterms:identifier>MMZu9WvwKIro-rtBQfDk4PsKO7_</dcterms:identifier><dcterms:valid>never</dcterms:valid></x:related>")))));
        add(
                0,
                "-",
                "good-comment-before-the-root",
                utf8(
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- hello -->\n"
                                + samples.sign(samples.text())));
        add(
                0,
                "-",
                "good-without-sha512",
                utf8(samples.sign(samples.text().replaceAll("(?m)^.*SHA-512.*\\n", ""))));
        add(
                0,
                "-",
                "good-without-end",
                utf8(samples.sign(samples.text().replaceAll("(?m)^.*dcterms:valid.*\\n", ""))));
    }

    private String legacy(String text) {
        return sign(text, samples.alice, Method.LEGACY, samples.alice.certificate());
    }

    private void history() {
        signed("expired", "expired", "2027-06-30T00:00:00Z", "2026-11-21T12:00:00Z");
        signed("valid-before-created", "valid-before-created", "2027-06-30", "2026-10-31");
        signed(
                "deprecated",
                "deprecated",
                "</rdf:Description>",
                inside("<slterms:deprecated>a hole</slterms:deprecated>"));
        signed(
                "deprecated",
                "deprecated-without-a-reason",
                "</rdf:Description>",
                inside("<slterms:deprecated/>"));
    }

    private void unreadable() {
        var good = samples.sign(samples.text());
        add(3, "not-xml", "empty", new byte[0]);
        add(3, "not-xml", "json", utf8("{\"hv:imagelist\": {}}"));
        add(3, "not-xml", "cut-off", utf8(good.substring(0, good.length() / 2)));
        add(3, "not-xml", "text-after-the-end", utf8(good + "more"));
        add(3, "not-xml", "xml-1.1", utf8("<?xml version=\"1.1\"?>" + good));
        add(3, "not-xml", "entity-of-nobody", utf8(changed(good, "A small", "&small;")));
        add(3, "not-xml", "utf-16", good.getBytes(StandardCharsets.UTF_16LE));
        add(
                3,
                "not-utf-8",
                "latin-1",
                changed(good, "small", "sm\u00e4ll").getBytes(StandardCharsets.ISO_8859_1));
        add(
                3,
                "not-utf-8",
                "latin-1-declared",
                utf8("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" + good));
        add(3, "not-a-stratuslab-document", "html", utf8("<html><body/></html>"));
        add(
                3,
                "not-a-stratuslab-document",
                "search-answer",
                utf8("<metadata>" + good + "</metadata>"));
        add(
                3,
                "not-a-stratuslab-document",
                "root-of-another-namespace",
                utf8("<rdf:RDF xmlns:rdf=\"http://example.org/\"/>"));
        add(3, "too-large", "too-large", utf8(good + " ".repeat(64 * 1024)));
    }

    private void hostile() {
        var good = samples.sign(samples.text());
        bad("doctype", "doctype", "<!DOCTYPE rdf:RDF>" + good);
        bad(
                "doctype",
                "external-entity",
                "<!DOCTYPE rdf:RDF [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
                        + changed(good, "A small", "&x;"));
        bad(
                "doctype",
                "external-doctype",
                "<!DOCTYPE rdf:RDF SYSTEM \"http://127.0.0.1:1/x.dtd\">" + good);
        bad(
                "doctype",
                "parameter-entity",
                "<!DOCTYPE rdf:RDF [<!ENTITY % x SYSTEM \"http://127.0.0.1:1/x.dtd\"> %x;]>"
                        + good);
        var bomb = new StringBuilder("<!DOCTYPE rdf:RDF [<!ENTITY a0 \"lol\">");
        for (int i = 1; i < 12; i++) {
            bomb.append("<!ENTITY a%d \"%s\">".formatted(i, "&a%d;".formatted(i - 1).repeat(10)));
        }
        bad("doctype", "entity-bomb", bomb + "]>" + changed(good, "A small", "&a11;"));
        bad(
                "processing-instruction",
                "processing-instruction",
                "<?xml-stylesheet href=\"http://127.0.0.1:1/\"?>" + good);
        tampered("comment", "comment-that-cuts-a-value", "2027-06-30T", "2027<!-- x -->-06-30T");
        tampered("comment", "comment-between-elements", "<slreq:bytes>", "<!-- x --><slreq:bytes>");
        signed(
                "too-deep",
                "too-deep",
                "</rdf:Description>",
                inside("<x>".repeat(20) + "</x>".repeat(20)));
        signed(
                "too-many-nodes",
                "too-many-elements",
                "</rdf:Description>",
                inside("<x/>".repeat(2100)));
        var many = new StringBuilder("<x");
        for (int i = 0; i < 100; i++) {
            many.append(" a%d=\"\"".formatted(i));
        }
        signed("too-many-nodes", "too-many-attributes", "</rdf:Description>", inside(many + "/>"));
    }

    private void wrapped() {
        var good = samples.sign(samples.text());
        int begin = good.indexOf("<Signature ");
        int end = good.indexOf("</Signature>") + "</Signature>".length();
        var signature = good.substring(begin, end);
        var wished = changed(samples.text(), "images.example", "images.evil.example");
        var wishedDescription =
                wished.substring(wished.indexOf("<rdf:Description"), wished.indexOf("</rdf:RDF>"));
        var object = changed(signature, "</Signature>", "<Object>%s</Object></Signature>");
        bad(
                "signature-wrapping",
                "second-root-in-object-with-signature-in-front",
                (good.substring(0, begin) + good.substring(end))
                        .replace(
                                "<rdf:Description", object.formatted(wished) + "<rdf:Description"));
        bad(
                "signature-wrapping",
                "second-root-in-object",
                good.replace(signature, object.formatted(wished)));
        bad(
                "signature-wrapping",
                "text-in-object",
                good.replace(signature, object.formatted("anything")));
        bad(
                "signature-wrapping",
                "whole-document-inside-another",
                wished.replace("</rdf:RDF>", good + "</rdf:RDF>"));
        bad(
                "signature-wrapping",
                "whole-document-in-a-foreign-element",
                changed(samples.sign(wished), "</rdf:Description>", inside("<x>" + good + "</x>")));
        bad(
                "signature-wrapping",
                "signature-in-front",
                (good.substring(0, begin) + good.substring(end))
                        .replace("<rdf:Description", signature + "<rdf:Description"));
        bad(
                "signature-wrapping",
                "description-behind-the-signature",
                good.replace("</rdf:RDF>", wishedDescription + "</rdf:RDF>"));
        bad(
                "signature-wrapping",
                "description-inside-the-description",
                samples.sign(
                        changed(
                                samples.text(),
                                "</rdf:Description>",
                                inside("<x>" + wishedDescription + "</x>"))));
        bad(
                "signature-wrapping",
                "two-signatures",
                good.replace("</rdf:RDF>", signature + "</rdf:RDF>"));
        bad(
                "signature-wrapping",
                "signature-inside-the-description",
                changed(good, "</rdf:Description>", inside("<x>" + signature + "</x>")));
        bad(
                "signature-wrapping",
                "two-references",
                good.replace(
                        "</SignedInfo>",
                        good.substring(good.indexOf("<Reference "), good.indexOf("</SignedInfo>"))
                                + "</SignedInfo>"));
        tampered("signature-wrapping", "reference-to-a-part", "URI=\"\"", "URI=\"#part\"");
        tampered(
                "signature-wrapping",
                "reference-to-elsewhere",
                "URI=\"\"",
                "URI=\"http://127.0.0.1:1/good.xml\"");
        tampered(
                "signature-wrapping",
                "reference-to-a-file",
                "URI=\"\"",
                "URI=\"file:///etc/passwd\"");
        tampered(
                "signature-wrapping",
                "reference-without-address",
                "<Reference URI=\"\">",
                "<Reference>");
        var enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
        tampered(
                "signature-form",
                "xslt-transform",
                enveloped,
                "http://www.w3.org/TR/1999/REC-xslt-19991116");
        tampered(
                "signature-form",
                "xpath-transform",
                enveloped,
                "http://www.w3.org/TR/1999/REC-xpath-19991116");
        tampered(
                "signature-form",
                "no-transform",
                "<Transform Algorithm=\"" + enveloped + "\"/>",
                "");
        bad(
                "signature-form",
                "exclusive-canonicalization",
                sign(
                        samples.text(),
                        samples.alice,
                        Method.MODERN.canonicalizedBy(CanonicalizationMethod.EXCLUSIVE),
                        samples.alice.certificate()));
        tampered(
                "signature-form",
                "short-hmac",
                "rsa-sha256\"/>",
                "rsa-sha256\"><HMACOutputLength>1</HMACOutputLength></SignatureMethod>");
        bad("no-signature", "no-signature", samples.text());
        bad(
                "no-signature",
                "signature-of-another-namespace",
                good.replace(
                        "http://www.w3.org/2000/09/xmldsig#\"><SignedInfo",
                        "http://example.org/\"><SignedInfo"));
    }

    private void keys() {
        var text = samples.text();
        bad(
                "ambiguous-key",
                "key-of-the-last-certificate-name-of-the-first",
                sign(
                        text,
                        samples.mallory,
                        Method.MODERN,
                        samples.alice.certificate(),
                        samples.mallory.certificate()));
        bad(
                "ambiguous-key",
                "key-of-the-first-certificate-name-of-the-last",
                sign(
                        text,
                        samples.mallory,
                        Method.MODERN,
                        samples.mallory.certificate(),
                        samples.alice.certificate()));
        bad("ambiguous-key", "bare-key", sign(text, samples.mallory, Method.MODERN));
        bad(
                "wrong-signature",
                "certificate-of-another",
                sign(text, samples.mallory, Method.MODERN, samples.alice.certificate()));
        bad("chain-bad-signature", "own-key-with-the-name-of-another-and-its-issuer", impostor());
        bad(
                "chain-unknown-issuer",
                "self-signed",
                sign(samples.text(samples.falseAlice, "alice@example.org"), samples.falseAlice));
        bad(
                "issuer-mismatch",
                "self-signed-with-the-name-of-another",
                sign(text, samples.falseAlice));
        var late = samples.issue("CN=Late", "", Instant.parse("2026-11-20T00:00:00Z"));
        bad(
                "chain-expired",
                "certificate-expired",
                sign(samples.text(late, "late@example.org"), late));
        var short1024 =
                samples.issue(
                        Samples.generate("RSA", 1024),
                        "CN=Short",
                        "",
                        Instant.parse("2046-01-01T00:00:00Z"));
        bad(
                "weak-key",
                "rsa-of-1024-bits",
                sign(samples.text(short1024, "short@example.org"), short1024));
        var good = samples.sign(text);
        bad(
                "signature-form",
                "certificate-that-is-none",
                good.replaceAll(
                        "(?s)<X509Certificate>.*</X509Certificate>",
                        "<X509Certificate>AAAA</X509Certificate>"));
        var twice = new byte[2 * der(samples.alice).length];
        System.arraycopy(der(samples.alice), 0, twice, 0, twice.length / 2);
        System.arraycopy(der(samples.alice), 0, twice, twice.length / 2, twice.length / 2);
        bad(
                "ambiguous-key",
                "two-certificates-in-one-element",
                good.replaceAll(
                        "(?s)<X509Certificate>.*</X509Certificate>",
                        "<X509Certificate>"
                                + Base64.getEncoder().encodeToString(twice)
                                + "</X509Certificate>"));
    }

    /** A key with a certificate in the name of Alice and her authority, made by neither. */
    private String impostor() {
        var other = new Samples();
        return sign(samples.text(), other.alice);
    }

    private void identities() {
        bad(
                "subject-mismatch",
                "subject-of-another",
                sign(samples.text(samples.alice, "mallory@example.org"), samples.mallory));
        bad(
                "email-mismatch",
                "mail-address-of-another",
                sign(samples.text(samples.mallory, "alice@example.org"), samples.mallory));
        signed(
                "issuer-mismatch",
                "issuer-of-another",
                "<slreq:issuer>CN=Sample CA",
                "<slreq:issuer>CN=Other CA");
        signed(
                "duplicate-element",
                "two-subjects",
                "<slreq:subject>",
                "<slreq:subject>CN=Mallory</slreq:subject><slreq:subject>");
        signed(
                "duplicate-element",
                "two-issuers",
                "<slreq:issuer>",
                "<slreq:issuer>CN=Mallory</slreq:issuer><slreq:issuer>");
        signed(
                "malformed-value",
                "subject-that-is-no-name",
                "<slreq:subject>CN=Alice",
                "<slreq:subject>/CN=Alice");
        signed(
                "malformed-value",
                "mail-address-with-a-path",
                "alice@example.org",
                "../../x@example.org");
        row(1, "wrong-endorser", "good", "--endorser=CN=Mallory,O=Samples,C=EU");
        row(1, "wrong-endorser", "good", "--issuer=CN=Other,C=EU");
        row(
                0,
                "-",
                "good",
                "--endorser=CN=Alice,O=Samples,C=EU",
                "--issuer=CN=Sample_CA,O=Samples,C=EU".replace('_', '\u00a0'));
    }

    private void tampered() {
        tampered("altered", "location-changed", "images.example", "images.evil.example");
        tampered("altered", "validity-changed", "2027-06-30", "2099-06-30");
        tampered("altered", "white-space-changed", "<dcterms:type>", " <dcterms:type>");
        tampered(
                "wrong-signature",
                "namespace-added",
                "<rdf:RDF ",
                "<rdf:RDF xmlns:evil=\"http://example.org/\" ");
        var good = samples.sign(samples.text());
        var digest = good.substring(good.indexOf("<DigestValue>"), good.indexOf("</DigestValue>"));
        bad(
                "wrong-signature",
                "digest-changed",
                good.replace(digest, "<DigestValue>" + "A".repeat(43) + "="));
        int value = good.indexOf("<SignatureValue>") + "<SignatureValue>".length();
        var flipped = good.charAt(value) == 'A' ? 'B' : 'A';
        bad(
                "wrong-signature",
                "signature-changed",
                good.substring(0, value) + flipped + good.substring(value + 1));
        bad(
                "wrong-signature",
                "signature-empty",
                good.replaceAll("(?s)<SignatureValue>.*</SignatureValue>", "<SignatureValue/>"));
        var rsa = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
        tampered(
                "algorithm-not-accepted",
                "hmac-with-the-public-key",
                rsa,
                "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256");
        tampered(
                "algorithm-not-accepted",
                "dsa-sha1",
                rsa,
                "http://www.w3.org/2000/09/xmldsig#dsa-sha1");
        tampered(
                "algorithm-not-accepted",
                "rsa-md5",
                rsa,
                "http://www.w3.org/2001/04/xmldsig-more#rsa-md5");
        tampered(
                "wrong-signature",
                "ecdsa-with-an-rsa-key",
                rsa,
                "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256");
        bad(
                "legacy-sha1",
                "sha1-digest-under-sha256-signature",
                sign(
                        samples.text(),
                        samples.alice,
                        Method.MODERN.with(SignatureMethod.RSA_SHA256, DigestMethod.SHA1),
                        samples.alice.certificate()));
        bad(
                "altered",
                "legacy-location-changed",
                changed(legacy(samples.text()), "images.example", "images.evil.example"),
                "--legacy-sha1");
        bad(
                "signature-wrapping",
                "legacy-second-root-in-object",
                changed(
                        legacy(samples.text()),
                        "</Signature>",
                        "<Object>" + samples.text() + "</Object></Signature>"),
                "--legacy-sha1");
    }

    private void values() {
        signed(
                "wrong-base",
                "base-of-another-server",
                "xml:base=\"http://mp.stratuslab.eu/\"",
                "xml:base=\"http://mp.example.org/\"");
        signed("wrong-base", "no-base", "xml:base=\"http://mp.stratuslab.eu/\"", "");
        signed(
                "unexpected-content",
                "base-inside",
                "<rdf:Description ",
                "<rdf:Description xml:base=\"http://example.org/\" ");
        signed(
                "unexpected-content",
                "value-as-attribute",
                "<rdf:Description ",
                "<rdf:Description dcterms:valid=\"2099-01-01T00:00:00Z\" ");
        signed(
                "unexpected-content",
                "resource-attribute",
                "<dcterms:type>base</dcterms:type>",
                "<dcterms:type rdf:resource=\"http://example.org/\"/>");
        signed(
                "unexpected-content",
                "element-in-a-type",
                "<dcterms:type>base",
                "<dcterms:type><x/>");
        signed("unexpected-content", "text-between-elements", "<slreq:bytes>", "text<slreq:bytes>");
        signed(
                "unexpected-content",
                "resource-in-a-foreign-element",
                "</rdf:Description>",
                inside("<x rdf:about=\"#KmZPjZHBoFquj4lcXhQwmyc0Nid\"/>"));
        signed("identifier-mismatch", "about-another-image", "rdf:about=\"#K", "rdf:about=\"#L");
        signed(
                "identifier-mismatch",
                "identifier-of-another-image",
                "KmZPjZHBoFquj4lcXhQwmyc0Nid",
                "LmZPjZHBoFquj4lcXhQwmyc0Nid");
        signed(
                "malformed-identifier",
                "identifier-beyond-160-bits",
                "KmZPjZHBoFquj4lcXhQwmyc0Nid",
                "QmZPjZHBoFquj4lcXhQwmyc0Nid");
        signed(
                "malformed-identifier",
                "identifier-as-base64url",
                "KmZPjZHBoFquj4lcXhQwmyc0Nid",
                "qZk-NkcGgWq6PiVxeFDCbJzQ2J0");
        signed(
                "malformed-identifier",
                "identifier-with-a-path",
                "KmZPjZHBoFquj4lcXhQwmyc0Nid",
                "../../../../../../../../tmp");
        signed(
                "malformed-checksum",
                "sha1-of-41-digits",
                "<slreq:value>a9993e",
                "<slreq:value>0a9993e");
        signed(
                "malformed-checksum",
                "sha512-of-40-digits",
                "<slreq:value>ddaf35a193617abacc417349ae20413112e6fa4e",
                "<slreq:value>");
        signed(
                "duplicate-element",
                "two-sha1",
                "<slreq:endorsement ",
                "<slreq:checksum rdf:parseType=\"Resource\"><slreq:algorithm>SHA-1</slreq:algorithm><slreq:value>"
                        + "0".repeat(40)
                        + "</slreq:value></slreq:checksum><slreq:endorsement ");
        signed("missing-element", "no-sha1", "SHA-1<", "SHA1<");
        signed("missing-element", "no-type", "<dcterms:type>base</dcterms:type>", "");
        signed(
                "missing-element",
                "no-created",
                "<dcterms:created>2026-11-01T00:00:00Z</dcterms:created>",
                "");
        signed(
                "duplicate-element",
                "two-types",
                "<dcterms:type>",
                "<dcterms:type>x</dcterms:type><dcterms:type>");
        signed(
                "duplicate-element",
                "two-ends",
                "<dcterms:valid>",
                "<dcterms:valid>2099-01-01T00:00:00Z</dcterms:valid><dcterms:valid>");
        signed(
                "server-marker",
                "marked-as-latest",
                "</rdf:Description>",
                inside("<slterms:tag>latest</slterms:tag>"));
        signed("number-out-of-range", "negative-bytes", "<slreq:bytes>3", "<slreq:bytes>-3");
        signed(
                "number-out-of-range",
                "more-bytes-than-a-number-holds",
                "<slreq:bytes>3",
                "<slreq:bytes>99999999999999999999");
        signed(
                "number-out-of-range",
                "bytes-beyond-all-bounds",
                "<slreq:bytes>3",
                "<slreq:bytes>9007199254740993");
        signed("number-out-of-range", "port-65536", ">443<", ">65536<");
        signed("malformed-time", "hour-99", "2027-06-30T00", "2027-06-30T99");
        signed("malformed-time", "hour-24", "2027-06-30T00", "2027-06-30T24");
        signed("malformed-time", "thirtieth-of-february", "2027-06-30", "2027-02-30");
        signed("malformed-time", "year-of-five-digits", "2027-06-30", "12027-06-30");
        signed("malformed-time", "other-zone", "2027-06-30T00:00:00Z", "2027-06-30T00:00:00+01:00");
        signed(
                "created-in-future",
                "created-in-future",
                "2026-11-01T00:00:00Z",
                "2026-11-21T12:05:01Z");
    }

    private void previous() {
        var newer = changed(samples.text(), "2026-11-01T00", "2026-11-02T00");
        add(0, "-", "newer", utf8(samples.sign(newer)), "--previous=good.xml");
        row(0, "-", "good", "--previous=good.xml");
        row(1, "older-than-previous", "good", "--previous=newer.xml");
        add(
                1,
                "rewritten",
                "rewritten",
                utf8(samples.sign(changed(samples.text(), "A small", "Another small"))),
                "--previous=good.xml");
        row(1, "not-a-successor", "good", "--previous=good-without-mail-in-certificate.xml");
        var claimed =
                samples.issue("CN=Bob,OU=Elsewhere", "", Instant.parse("2046-01-01T00:00:00Z"));
        add(
                1,
                "endorser-changed",
                "mail-address-taken-over",
                utf8(
                        sign(
                                changed(
                                        samples.text(claimed, "bob@example.org"),
                                        "2026-11-01T00",
                                        "2026-11-02T00"),
                                claimed)),
                "--previous=good-without-mail-in-certificate.xml");
        row(3, "previous-unreadable", "good", "--previous=json.xml");
        row(1, "older-than-previous", "good", "--previous=withdrawn-later.xml");
        add(
                1,
                "deprecated",
                "withdrawn-later",
                utf8(
                        samples.sign(
                                changed(
                                        newer,
                                        "</rdf:Description>",
                                        inside(
                                                "<slterms:deprecated>a hole</slterms:deprecated>")))),
                "--previous=good.xml");
    }
}
