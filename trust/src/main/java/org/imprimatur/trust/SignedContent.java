package org.imprimatur.trust;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.imprimatur.register.MalformedInput;
import org.jspecify.annotations.Nullable;

/**
 * Content that one person has signed in the way of CMS (RFC 5652), as S/MIME messages carry it.
 * Reading takes what OpenSSL's {@code smime} takes; judging takes less: one signer, named by issuer
 * and serial number, with the certificate inside, over a digest that nobody can forge.
 *
 * <p>Instances never change.
 */
public final class SignedContent {

    /** More certificates than this in one message are refused. */
    public static final int MAX_CERTIFICATES = 16;

    /** Deeper nesting than any signature needs; deeper is refused before it is read. */
    private static final int MAX_DEPTH = 32;

    private static final int MAX_CERTIFICATE_BYTES = 64 * 1024;

    private static final String EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4";

    private static final String SHA1 = "SHA-1";

    /** Digest algorithms by object identifier, in the names of the JCA. */
    private static final Map<String, String> DIGESTS =
            Map.of(
                    "1.3.14.3.2.26", SHA1,
                    "2.16.840.1.101.3.4.2.1", "SHA-256",
                    "2.16.840.1.101.3.4.2.2", "SHA-384",
                    "2.16.840.1.101.3.4.2.3", "SHA-512");

    /** Signature algorithms: the key they are for, and the digest that they name, if any. */
    private static final Map<String, Scheme> SCHEMES =
            Map.ofEntries(
                    Map.entry("1.2.840.113549.1.1.1", new Scheme("RSA", null)),
                    Map.entry("1.2.840.113549.1.1.5", new Scheme("RSA", SHA1)),
                    Map.entry("1.2.840.113549.1.1.11", new Scheme("RSA", "SHA-256")),
                    Map.entry("1.2.840.113549.1.1.12", new Scheme("RSA", "SHA-384")),
                    Map.entry("1.2.840.113549.1.1.13", new Scheme("RSA", "SHA-512")),
                    Map.entry("1.2.840.10045.2.1", new Scheme("ECDSA", null)),
                    Map.entry("1.2.840.10045.4.1", new Scheme("ECDSA", SHA1)),
                    Map.entry("1.2.840.10045.4.3.2", new Scheme("ECDSA", "SHA-256")),
                    Map.entry("1.2.840.10045.4.3.3", new Scheme("ECDSA", "SHA-384")),
                    Map.entry("1.2.840.10045.4.3.4", new Scheme("ECDSA", "SHA-512")));

    private final SignedData data;
    private final byte @Nullable [] embedded;

    private record Scheme(String key, @Nullable String digest) {}

    private SignedContent(SignedData data, byte @Nullable [] embedded) {
        this.data = data;
        this.embedded = embedded;
    }

    /** What came of judging. */
    public sealed interface Verdict {}

    /**
     * The person has signed the content.
     *
     * @param chain the judgement of the certificates
     * @param digest the digest that was signed, such as {@code SHA-256}
     * @param signingTime what the signer says of the time; nobody else vouches for it
     */
    public record Verified(ChainVerdict.Valid chain, String digest, Optional<Instant> signingTime)
            implements Verdict {}

    /**
     * It is not shown that anybody who is trusted has signed the content.
     *
     * @param code why, for programs: a label of {@link Code} or of {@link ChainVerdict.Code}
     * @param explanation why, for people: what was found and what was expected
     */
    public record NotVerified(String code, String explanation) implements Verdict {}

