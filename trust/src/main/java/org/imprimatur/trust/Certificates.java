package org.imprimatur.trust;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.SignatureException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Person;

/** What a certificate says, in the words of the register. */
public final class Certificates {

    private Certificates() {}

    /**
     * The person whom a certificate names (docs/format.md, Names). Nothing is verified here.
     *
     * @throws MalformedInput when the names are too long or hold control characters
     */
    public static Person personOf(X509Certificate certificate) {
        return Person.of(
                certificate.getSubjectX500Principal(), certificate.getIssuerX500Principal());
    }

    /**
     * The certificates of a PEM file in DER, in the file's order. Nothing is verified here.
     *
     * @throws MalformedInput when there is none
     */
    public static List<byte[]> chain(byte[] pem) {
        var chain = new ArrayList<byte[]>();
        for (var block : Pem.blocks(pem)) {
            byte[] der = block.der();
            if (block.label().equals("CERTIFICATE") && der != null) {
                chain.add(der);
            }
        }
        if (chain.isEmpty()) {
            throw new MalformedInput("", "certificates in PEM form", "none");
        }
        return chain;
    }

    static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new AssertionError("a certificate that was read can be written", e);
        }
    }

    static String subject(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
    }

    static boolean isSelfIssued(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    static boolean isCa(X509Certificate certificate) {
        return certificate.getBasicConstraints() >= 0;
    }

    /** Whether the name and the signature of {@code certificate} are those of {@code issuer}. */
    static boolean issued(X509Certificate issuer, X509Certificate certificate) {
        return issuer.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
                && signed(issuer, certificate);
    }

    static boolean signed(X509Certificate issuer, X509Certificate certificate) {
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (SignatureException
                | InvalidKeyException
                | CertificateException
                | NoSuchAlgorithmException
                | NoSuchProviderException e) {
            // "Not by this key" is an answer here, whichever way it shows.
            return false;
        }
    }
}
