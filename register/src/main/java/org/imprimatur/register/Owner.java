package org.imprimatur.register;

import java.util.regex.Pattern;

/**
 * A body that owns images and tags and appoints people: {@code infrastructure:NAME}, {@code
 * vo:NAME} or {@code site:NAME} (PROC-types).
 */
public record Owner(Kind kind, String name) {

    /** What sort of body it is; some roles are for one sort only. */
    public enum Kind {
        INFRASTRUCTURE("infrastructure"),
        VO("vo"),
        SITE("site");

        private final String wire;

        Kind(String wire) {
            this.wire = wire;
        }

        /** The name in formats. */
        public String wire() {
            return wire;
        }
    }

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final String EXPECTED =
            "an owner such as infrastructure:NAME, vo:NAME or site:NAME";

    public Owner {
        if (!NAME.matcher(name).matches()) {
            throw MalformedInput.value(EXPECTED, kind.wire() + ":" + name);
        }
    }

    /** Reads {@code vo:biomed}. */
    public static Owner parse(String text) {
        int colon = text.indexOf(':');
        if (colon > 0) {
            for (var kind : Kind.values()) {
                if (kind.wire.equals(text.substring(0, colon))) {
                    return new Owner(kind, text.substring(colon + 1));
                }
            }
        }
        throw MalformedInput.value(EXPECTED, text);
    }

    @Override
    public String toString() {
        return kind.wire() + ":" + name;
    }
}
