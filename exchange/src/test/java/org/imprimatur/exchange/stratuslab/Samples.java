package org.imprimatur.exchange.stratuslab;

import java.io.ByteArrayInputStream;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.SignatureMethod;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.DigestMethodParameterSpec;
import javax.xml.crypto.dsig.spec.SignatureMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.imprimatur.trust.CrlMode;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.TrustAnchors;

/** People with keys, and documents signed as the Marketplace's tools sign them. */
final class Samples {

    static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant UNTIL = Instant.parse("2046-01-01T00:00:00Z");

    /** Somebody with a key and a certificate. */
    record Signer(KeyPair keys, X509Certificate certificate) {

        SigningKey key() {
            return SigningKey.of(keys.getPrivate(), List.of(certificate));
        }

        String subject() {
            return certificate.getSubjectX500Principal().getName();
        }

        String issuer() {
            return certificate.getIssuerX500Principal().getName();
        }
    }

    final Signer authority = selfSigned("CN=Sample CA,O=Samples,C=EU", "RSA", 2048, true);

    /** Her certificate holds her mail address. */
    final Signer alice = issue("CN=Alice,O=Samples,C=EU", "alice@example.org", UNTIL);

    /** His does not. */
    final Signer bob = issue("CN=Bob,O=Samples,C=EU", "", UNTIL);

    /** From the same authority, and up to no good. */
    final Signer mallory = issue("CN=Mallory,O=Samples,C=EU", "mallory@example.org", UNTIL);

    /** A key of Mallory's with Alice's name, signed by itself. */
    final Signer falseAlice = selfSigned("CN=Alice,O=Samples,C=EU", "RSA", 2048, false);

    final TrustAnchors anchors =
            TrustAnchors.of(List.of(authority.certificate()), List.of(), CrlMode.IF_PRESENT);

