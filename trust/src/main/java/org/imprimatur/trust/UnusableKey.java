package org.imprimatur.trust;

import org.jspecify.annotations.Nullable;

/**
 * A signing key could not be loaded. The text says what was found and what to do next; it never
 * contains a part of a key or a password.
 */
public final class UnusableKey extends RuntimeException {

    /** What is wrong, for programs. */
    public enum Reason {
        /** The file is missing, not a file, or may not be read. */
        UNREADABLE,
        /** The file is larger than any key file is. */
        TOO_LARGE,
        /** The file holds no private key in a known form. */
        NO_KEY,
        /** The file holds several private keys, and which one is meant is not clear. */
        SEVERAL_KEYS,
        /** The file is encrypted and no password was given. */
        PASSWORD_NEEDED,
        /** The password does not open the file. */
        WRONG_PASSWORD,
        /** There is no certificate, or none can be read. */
        NO_CERTIFICATE,
        /** No certificate belongs to the private key. */
        CERTIFICATE_DOES_NOT_MATCH,
        /** More certificates than an envelope may carry. */
        CHAIN_TOO_LONG,
        /** The key is of a kind or size that is not accepted. */
        KEY_NOT_ACCEPTED,
        /** A PKCS#11 URI is wrong, or says what is not understood. */
        BAD_TOKEN_URI,
        /** It is not known which PKCS#11 module to load, or it cannot be loaded. */
        NO_MODULE,
        /** No token is there that fits the URI. */
        NO_TOKEN,
        /** Several tokens fit the URI. */
        SEVERAL_TOKENS,
        /** The token takes no PIN any more, or has none yet. */
        TOKEN_LOCKED,
        /** The token was taken away, or does not do its work. */
        TOKEN_FAILED
    }

    private final Reason reason;
    private final String explanation;

    UnusableKey(Reason reason, String explanation) {
        this(reason, explanation, null);
    }

    UnusableKey(Reason reason, String explanation, @Nullable Throwable cause) {
        super(explanation, cause);
        this.reason = reason;
        this.explanation = explanation;
    }

    /** What is wrong, for programs. */
    public Reason reason() {
        return reason;
    }

    /** What is wrong and what to do next, for people. */
    public String explanation() {
        return explanation;
    }
}
