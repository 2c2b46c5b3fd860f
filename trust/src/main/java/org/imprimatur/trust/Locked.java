package org.imprimatur.trust;

import java.nio.file.Path;

/** What a password opens, for those who ask for it. */
public sealed interface Locked {

    /** An encrypted key file. */
    record KeyFile(Path file) implements Locked {

        @Override
        public String toString() {
            return "the key file '" + file + "'";
        }
    }

    /**
     * A PKCS#11 token, whose password is called a PIN.
     *
     * @param label the token's name
     * @param lastTry whether the token says that it locks itself after one more wrong PIN
     */
    record Token(String label, boolean lastTry) implements Locked {

        @Override
        public String toString() {
            return "the token '" + label + "'";
        }
    }
}
