package org.imprimatur.trust;

import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementJson;

/** Puts a statement into an envelope that its signer has signed. */
public final class StatementSigner {

    private StatementSigner() {}

    /**
     * Signs a statement.
     *
     * @return the envelope's bytes
     * @throws IllegalArgumentException when the statement names another signer than the key's
     *     person: nobody would accept it
     * @throws MalformedInput when payload or envelope would be larger than they may be
     */
    public static byte[] sign(Statement statement, SigningKey key) {
        if (!statement.signer().equals(key.person())) {
            throw new IllegalArgumentException(
                    "the statement names the signer %s, but the key belongs to %s"
                            .formatted(statement.signer(), key.person()));
        }
        return sign(StatementJson.write(statement), key);
    }

    /**
     * Signs the bytes of a statement's payload as they are.
     *
     * @return the envelope's bytes
     * @throws MalformedInput when payload or envelope would be larger than they may be
     */
    public static byte[] sign(byte[] payload, SigningKey key) {
        byte[] signature = key.sign(Envelope.pae(Envelope.STATEMENT_TYPE, payload));
        return Envelope.of(Envelope.STATEMENT_TYPE, payload, signature, key.chain()).bytes();
    }
}