    /** Why a signature is not accepted. Codes are added, never renamed. */
    public enum Code {
        /** Nobody has signed. */
        NO_SIGNER("no-signer"),
        /** More than one has signed: it could not be said who is answerable. */
        SEVERAL_SIGNERS("several-signers"),
        /** The signer is named by a key identifier, which no other reader understands. */
        SIGNER_BY_KEY_IDENTIFIER("signer-by-key-identifier"),
        /** The signer's certificate is not in the message, or is in it twice. */
        CERTIFICATE_MISSING("certificate-missing"),
        /** More certificates than are accepted. */
        TOO_MANY_CERTIFICATES("too-many-certificates"),
        /** The digest can be forged. */
        WEAK_DIGEST("weak-digest"),
        /** Another algorithm or another kind of content than S/MIME messages of lists have. */
        UNSUPPORTED_ALGORITHM("unsupported-algorithm"),
        /** The signed attributes are not those that must be there, each once. */
        BAD_ATTRIBUTES("bad-attributes"),
        /** The content is not what was signed. */
        DIGEST_MISMATCH("digest-mismatch"),
        /** The signature was not made by the key of the certificate. */
        WRONG_SIGNATURE("wrong-signature"),
        /** The certificate is for other uses than signing messages. */
        UNSUITABLE_CERTIFICATE("unsuitable-certificate");

        private final String label;

        Code(String label) {
            this.label = label;
        }

        /** The code as the command line shows it. */
        public String label() {
            return label;
        }
    }

    /** A reason to refuse, on its way out of the checks. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        private final String code;
        private final String explanation;

        Refused(Code code, String explanation) {
            this(code.label(), explanation);
        }

        Refused(String code, String explanation) {
            super(explanation, null, false, false);
            this.code = code;
            this.explanation = explanation;
        }
    }

    /**
     * Reads the bytes of a signature, DER or BER. The caller bounds their number.
     *
     * @throws MalformedInput when they are not CMS signed data
     */
    public static SignedContent parse(byte[] bytes) {
        if (BerDepth.exceeds(bytes, MAX_DEPTH)) {
            throw malformed("nesting deeper than " + MAX_DEPTH, null);
        }
        try {
            var info = ContentInfo.getInstance(ASN1Primitive.fromByteArray(bytes));
            if (info == null || !CMSObjectIdentifiers.signedData.equals(info.getContentType())) {
                throw malformed("another kind of content", null);
            }
            var data = SignedData.getInstance(info.getContent());
            if (data == null) {
                throw malformed("nothing", null);
            }
            byte[] embedded =
                    data.getEncapContentInfo().getContent() instanceof ASN1OctetString octets
                            ? octets.getOctets()
                            : null;
            // Whatever is read lazily is read now, so that nothing can fail later.
            data.getEncoded(ASN1Encoding.DER);
            return new SignedContent(data, embedded);
        } catch (IOException | RuntimeException e) {
            if (e instanceof MalformedInput known) {
                throw known;
            }
            throw malformed("bytes that are not", e);
        }
    }

    private static MalformedInput malformed(String found, @Nullable Exception cause) {
        var malformed = new MalformedInput("signature", "CMS signed data (RFC 5652)", found);
        if (cause != null) {
            malformed.initCause(cause);
        }
        return malformed;
    }

    /** The content, where the signature holds it itself (the opaque form of S/MIME). */
    public Optional<byte[]> content() {
        return Optional.ofNullable(embedded).map(byte[]::clone);
    }

    /**
     * Judges the signature over a content.
     *
     * @param content the bytes that were signed
     * @param legacySha1 whether a signature over SHA-1 is taken, which others can forge
     * @param at the instant that counts for the certificates
     */
    public Verdict verify(byte[] content, TrustAnchors anchors, boolean legacySha1, Instant at) {
        try {
            return verified(content, anchors, legacySha1, at);
        } catch (Refused e) {
            return new NotVerified(e.code, e.explanation);
        }
    }

    private Verified verified(byte[] content, TrustAnchors anchors, boolean legacySha1, Instant at)
            throws Refused {
        var signer = onlySigner();
        var digest = digest(signer, legacySha1);
        if (!CMSObjectIdentifiers.data.equals(data.getEncapContentInfo().getContentType())) {
            throw new Refused(
                    Code.UNSUPPORTED_ALGORITHM,
                    "the signature is over content of type %s; expected plain data"
                            .formatted(data.getEncapContentInfo().getContentType()));
        }
        var certificates = certificates();
        var leaf = certificateOf(signer, certificates);
        byte[] signedBytes = content;
        Optional<Instant> signingTime = Optional.empty();
        if (signer.getAuthenticatedAttributes() != null) {
            var attributes = attributes(signer.getAuthenticatedAttributes());
            checkAttributes(attributes, digestOf(digest, content));
            signedBytes = der(signer.getAuthenticatedAttributes());
            signingTime = signingTime(attributes);
        }
        checkSignature(signer, leaf, digest, signedBytes);
        var objection = objectionToMessagesBy(leaf);
        if (objection.isPresent()) {
            throw new Refused(Code.UNSUITABLE_CERTIFICATE, objection.get());
        }
        return switch (anchors.judgeCertificates(chain(leaf, certificates), at)) {
            case ChainVerdict.Valid chain -> new Verified(chain, digest, signingTime);
            case ChainVerdict.Invalid(var code, var explanation) ->
                    throw new Refused(code.label(), explanation);
        };
    }

