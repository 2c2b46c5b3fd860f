package org.imprimatur.ledger;

/** The rule for names of keys (C2SP signed-note): not empty, no white space, no plus sign. */
final class KeyName {

    private static final int MAX_LENGTH = 256;

    private KeyName() {}

    static void check(String name) {
        var wrong =
                name.isEmpty()
                        || name.length() > MAX_LENGTH
                        || name.codePoints()
                                .anyMatch(
                                        c ->
                                                c == '+'
                                                        || Character.isSpaceChar(c)
                                                        || Character.isISOControl(c));
        if (wrong) {
            throw new MalformedInput(
                    "not a key name (1 to 256 characters, no space, no '+'): "
                            + MalformedInput.quoted(name));
        }
        StrictText.utf8(name, "key name");
    }
}
