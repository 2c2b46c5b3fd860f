package org.imprimatur.inspect.facts;

/**
 * What the password field of an account means to the log-in (shadow(5), crypt(5), pam_unix(8)). The
 * field itself is not kept.
 */
public sealed interface Password {

    /** Empty field: log-in without a password, where PAM allows it. */
    record Empty() implements Password {

        @Override
        public boolean hasHash() {
            return false;
        }
    }

    /** A hash that some password fits: the account can be used by whoever knows or guesses it. */
    record Usable(String hashKind) implements Password {

        @Override
        public boolean hasHash() {
            return true;
        }
    }

    /**
     * A hash behind a {@code !}: not usable until somebody unlocks it, but it can be guessed at.
     */
    record LockedHash(String hashKind) implements Password {

        @Override
        public boolean hasHash() {
            return true;
        }
    }

    /** No password fits: {@code *}, {@code !}, {@code !!}, or something that no hash can equal. */
    record None() implements Password {

        @Override
        public boolean hasHash() {
            return false;
        }
    }

    /** Whether there is a hash that can be guessed at. */
    boolean hasHash();

    /**
     * Reads the second field of {@code /etc/shadow}, or of {@code /etc/passwd} if not {@code x}.
     */
    static Password ofField(String field) {
        if (field.isEmpty()) {
            return new Empty();
        }
        int locks = 0;
        while (locks < field.length() && field.charAt(locks) == '!') {
            locks++;
        }
        var kind = hashKind(field.substring(locks));
        if (kind.isEmpty()) {
            return new None();
        }
        return locks > 0 ? new LockedHash(kind) : new Usable(kind);
    }

    /**
     * The name of the hash method, empty if no hash. A method that is not known here still counts
     * as a hash: the system's crypt(3) may know it.
     */
    private static String hashKind(String text) {
        if (text.startsWith("$")) {
            int end = text.indexOf('$', 1);
            if (end < 0) {
                return "";
            }
            return switch (text.substring(1, end)) {
                case "1" -> "md5crypt";
                case "2", "2a", "2b", "2x", "2y" -> "bcrypt";
                case "3" -> "nthash";
                case "5" -> "sha256crypt";
                case "6" -> "sha512crypt";
                case "7" -> "scrypt";
                case "y" -> "yescrypt";
                case "gy" -> "gost-yescrypt";
                case "sha1" -> "sha1crypt";
                default -> "unknown";
            };
        }
        if (text.startsWith("_") && text.length() == 20 && isHash64(text, 1)) {
            return "bsdicrypt";
        }
        return text.length() >= 13 && isHash64(text, 0) ? "descrypt" : "";
    }

    private static boolean isHash64(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean good = c >= '.' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
            if (!good) {
                return false;
            }
        }
        return true;
    }
}
