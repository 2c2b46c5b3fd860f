package org.imprimatur.trust;

import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Date;
import java.util.Hashtable;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.DefaultSignedAttributeTableGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.RuntimeOperatorException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/**
 * Signs content as S/MIME messages carry it, in the way that every reader of image lists accepts:
 * one signer, named by issuer and serial number, with signed attributes, the certificates inside
 * and the content outside.
 */
public final class MessageSigner {

    private MessageSigner() {}

    /** The digest that a key signs over, in the spelling of {@code micalg}. */
    public enum Digest {
        SHA_256("sha-256", "SHA256"),
        SHA_512("sha-512", "SHA512");

        private final String micalg;
        private final String jca;

        Digest(String micalg, String jca) {
            this.micalg = micalg;
            this.jca = jca;
        }

        /** The value of the parameter {@code micalg}. */
        public String micalg() {
            return micalg;
        }
    }

    /** The digest for a key: the longer one for the longer keys. */
    public static Digest digestFor(SigningKey key) {
        return switch (key.certificate().getPublicKey()) {
            case RSAPublicKey rsa when rsa.getModulus().bitLength() >= 4096 -> Digest.SHA_512;
            case ECPublicKey ec when ec.getParams().getOrder().bitLength() > 256 -> Digest.SHA_512;
            default -> Digest.SHA_256;
        };
    }

    /**
     * Signs content, which stays outside the signature.
     *
     * @param at the signing time to write
     * @return the signature in DER
     * @throws UnusableKey when readers would refuse what this key and certificate have signed
     */
    public static byte[] sign(byte[] content, SigningKey key, Instant at) {
        var kind = kind(key);
        try {
            var builder = new JcaContentSignerBuilder(digestFor(key).jca + "with" + kind);
            var provider = key.provider();
            if (provider != null) {
                builder.setProvider(provider);
            }
            var signer = builder.build(key.privateKey());
            var generator = new CMSSignedDataGenerator();
            generator.addSignerInfoGenerator(
                    new JcaSignerInfoGeneratorBuilder(
                                    new JcaDigestCalculatorProviderBuilder().build())
                            .setSignedAttributeGenerator(
                                    parameters ->
                                            withoutProtection(
                                                    new DefaultSignedAttributeTableGenerator(
                                                                    new AttributeTable(time(at)))
                                                            .getAttributes(parameters)))
                            .build(signer, key.certificate()));
            generator.addCertificates(new JcaCertStore(List.copyOf(key.chain())));
            return generator
                    .generate(new CMSProcessableByteArray(content), false)
                    .getEncoded("DER");
        } catch (OperatorCreationException
                | CertificateEncodingException
                | CMSException
                | IOException
                | RuntimeOperatorException e) {
            if (key.provider() != null) {
                throw TokenKeys.failed(e);
            }
            throw new AssertionError("a key that was read can sign", e);
        }
    }

    /**
     * Looks whether readers would take what this key and certificate sign.
     *
     * @throws UnusableKey when they would refuse it
     */
    public static void check(SigningKey key) {
        kind(key);
    }

    private static String kind(SigningKey key) {
        var kind =
                switch (key.certificate().getPublicKey()) {
                    case RSAPublicKey _ -> "RSA";
                    case ECPublicKey _ -> "ECDSA";
                    default ->
                            throw new UnusableKey(
                                    UnusableKey.Reason.KEY_NOT_ACCEPTED,
                                    "a key of type %s cannot sign messages that other programs read; use RSA or EC"
                                            .formatted(
                                                    key.certificate()
                                                            .getPublicKey()
                                                            .getAlgorithm()));
                };
        var objection = SignedContent.objectionToMessagesBy(key.certificate());
        if (objection.isPresent()) {
            throw new UnusableKey(UnusableKey.Reason.KEY_NOT_ACCEPTED, objection.get());
        }
        return kind;
    }

    private static Hashtable<ASN1ObjectIdentifier, Attribute> time(Instant at) {
        var attributes = new Hashtable<ASN1ObjectIdentifier, Attribute>();
        attributes.put(
                CMSAttributes.signingTime,
                new Attribute(CMSAttributes.signingTime, new DERSet(new Time(Date.from(at)))));
        return attributes;
    }

    /** Older readers do not know the attribute of RFC 6211, and gain nothing by it. */
    private static AttributeTable withoutProtection(AttributeTable attributes) {
        return attributes.remove(CMSAttributes.cmsAlgorithmProtect);
    }
}
