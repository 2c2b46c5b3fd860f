package org.imprimatur.inspect.keys;

/**
 * A private key that was found: what it is, not the key.
 *
 * @param kind for people: {@code RSA}, {@code OpenSSH ssh-ed25519}, {@code PKCS #8 EC}
 * @param bits size of an RSA or DSA key, 0 where it was not read
 * @param encrypted true if a passphrase is needed to use it
 * @param fingerprint of the public part as ssh-keygen prints it; empty where it was not read
 */
public record PrivateKey(String kind, int bits, boolean encrypted, String fingerprint) {

    /** One line for a report. */
    public String description() {
        return kind
                + (bits > 0 ? " " + bits + " bits" : "")
                + (encrypted ? ", encrypted" : ", not encrypted")
                + (fingerprint.isEmpty() ? "" : ", " + fingerprint);
    }
}
