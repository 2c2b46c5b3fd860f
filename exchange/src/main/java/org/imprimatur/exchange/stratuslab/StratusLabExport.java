package org.imprimatur.exchange.stratuslab;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Set;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.SignatureMethod;
import javax.xml.crypto.dsig.Transform;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement;
import org.imprimatur.register.Waiver;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.UnusableKey;
import org.jspecify.annotations.Nullable;

/**
 * Writes an endorsement as a StratusLab document, signed by its endorser with RSA-SHA256. The text
 * is written in the canonical form that the signature is over, so that nothing between here and a
 * reader needs to bring it into another.
 */
public final class StratusLabExport {

    /** How long a document holds where nothing else is said. */
    public static final Duration LIFE = Duration.ofDays(180);

    private static final Set<String> SCHEMES = Set.of("http:", "https:");

    private static final String NAMESPACES =
            " xmlns:dcterms=\"%s\" xmlns:rdf=\"%s\" xmlns:slreq=\"%s\" xmlns:slterms=\"%s\""
                            .formatted(Names.DCTERMS, Names.RDF, Names.SLREQ, Names.SLTERMS)
                    + " xml:base=\""
                    + Names.BASE
                    + "\"";

    private StratusLabExport() {}

    /**
     * What the image file is, as found in the file itself.
     *
     * @param sha1 40 hex digits: the document's name of the image is made of it
     */
    public record ImageFile(long bytes, String sha1, String sha256, Sha512 sha512) {}

    /**
     * What the document says beyond the endorsement.
     *
     * @param email the endorser's mail address
     * @param created when it is signed
     * @param valid until when it holds
     * @param deprecated why the image is withdrawn; null where it is not
     */
    public record Wish(String email, Instant created, Instant valid, @Nullable String deprecated) {

        public Wish {
            created = created.truncatedTo(ChronoUnit.SECONDS);
            valid = valid.truncatedTo(ChronoUnit.SECONDS);
            if (!valid.isAfter(created)) {
                throw new MalformedInput("valid", "a moment after " + created, valid.toString());
            }
        }
    }

    /** Until when an endorsement holds by itself: until the first of its waivers expires. */
    public static Instant holdsUntil(Statement.Endorsement endorsement, Instant atMost) {
        return endorsement.waivers().stream()
                .map(Waiver::expires)
                .filter(expires -> expires.isBefore(atMost))
                .min(Instant::compareTo)
                .orElse(atMost);
    }

    /**
     * Writes and signs a document.
     *
     * @throws MalformedInput when the file is not the endorsed one, the key not the endorser's, or
     *     a text cannot stand in XML
     * @throws UnusableKey when the key is no RSA key
     */
    public static byte[] write(
            Statement.Endorsement endorsement, ImageFile file, Wish wish, SigningKey key) {
        if (!file.sha512().equals(endorsement.image())) {
            throw new MalformedInput(
                    "image", endorsement.image() + ", which is endorsed", file.sha512().toString());
        }
        if (!key.person().equals(endorsement.signer())) {
            throw new MalformedInput(
                    "key", "that of " + endorsement.signer(), "that of " + key.person());
        }
        var unsigned = description(endorsement, file, wish);
        var signedInfo = signedInfo("<rdf:RDF" + NAMESPACES + ">\n" + unsigned + "</rdf:RDF>");
        var canonical =
                "<SignedInfo xmlns=\"%s\"%s>%s</SignedInfo>"
                        .formatted(Names.DSIG, NAMESPACES, signedInfo);
        var value = key.signRsaSha256(canonical.getBytes(StandardCharsets.UTF_8));
        var signature =
                "<Signature xmlns=\"%s\"><SignedInfo>%s</SignedInfo><SignatureValue>%s</SignatureValue><KeyInfo><X509Data><X509Certificate>%s</X509Certificate></X509Data></KeyInfo></Signature>"
                        .formatted(
                                Names.DSIG,
                                signedInfo,
                                Base64.getEncoder().encodeToString(value),
                                Base64.getEncoder().encodeToString(der(key)));
        var document =
                ("<rdf:RDF" + NAMESPACES + ">\n" + unsigned + signature + "</rdf:RDF>\n")
                        .getBytes(StandardCharsets.UTF_8);
        check(document);
        return document;
    }

