package org.imprimatur.trust;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Where the password of a key file or the PIN of a token comes from: a prompt, a file or the
 * environment, never a command line. It is asked only when there is something to open, and once.
 */
@FunctionalInterface
public interface PasswordSource {

    /** No line of a password file is longer, in bytes. */
    int MAX_BYTES = 4096;

    /**
     * The password for what is locked, in an array of its own: the caller overwrites it after use.
     *
     * @throws UnusableKey when there is none
     */
    char[] passwordFor(Locked locked);

    /** For keys that are not encrypted: refuses when a password is needed. */
    static PasswordSource none() {
        return locked -> {
            throw new UnusableKey(
                    UnusableKey.Reason.PASSWORD_NEEDED,
                    switch (locked) {
                        case Locked.KeyFile _ ->
                                locked
                                        + " is encrypted; give its password by prompt or by a"
                                        + " password file";
                        case Locked.Token _ ->
                                locked + " asks for a PIN; give it by prompt or by a password file";
                    });
        };
    }

    /** A password that is at hand already. */
    static PasswordSource of(String password) {
        return _ -> password.toCharArray();
    }

    /** The first line of a file, without its line end, in UTF-8. */
    static PasswordSource ofFile(Path file) {
        return _ -> {
            byte[] bytes;
            try (var in = Files.newInputStream(file)) {
                bytes = in.readNBytes(MAX_BYTES + 1);
            } catch (IOException e) {
                throw new UnusableKey(
                        UnusableKey.Reason.PASSWORD_NEEDED,
                        "the password file '%s' cannot be read; check that it exists and that you"
                                        .formatted(file)
                                + " may read it",
                        e);
            }
            try {
                if (bytes.length > MAX_BYTES) {
                    throw new UnusableKey(
                            UnusableKey.Reason.PASSWORD_NEEDED,
                            "the password file '%s' is longer than %d bytes; expected one line"
                                    .formatted(file, MAX_BYTES));
                }
                int end = 0;
                while (end < bytes.length && bytes[end] != '\n' && bytes[end] != '\r') {
                    end++;
                }
                CharBuffer chars = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes, 0, end));
                char[] password = new char[chars.remaining()];
                chars.get(password);
                Arrays.fill(chars.array(), '\0');
                return password;
            } finally {
                Arrays.fill(bytes, (byte) 0);
            }
        };
    }
}