    private SignerInfo onlySigner() throws Refused {
        int signers = data.getSignerInfos().size();
        if (signers == 0) {
            throw new Refused(
                    Code.NO_SIGNER, "the message holds certificates, but nobody has signed it");
        }
        if (signers > 1) {
            throw new Refused(
                    Code.SEVERAL_SIGNERS,
                    "%d signers; expected one, who answers for the whole".formatted(signers));
        }
        try {
            return SignerInfo.getInstance(data.getSignerInfos().getObjectAt(0));
        } catch (RuntimeException e) {
            // The library casts and counts what it has not looked at, here and below.
            throw new Refused(
                    Code.UNSUPPORTED_ALGORITHM, "what is said of the signer cannot be read");
        }
    }

    private static String digest(SignerInfo signer, boolean legacySha1) throws Refused {
        var oid = signer.getDigestAlgorithm().getAlgorithm().getId();
        var digest = DIGESTS.get(oid);
        if (digest == null) {
            throw new Refused(
                    Code.WEAK_DIGEST,
                    "the digest algorithm %s; expected SHA-256, SHA-384 or SHA-512".formatted(oid));
        }
        if (digest.equals(SHA1) && !legacySha1) {
            throw new Refused(
                    Code.WEAK_DIGEST,
                    "signed over SHA-1, whose collisions can be bought; expected SHA-256, SHA-384"
                            + " or SHA-512");
        }
        return digest;
    }

    private List<X509Certificate> certificates() throws Refused {
        var certificates = new ArrayList<X509Certificate>();
        var set = data.getCertificates();
        if (set == null) {
            return certificates;
        }
        if (set.size() > MAX_CERTIFICATES) {
            throw new Refused(
                    Code.TOO_MANY_CERTIFICATES,
                    "%d certificates; expected at most %d".formatted(set.size(), MAX_CERTIFICATES));
        }
        for (var one : set) {
            // Attribute certificates and other forms are tagged; they say nothing here.
            if (one.toASN1Primitive() instanceof ASN1Sequence sequence) {
                certificates.add(certificate(sequence));
            }
        }
        return certificates;
    }

    private static X509Certificate certificate(ASN1Sequence sequence) throws Refused {
        try {
            byte[] der = sequence.getEncoded(ASN1Encoding.DER);
            if (der.length > MAX_CERTIFICATE_BYTES) {
                throw new Refused(
                        ChainVerdict.Code.MALFORMED_CERTIFICATE.label(),
                        "a certificate of %d bytes; expected at most %d"
                                .formatted(der.length, MAX_CERTIFICATE_BYTES));
            }
            return Pem.certificate(der);
        } catch (IOException | CertificateException e) {
            throw new Refused(
                    ChainVerdict.Code.MALFORMED_CERTIFICATE.label(),
                    "a certificate in the message is not X.509 in DER");
        }
    }

