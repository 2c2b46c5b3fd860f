package org.imprimatur.register;

import java.util.regex.Pattern;

/** The version of an image; an opaque name, never compared for order. */
public record Version(String text) {

    static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,63}");
    static final String EXPECTED =
            "1 to 64 letters, digits, '.', '_', '+' or '-', the first a letter or digit";

    public Version {
        Text.matching("", FORM, EXPECTED, text);
    }

    @Override
    public String toString() {
        return text;
    }
}