    static KeyPair generate(String kind, int size) {
        try {
            var generator = KeyPairGenerator.getInstance(kind);
            generator.initialize(size, new SecureRandom());
            return generator.generateKeyPair();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    Signer issue(String subject, String email, Instant until) {
        return issue(generate("RSA", 2048), subject, email, until);
    }

    Signer issue(KeyPair keys, String subject, String email, Instant until) {
        return new Signer(
                keys,
                certify(keys, subject, authority.subject(), authority.keys(), email, until, false));
    }

    private static Signer selfSigned(String name, String kind, int size, boolean authority) {
        var keys = generate(kind, size);
        return new Signer(keys, certify(keys, name, name, keys, "", UNTIL, authority));
    }

    private static X509Certificate certify(
            KeyPair keys,
            String subject,
            String issuer,
            KeyPair by,
            String email,
            Instant until,
            boolean authority) {
        try {
            var builder =
                    new JcaX509v3CertificateBuilder(
                            X500Name.getInstance(new X500Principal(issuer).getEncoded()),
                            new BigInteger(64, new SecureRandom()),
                            Date.from(FROM),
                            Date.from(until),
                            X500Name.getInstance(new X500Principal(subject).getEncoded()),
                            keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(
                            authority
                                    ? KeyUsage.keyCertSign | KeyUsage.cRLSign
                                    : KeyUsage.digitalSignature));
            if (!email.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(new GeneralName(GeneralName.rfc822Name, email)));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(
                                    new JcaContentSignerBuilder("SHA256withRSA")
                                            .build(by.getPrivate())));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** What Alice would write about the image "abc". */
    String text() {
        return text(alice, "alice@example.org");
    }

    String text(Signer endorser, String email) {
        return """
        <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
         xmlns:dcterms="http://purl.org/dc/terms/"
         xmlns:slreq="http://mp.stratuslab.eu/slreq#"
         xmlns:slterms="http://mp.stratuslab.eu/slterms#"
         xml:base="http://mp.stratuslab.eu/">
        <rdf:Description rdf:about="#KmZPjZHBoFquj4lcXhQwmyc0Nid">
        <dcterms:identifier>KmZPjZHBoFquj4lcXhQwmyc0Nid</dcterms:identifier>
        <slreq:bytes>3</slreq:bytes>
        <slreq:checksum rdf:parseType="Resource"><slreq:algorithm>SHA-1</slreq:algorithm><slreq:value>a9993e364706816aba3e25717850c26c9cd0d89d</slreq:value></slreq:checksum>
        <slreq:checksum rdf:parseType="Resource"><slreq:algorithm>SHA-512</slreq:algorithm><slreq:value>ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f</slreq:value></slreq:checksum>
        <slreq:endorsement rdf:parseType="Resource">
        <dcterms:created>2026-11-01T00:00:00Z</dcterms:created>
        <slreq:endorser rdf:parseType="Resource"><slreq:email>EMAIL</slreq:email><slreq:subject>SUBJECT</slreq:subject><slreq:issuer>ISSUER</slreq:issuer></slreq:endorser>
        </slreq:endorsement>
        <dcterms:type>base</dcterms:type>
        <slterms:kind>machine</slterms:kind>
        <dcterms:valid>2027-06-30T00:00:00Z</dcterms:valid>
        <dcterms:title>A small image</dcterms:title>
        <dcterms:description>Three letters &amp; nothing else</dcterms:description>
        <dcterms:alternative>abc</dcterms:alternative>
        <dcterms:format>raw</dcterms:format>
        <slterms:location>https://images.example/abc.img</slterms:location>
        <slterms:location>pdisk:store:1</slterms:location>
        <slterms:version>1.0</slterms:version>
        <slterms:os>ttylinux</slterms:os>
        <slterms:os-version>9.7</slterms:os-version>
        <slterms:os-arch>i486</slterms:os-arch>
        <slterms:inbound-port>443</slterms:inbound-port>
        </rdf:Description>
        </rdf:RDF>
        """
                .replace("EMAIL", email)
                .replace("SUBJECT", endorser.subject())
                .replace("ISSUER", endorser.issuer());
    }

    /** How a signature is made. */
    record Method(
            String signature,
            String digest,
            String canonicalization,
            String transform,
            String uri) {

        static final Method MODERN =
                new Method(
                        SignatureMethod.RSA_SHA256,
                        DigestMethod.SHA256,
                        CanonicalizationMethod.INCLUSIVE_WITH_COMMENTS,
                        Transform.ENVELOPED,
                        "");

        /** As the Marketplace's own tools have signed. */
        static final Method LEGACY = MODERN.with(SignatureMethod.RSA_SHA1, DigestMethod.SHA1);

        Method with(String signature, String digest) {
            return new Method(signature, digest, canonicalization, transform, uri);
        }

        Method canonicalizedBy(String other) {
            return new Method(signature, digest, other, transform, uri);
        }

        Method transformedBy(String other) {
            return new Method(signature, digest, canonicalization, other, uri);
        }
    }

    String sign(String text) {
        return sign(text, alice);
    }

    static String sign(String text, Signer signer) {
        return sign(text, signer, Method.MODERN, signer.certificate());
    }

    static String sign(String text, Signer signer, Method method, X509Certificate... shown) {
        try {
            var document =
                    DocumentBuilderFactory.newDefaultNSInstance()
                            .newDocumentBuilder()
                            .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
            var factory = XMLSignatureFactory.getInstance("DOM");
            var reference =
                    factory.newReference(
                            method.uri(),
                            factory.newDigestMethod(
                                    method.digest(), (DigestMethodParameterSpec) null),
                            List.of(
                                    factory.newTransform(
                                            method.transform(), (TransformParameterSpec) null)),
                            null,
                            null);
            var signedInfo =
                    factory.newSignedInfo(
                            factory.newCanonicalizationMethod(
                                    method.canonicalization(), (C14NMethodParameterSpec) null),
                            factory.newSignatureMethod(
                                    method.signature(), (SignatureMethodParameterSpec) null),
                            List.of(reference));
            var keys = factory.getKeyInfoFactory();
            var keyInfo =
                    keys.newKeyInfo(
                            List.of(
                                    shown.length == 0
                                            ? keys.newKeyValue(signer.keys().getPublic())
                                            : keys.newX509Data(List.of(shown))));
            factory.newXMLSignature(signedInfo, keyInfo)
                    .sign(
                            new DOMSignContext(
                                    signer.keys().getPrivate(), document.getDocumentElement()));
            var out = new StringWriter();
            var transformer = TransformerFactory.newDefaultInstance().newTransformer();
            transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
            transformer.transform(new DOMSource(document), new StreamResult(out));
            return out.toString();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