    private static X509Certificate certificateOf(
            SignerInfo signer, List<X509Certificate> certificates) throws Refused {
        X500Principal issuer;
        BigInteger serialNumber;
        try {
            if (!(signer.getSID().getId() instanceof ASN1Encodable id)
                    || id instanceof ASN1OctetString) {
                throw new Refused(
                        Code.SIGNER_BY_KEY_IDENTIFIER,
                        "the signer is named by a key identifier; expected issuer and serial"
                                + " number, as other readers do");
            }
            var name = IssuerAndSerialNumber.getInstance(id);
            issuer = new X500Principal(name.getName().getEncoded(ASN1Encoding.DER));
            serialNumber = name.getSerialNumber().getValue();
        } catch (IOException | RuntimeException e) {
            throw new Refused(Code.CERTIFICATE_MISSING, "the signer's name cannot be read");
        }
        var named =
                certificates.stream()
                        .filter(one -> one.getSerialNumber().equals(serialNumber))
                        .filter(one -> one.getIssuerX500Principal().equals(issuer))
                        .distinct()
                        .toList();
        if (named.size() != 1) {
            throw new Refused(
                    Code.CERTIFICATE_MISSING,
                    "%d certificates with serial number %x of '%s' are in the message; expected 1"
                            .formatted(
                                    named.size(),
                                    serialNumber,
                                    issuer.getName(X500Principal.RFC2253)));
        }
        return named.getFirst();
    }

    private static Map<ASN1ObjectIdentifier, Attribute> attributes(ASN1Set set) throws Refused {
        var attributes = new HashMap<ASN1ObjectIdentifier, Attribute>();
        try {
            for (var one : set) {
                var attribute = Attribute.getInstance(one);
                if (attributes.put(attribute.getAttrType(), attribute) != null) {
                    throw new Refused(
                            Code.BAD_ATTRIBUTES,
                            "the signed attribute %s is there twice"
                                    .formatted(attribute.getAttrType()));
                }
            }
        } catch (RuntimeException e) {
            throw new Refused(Code.BAD_ATTRIBUTES, "the signed attributes cannot be read");
        }
        return attributes;
    }

    private static void checkAttributes(
            Map<ASN1ObjectIdentifier, Attribute> attributes, byte[] digest) throws Refused {
        var contentType = only(attributes, CMSAttributes.contentType, "contentType");
        if (!CMSObjectIdentifiers.data.equals(contentType)) {
            throw new Refused(
                    Code.BAD_ATTRIBUTES,
                    "the signed content type is %s; expected plain data".formatted(contentType));
        }
        if (!(only(attributes, CMSAttributes.messageDigest, "messageDigest")
                instanceof ASN1OctetString signed)) {
            throw new Refused(Code.BAD_ATTRIBUTES, "the signed message digest is no digest");
        }
        if (!MessageDigest.isEqual(signed.getOctets(), digest)) {
            throw new Refused(
                    Code.DIGEST_MISMATCH,
                    "the content is not what was signed: it was altered, or its line ends were"
                            + " not CRLF when it was signed");
        }
    }

    private static ASN1Encodable only(
            Map<ASN1ObjectIdentifier, Attribute> attributes, ASN1ObjectIdentifier type, String name)
            throws Refused {
        var attribute = attributes.get(type);
        if (attribute == null || attribute.getAttrValues().size() != 1) {
            throw new Refused(
                    Code.BAD_ATTRIBUTES,
                    "the signed attribute %s with one value is missing".formatted(name));
        }
        return attribute.getAttrValues().getObjectAt(0).toASN1Primitive();
    }

    private static Optional<Instant> signingTime(Map<ASN1ObjectIdentifier, Attribute> attributes) {
        var attribute = attributes.get(CMSAttributes.signingTime);
        if (attribute == null || attribute.getAttrValues().size() != 1) {
            return Optional.empty();
        }
        try {
            return switch (attribute.getAttrValues().getObjectAt(0).toASN1Primitive()) {
                case ASN1UTCTime time -> Optional.of(time.getAdjustedDate().toInstant());
                case ASN1GeneralizedTime time -> Optional.of(time.getDate().toInstant());
                default -> Optional.empty();
            };
        } catch (ParseException | RuntimeException e) {
            // The signer's clock is told, never believed: without it nothing is lost.
            return Optional.empty();
        }
    }

