package org.imprimatur.node.notice;

import java.util.Optional;
import java.util.regex.Pattern;

/** An address that mail can be sent to without being led elsewhere. */
public record MailAddress(String text) {

    /** Nothing that could be taken for a second address, or an option of a program. */
    private static final Pattern FORM =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+=~-]{0,127}@[A-Za-z0-9][A-Za-z0-9.-]{0,125}");

    public MailAddress {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("is \"" + text + "\"");
        }
    }

    /** The address, where it is one. */
    static Optional<MailAddress> of(String text) {
        return FORM.matcher(text).matches() ? Optional.of(new MailAddress(text)) : Optional.empty();
    }

    @Override
    public String toString() {
        return text;
    }
}
