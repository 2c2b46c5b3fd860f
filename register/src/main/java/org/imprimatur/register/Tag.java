package org.imprimatur.register;

import java.util.regex.Pattern;

/** A name for an image that people use, unique within its owner (TVM-2.tag). */
public record Tag(String text) {

    private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    public Tag {
        Text.matching(
                "",
                FORM,
                "a tag of 1 to 64 lower-case letters, digits, '.', '_' or '-', the first a letter"
                        + " or digit",
                text);
    }

    @Override
    public String toString() {
        return text;
    }
}
