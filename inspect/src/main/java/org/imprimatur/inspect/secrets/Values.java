package org.imprimatur.inspect.secrets;

import java.util.Locale;
import java.util.Set;

/** Values in configuration files and scripts: where they stand, and whether they are secrets. */
final class Values {

    /** What people write where a password would stand. */
    private static final Set<String> NO_PASSWORDS =
            Set.of(
                    "",
                    "pass",
                    "passwd",
                    "password",
                    "passw0rd",
                    "mypassword",
                    "mypass",
                    "pwd",
                    "secret",
                    "mysecret",
                    "secretpassword",
                    "user",
                    "username",
                    "none",
                    "null",
                    "nil",
                    "true",
                    "false",
                    "yes",
                    "no",
                    "undef",
                    "undefined",
                    "token",
                    "key",
                    "test",
                    "test123",
                    "hunter2",
                    "foo",
                    "bar",
                    "baz",
                    "123",
                    "1234",
                    "12345",
                    "123456",
                    "pw",
                    "p",
                    "x",
                    "y",
                    "b",
                    "passphrase",
                    "credentials",
                    "yourpassword",
                    "host",
                    "port",
                    "admin",
                    "root",
                    "guest",
                    "anonymous",
                    "string",
                    "text");

    private Values() {}

    /**
     * Where the value begins behind a name that ends here: after {@code =} or {@code :}, blanks and
     * quotes; -1 if no value is given.
     */
    static int start(Window window, int end) {
        int at = end;
        if (window.at(at) == '"' || window.at(at) == '\'') {
            at++;
        }
        at = window.end(at, Chars.BLANK, 16);
        if (window.at(at) != '=' && window.at(at) != ':') {
            return -1;
        }
        at = window.end(at + 1, Chars.BLANK, 16);
        if (window.at(at) == '"' || window.at(at) == '\'') {
            at++;
        }
        return at;
    }

    /** Whether a text is a password that somebody could use, and no word that stands for one. */
    static boolean isPassword(String text) {
        var lower = text.toLowerCase(Locale.ROOT);
        return text.length() >= 3
                && text.length() <= 256
                && !NO_PASSWORDS.contains(lower)
                && !isReference(text)
                && !Randomness.isExample(text)
                && text.chars().distinct().count() > 2
                && text.chars().allMatch(c -> c > ' ' && c != 0x7f);
    }

    /** A variable, a template, a format: filled in by a program, at another time. */
    private static boolean isReference(String text) {
        char first = text.charAt(0);
        return first == '$'
                || first == '<'
                || first == '{'
                || first == '%'
                || first == '['
                || first == '*'
                || text.startsWith("...")
                || text.contains("${")
                || text.contains("$(")
                || text.contains("{{")
                || text.contains("%s")
                || text.contains("%(")
                || text.endsWith(">");
    }
}
