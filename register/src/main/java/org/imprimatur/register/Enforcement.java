package org.imprimatur.register;

/**
 * How a site takes one check of its decisions.
 *
 * @param reason why it is not enforced, for the record; empty where it is
 */
public record Enforcement(Level level, String reason) {

    /** From strict to mild. */
    public enum Level {
        /** What fails the check is denied. */
        ENFORCE("enforce"),
        /** What fails the check is permitted, and the permit says what would have been denied. */
        AUDIT("audit"),
        /** The check is not made. */
        OFF("off");

        private final String wire;

        Level(String wire) {
            this.wire = wire;
        }

        /** The name in formats. */
        public String wire() {
            return wire;
        }

        /** Reads the name in formats. */
        public static Level parse(String text) {
            return WireName.find(values(), Level::wire, text, () -> "enforce, audit or off");
        }
    }

    /** What holds where nothing is said. */
    static final Enforcement STRICT = new Enforcement(Level.ENFORCE, "");

    public Enforcement {
        if (level != Level.ENFORCE) {
            Text.line("reason", reason, 1, 500);
        }
    }
}
