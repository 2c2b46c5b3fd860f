package org.imprimatur.exchange.stratuslab;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.XMLConstants;
import javax.xml.crypto.MarshalException;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.SignatureMethod;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignatureException;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.trust.Algorithms;
import org.w3c.dom.Attr;
import org.w3c.dom.Element;

/**
 * The one XML signature of a document, as the Marketplace's tools write it: over the whole document
 * but itself, with the one certificate in it. Its form is checked before any of it is given to a
 * library, and whatever it could do besides is refused.
 *
 * @param certificate the one certificate, whose key has to fit
 * @param signature the signature algorithm
 * @param digest the digest algorithm
 */
record EnvelopedSignature(
        Element element, X509Certificate certificate, String signature, String digest) {

    private static final Set<String> CANONICALIZATIONS =
            Set.of(
                    CanonicalizationMethod.INCLUSIVE,
                    CanonicalizationMethod.INCLUSIVE_WITH_COMMENTS);

    /** The signature algorithms, and the kind of key each is for. */
    private static final Map<String, String> SIGNATURES =
            Map.of(
                    SignatureMethod.RSA_SHA256, "RSA",
                    SignatureMethod.RSA_SHA384, "RSA",
                    SignatureMethod.RSA_SHA512, "RSA",
                    SignatureMethod.ECDSA_SHA256, "EC",
                    SignatureMethod.ECDSA_SHA384, "EC",
                    SignatureMethod.ECDSA_SHA512, "EC",
                    SignatureMethod.RSA_SHA1, "RSA");

    private static final Set<String> DIGESTS =
            Set.of(
                    DigestMethod.SHA256,
                    DigestMethod.SHA384,
                    DigestMethod.SHA512,
                    DigestMethod.SHA1);

    /** Property of the JDK's library: whether its rules, which refuse SHA-1, hold. */
    private static final String SECURE = "org.jcp.xml.dsig.secureValidation";

    /** Checks the form of a signature. Nothing of it is proven yet. */
    static EnvelopedSignature read(Element signature) {
        noAttributes(signature);
        var parts = XmlReader.children(signature);
        if (parts.size() > 3) {
            // Such as an Object, which the signature does not cover and whose content others read.
            throw new Refusal(
                    StratusLabCode.SIGNATURE_WRAPPING,
                    "Signature: expected SignedInfo, SignatureValue and KeyInfo, found also "
                            + MalformedInput.quoted(parts.get(3).getNodeName()));
        }
        expect(signature, parts, "SignedInfo", "SignatureValue", "KeyInfo");
        var signedInfo = parts.get(0);
        noAttributes(signedInfo);
        noAttributes(parts.get(1));
        XmlReader.text(parts.get(1));
        var info = XmlReader.children(signedInfo);
        if (info.stream().filter(one -> Names.is(one, Names.DSIG, "Reference")).count() > 1) {
            throw new Refusal(
                    StratusLabCode.SIGNATURE_WRAPPING,
                    "SignedInfo: expected one Reference, found several");
        }
        expect(signedInfo, info, "CanonicalizationMethod", "SignatureMethod", "Reference");
        var canonicalization = algorithm(info.get(0));
        if (!CANONICALIZATIONS.contains(canonicalization)) {
            throw form(
                    "CanonicalizationMethod", CanonicalizationMethod.INCLUSIVE, canonicalization);
        }
        var method = algorithm(info.get(1));
        if (!SIGNATURES.containsKey(method)) {
            throw notAccepted("SignatureMethod", method);
        }
        var digest = reference(info.get(2));
        return new EnvelopedSignature(signature, certificate(parts.get(2)), method, digest);
    }

    private static String reference(Element reference) {
        var uri = reference.getAttributeNode("URI");
        if (uri == null || reference.getAttributes().getLength() > 1 || !uri.getValue().isEmpty()) {
            throw new Refusal(
                    StratusLabCode.SIGNATURE_WRAPPING,
                    "Reference: expected the whole document (URI=\"\" and nothing else), found "
                            + MalformedInput.quoted(uri == null ? "no URI" : uri.getValue()));
        }
        var parts = XmlReader.children(reference);
        expect(reference, parts, "Transforms", "DigestMethod", "DigestValue");
        noAttributes(parts.get(0));
        var transforms = XmlReader.children(parts.get(0));
        expect(parts.get(0), transforms, "Transform");
        var transform = algorithm(transforms.get(0));
        if (!transform.equals(Transform.ENVELOPED)) {
            throw form("Transform", Transform.ENVELOPED, transform);
        }
        var digest = algorithm(parts.get(1));
        if (!DIGESTS.contains(digest)) {
            throw notAccepted("DigestMethod", digest);
        }
        noAttributes(parts.get(2));
        XmlReader.text(parts.get(2));
        return digest;
    }

    /**
     * The one certificate. With two, a reader might take the key of one and the name of the other.
     */
    private static X509Certificate certificate(Element keyInfo) {
        noAttributes(keyInfo);
        var data = XmlReader.children(keyInfo);
        var certificates =
                data.size() == 1 && Names.is(data.get(0), Names.DSIG, "X509Data")
                        ? XmlReader.children(data.get(0))
                        : List.<Element>of();
        if (certificates.size() != 1
                || !Names.is(certificates.get(0), Names.DSIG, "X509Certificate")) {
            throw new Refusal(
                    StratusLabCode.AMBIGUOUS_KEY,
                    "KeyInfo: expected X509Data with one X509Certificate and nothing else");
        }
        noAttributes(data.get(0));
        noAttributes(certificates.get(0));
        try {
            // Some signers leave carriage returns inside the base64.
            var der =
                    Base64.getDecoder()
                            .decode(
                                    XmlReader.text(certificates.get(0))
                                            .replaceAll("[ \\t\\r\\n]+", ""));
            var certificate =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509")
                                    .generateCertificate(new ByteArrayInputStream(der));
            if (!Arrays.equals(certificate.getEncoded(), der)) {
                throw new Refusal(
                        StratusLabCode.AMBIGUOUS_KEY,
                        "X509Certificate: expected one certificate, found more bytes after it");
            }
            return certificate;
        } catch (IllegalArgumentException | CertificateException e) {
            throw new Refusal(
                    StratusLabCode.SIGNATURE_FORM,
                    "X509Certificate: expected a certificate in base64 of DER, found none");
        }
    }

    /** Whether the signature, or the digest it rests on, is made with SHA-1. */
    boolean legacy() {
        return signature.equals(SignatureMethod.RSA_SHA1) || digest.equals(DigestMethod.SHA1);
    }

    /**
     * Whether the key of the certificate has signed this document.
     *
     * @param legacySha1 whether SHA-1 may be
     * @throws Refusal when not
     */
    void verify(boolean legacySha1) {
        if (legacy() && !legacySha1) {
            throw new Refusal(
                    StratusLabCode.LEGACY_SHA1,
                    "the signature rests on SHA-1, whose collisions can be bought; to read it as"
                            + " history all the same, say so with --legacy-sha1");
        }
        var key = certificate.getPublicKey();
        if (Algorithms.forKey(key) instanceof Algorithms.Choice.Refuse(var reason)) {
            throw new Refusal(StratusLabCode.WEAK_KEY, "the certificate's key: " + reason);
        }
        if (!key.getAlgorithm().equals(SIGNATURES.get(signature))) {
            throw new Refusal(
                    StratusLabCode.WRONG_SIGNATURE,
                    "SignatureMethod: %s is not for a key of kind %s"
                            .formatted(signature, key.getAlgorithm()));
        }
        var context = new DOMValidateContext(key, element);
        // SHA-1 is allowed here, for this one signature, whose form is already known to be
        // harmless;
        // no setting of the whole process is touched.
        context.setProperty(SECURE, !legacy());
        try {
            var parsed = XMLSignatureFactory.getInstance("DOM").unmarshalXMLSignature(context);
            if (!parsed.getSignatureValue().validate(context)) {
                throw new Refusal(
                        StratusLabCode.WRONG_SIGNATURE,
                        "the signature was not made with the key of the certificate");
            }
            for (var reference : parsed.getSignedInfo().getReferences()) {
                if (!reference.validate(context)) {
                    throw new Refusal(
                            StratusLabCode.ALTERED,
                            "the document is not the one that was signed: its digest differs");
                }
            }
        } catch (MarshalException | XMLSignatureException e) {
            throw new Refusal(
                    StratusLabCode.WRONG_SIGNATURE,
                    "the signature cannot be verified: "
                            + MalformedInput.quoted(String.valueOf(e.getMessage())));
        }
    }

    private static void expect(Element parent, List<Element> found, String... names) {
        var expected = List.of(names);
        var present = found.stream().map(Element::getLocalName).toList();
        if (!present.equals(expected)
                || !found.stream().allMatch(one -> Names.DSIG.equals(one.getNamespaceURI()))) {
            throw form(parent.getLocalName(), String.join(", ", expected), present.toString());
        }
    }

    private static String algorithm(Element element) {
        var name = element.getAttribute("Algorithm");
        if (attributes(element) != 1 || name.isEmpty() || !XmlReader.children(element).isEmpty()) {
            throw form(element.getLocalName(), "an Algorithm and nothing else", name);
        }
        return name;
    }

    private static void noAttributes(Element element) {
        if (attributes(element) != 0) {
            throw form(element.getLocalName(), "no attributes", "some");
        }
    }

    /** How many attributes an element has that are no declarations of namespaces. */
    static long attributes(Element element) {
        var all = element.getAttributes();
        long count = 0;
        for (int i = 0; i < all.getLength(); i++) {
            if (!isDeclaration((Attr) all.item(i))) {
                count++;
            }
        }
        return count;
    }

    static boolean isDeclaration(Attr attribute) {
        return XMLConstants.XMLNS_ATTRIBUTE_NS_URI.equals(attribute.getNamespaceURI());
    }

    private static Refusal form(String where, String expected, String found) {
        return new Refusal(
                StratusLabCode.SIGNATURE_FORM,
                "%s: expected %s, found %s"
                        .formatted(where, expected, MalformedInput.quoted(found)));
    }

    private static Refusal notAccepted(String where, String found) {
        return new Refusal(
                StratusLabCode.ALGORITHM,
                "%s: %s is not accepted".formatted(where, MalformedInput.quoted(found)));
    }
}
