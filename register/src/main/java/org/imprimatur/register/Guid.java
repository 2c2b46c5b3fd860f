package org.imprimatur.register;

import java.util.UUID;
import java.util.regex.Pattern;

/** The globally unique identifier of an image, across its versions (END-2.guid). */
public record Guid(UUID uuid) {

    private static final Pattern FORM =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    /** Reads a UUID in lower case. */
    public static Guid parse(String text) {
        return new Guid(UUID.fromString(Text.matching("", FORM, "a UUID in lower-case hex", text)));
    }

    @Override
    public String toString() {
        return uuid.toString();
    }
}
