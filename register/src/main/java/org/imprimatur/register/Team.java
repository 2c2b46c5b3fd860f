package org.imprimatur.register;

import java.util.regex.Pattern;

/** A team of an owner, in whose name several people act (EGI-2.endorser). */
public record Team(String name) {

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    public Team {
        Text.matching(
                "",
                FORM,
                "a team of 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit",
                name);
    }

    @Override
    public String toString() {
        return name;
    }
}
