package org.imprimatur.register;

/** The name of a statement: the SHA-256 of its payload's bytes, exactly as signed. */
public record StatementId(Sha256 sha256) {

    /** The id of a payload. */
    public static StatementId of(byte[] payload) {
        return new StatementId(Sha256.of(payload));
    }

    /** Reads 64 lower-case hex digits. */
    public static StatementId parse(String hex) {
        return new StatementId(new Sha256(hex));
    }

    public String hex() {
        return sha256.hex();
    }

    @Override
    public String toString() {
        return sha256.hex();
    }
}