    private static String description(
            Statement.Endorsement endorsement, ImageFile file, Wish wish) {
        var id = StratusLabId.ofSha1(file.sha1());
        var signer = endorsement.signer();
        var out = new StringBuilder();
        out.append("<rdf:Description rdf:about=\"#%s\">\n".formatted(id));
        element(out, "dcterms:identifier", id.text());
        element(out, "slreq:bytes", Long.toString(file.bytes()));
        checksum(out, "SHA-1", file.sha1());
        checksum(out, "SHA-256", file.sha256());
        checksum(out, "SHA-512", file.sha512().hex());
        out.append("<slreq:endorsement rdf:parseType=\"Resource\">\n");
        element(out, "dcterms:created", wish.created().toString());
        out.append("<slreq:endorser rdf:parseType=\"Resource\">\n");
        element(out, "slreq:email", wish.email());
        element(out, "slreq:subject", signer.subject());
        element(out, "slreq:issuer", signer.issuer());
        out.append("</slreq:endorser>\n</slreq:endorsement>\n");
        element(out, "dcterms:type", "base");
        element(out, "slterms:kind", "machine");
        element(out, "dcterms:valid", wish.valid().toString());
        element(out, "dcterms:title", endorsement.title());
        element(out, "dcterms:description", endorsement.declaration());
        var tag = endorsement.tag();
        if (tag != null) {
            element(out, "dcterms:alternative", tag.text());
        }
        element(out, "dcterms:publisher", endorsement.owner().toString());
        element(out, "dcterms:format", endorsement.disk().format());
        for (var location : endorsement.locations()) {
            if (SCHEMES.stream().anyMatch(location::startsWith)) {
                element(out, "slterms:location", location);
            }
        }
        element(out, "slterms:version", endorsement.version().text());
        element(out, "slterms:os", endorsement.system().name());
        element(out, "slterms:os-version", endorsement.system().version());
        element(out, "slterms:os-arch", endorsement.system().architecture());
        var deprecated = wish.deprecated();
        if (deprecated != null) {
            element(out, "slterms:deprecated", deprecated);
        }
        return out.append("</rdf:Description>\n").toString();
    }

    private static void checksum(StringBuilder out, String algorithm, String value) {
        out.append("<slreq:checksum rdf:parseType=\"Resource\">\n");
        element(out, "slreq:algorithm", algorithm);
        element(out, "slreq:value", value);
        out.append("</slreq:checksum>\n");
    }

    private static void element(StringBuilder out, String name, String text) {
        if (!text.isEmpty()) {
            out.append("<%s>%s</%1$s>\n".formatted(name, escaped(name, text)));
        }
    }

    /** Text as canonical XML has it. */
    private static String escaped(String name, String text) {
        text.codePoints()
                .filter(point -> !isXml(point))
                .findFirst()
                .ifPresent(
                        point -> {
                            throw new MalformedInput(
                                    name,
                                    "characters that XML can hold",
                                    "U+%04X".formatted(point));
                        });
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** XML 1.0, production 2; a carriage return would not come back as it was. */
    private static boolean isXml(int point) {
        return point == '\t'
                || point == '\n'
                || point >= 0x20 && point <= 0xd7ff
                || point >= 0xe000 && point <= 0xfffd
                || point >= 0x10000;
    }

    private static String signedInfo(String signed) {
        var digest = Sha256.of(signed.getBytes(StandardCharsets.UTF_8)).bytes();
        return "<CanonicalizationMethod Algorithm=\"%s\"></CanonicalizationMethod>"
                        .formatted(CanonicalizationMethod.INCLUSIVE_WITH_COMMENTS)
                + "<SignatureMethod Algorithm=\"%s\"></SignatureMethod>"
                        .formatted(SignatureMethod.RSA_SHA256)
                + "<Reference URI=\"\"><Transforms><Transform Algorithm=\"%s\"></Transform></Transforms>"
                        .formatted(Transform.ENVELOPED)
                + "<DigestMethod Algorithm=\"%s\"></DigestMethod>".formatted(DigestMethod.SHA256)
                + "<DigestValue>%s</DigestValue></Reference>"
                        .formatted(Base64.getEncoder().encodeToString(digest));
    }

    private static byte[] der(SigningKey key) {
        try {
            return key.certificate().getEncoded();
        } catch (java.security.cert.CertificateEncodingException e) {
            throw new AssertionError("a certificate that was read can be written", e);
        }
    }

    /** What is written must be good for those who read it, beginning with ourselves. */
    private static void check(byte[] bytes) {
        try {
            var parts = DocumentReader.parts(XmlReader.read(bytes));
            EnvelopedSignature.read(parts.signature()).verify(false);
            DocumentReader.read(parts.description());
        } catch (Refusal refusal) {
            throw new MalformedInput(
                    "document", "a document that can be read again", refusal.explanation());
        }
    }
}