    private static void checkSignature(
            SignerInfo signer, X509Certificate leaf, String digest, byte[] signedBytes)
            throws Refused {
        var key = leaf.getPublicKey();
        if (Algorithms.forKey(key) instanceof Algorithms.Choice.Refuse(var reason)) {
            throw new Refused(
                    ChainVerdict.Code.WEAK_KEY.label(),
                    "the certificate of '%s': %s".formatted(Certificates.subject(leaf), reason));
        }
        var oid = signer.getDigestEncryptionAlgorithm().getAlgorithm().getId();
        var scheme = SCHEMES.get(oid);
        if (scheme == null
                || (scheme.digest() != null && !scheme.digest().equals(digest))
                || !scheme.key().equals(keyKind(leaf))) {
            throw new Refused(
                    Code.UNSUPPORTED_ALGORITHM,
                    "the signature algorithm %s with a digest by %s and a key for %s; expected RSA"
                                    .formatted(oid, digest, keyKind(leaf))
                            + " (PKCS #1 v1.5) or ECDSA, and all three to agree");
        }
        var name = digest.replace("-", "") + "with" + scheme.key();
        boolean good;
        try {
            var verifier = Signature.getInstance(name);
            verifier.initVerify(key);
            verifier.update(signedBytes);
            good = verifier.verify(signer.getEncryptedDigest().getOctets());
        } catch (GeneralSecurityException e) {
            // A signature of the wrong length or form is as wrong as any other.
            good = false;
        }
        if (!good) {
            throw new Refused(
                    Code.WRONG_SIGNATURE,
                    "the signature does not fit the content and the key of '%s'"
                            .formatted(Certificates.subject(leaf)));
        }
    }

    private static String keyKind(X509Certificate leaf) {
        return switch (leaf.getPublicKey()) {
            case RSAPublicKey _ -> "RSA";
            case ECPublicKey _ -> "ECDSA";
            default -> leaf.getPublicKey().getAlgorithm();
        };
    }

    /**
     * Why a certificate is not for signing messages, as OpenSSL's purpose {@code smimesign} has it,
     * or empty when it is: other readers would refuse what it has signed.
     */
    public static Optional<String> objectionToMessagesBy(X509Certificate certificate) {
        var subject = Certificates.subject(certificate);
        boolean[] usage = certificate.getKeyUsage();
        if (usage != null && !usage[0]) {
            return Optional.of(
                    "the certificate of '%s' has a key usage without digitalSignature"
                            .formatted(subject));
        }
        try {
            var extended = certificate.getExtendedKeyUsage();
            if (extended != null && !extended.contains(EMAIL_PROTECTION)) {
                return Optional.of(
                        "the certificate of '%s' is for %s; expected emailProtection among its"
                                        .formatted(subject, extended)
                                + " uses: a host certificate cannot sign lists");
            }
        } catch (CertificateParsingException e) {
            return Optional.of(
                    "the extended key usage of the certificate of '%s' cannot be read"
                            .formatted(subject));
        }
        return Optional.empty();
    }

    /** The signer's certificate and those above it, as far as the message has them. */
    private static List<X509Certificate> chain(
            X509Certificate leaf, List<X509Certificate> certificates) {
        var chain = new ArrayList<>(List.of(leaf));
        while (chain.size() < Envelope.MAX_CERTIFICATES
                && !Certificates.isSelfIssued(chain.getLast())) {
            var last = chain.getLast();
            var issuer =
                    certificates.stream()
                            .filter(one -> !Certificates.isSelfIssued(one))
                            .filter(one -> !chain.contains(one))
                            .filter(
                                    one ->
                                            one.getSubjectX500Principal()
                                                    .equals(last.getIssuerX500Principal()))
                            .filter(
                                    one ->
                                            Algorithms.forKey(one.getPublicKey())
                                                    instanceof Algorithms.Choice.Use)
                            .filter(one -> Certificates.signed(one, last))
                            .findFirst();
            if (issuer.isEmpty()) {
                break;
            }
            chain.add(issuer.get());
        }
        return chain;
    }

    private static byte[] digestOf(String algorithm, byte[] content) {
        try {
            return MessageDigest.getInstance(algorithm).digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK must provide " + algorithm, e);
        }
    }

    private static byte[] der(ASN1Set set) {
        try {
            var out = new ByteArrayOutputStream();
            set.encodeTo(out, ASN1Encoding.DER);
            return out.toByteArray();
        } catch (IOException e) {
            throw new AssertionError("a set that was read can be written", e);
        }
    }
}
