package org.imprimatur.register;

import java.nio.charset.StandardCharsets;
import javax.security.auth.x500.X500Principal;

/**
 * A person as X.509 knows one: the subject and the issuer of the certificate, each as {@link
 * X500Principal#getName(String) getName(RFC2253)} writes it. Two certificates of one person from
 * one authority, one after the other, are the same person.
 */
public record Person(String subject, String issuer) {

    /** The most characters that a name may have. */
    public static final int MAX_NAME = 512;

    public Person {
        Text.line("subject", subject, 1, MAX_NAME);
        Text.line("issuer", issuer, 1, MAX_NAME);
    }

    public static Person of(X500Principal subject, X500Principal issuer) {
        return new Person(
                subject.getName(X500Principal.RFC2253), issuer.getName(X500Principal.RFC2253));
    }

    /** SHA-256 of subject, line feed, issuer: what an appointment has as its subject. */
    public Sha256 digest() {
        return Sha256.of((subject + "\n" + issuer).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return subject + " (issuer " + issuer + ")";
    }
}
