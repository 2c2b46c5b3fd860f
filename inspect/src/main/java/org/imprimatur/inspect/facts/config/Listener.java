package org.imprimatur.inspect.facts.config;

/**
 * A door that the configuration opens to the network.
 *
 * @param protocol {@code tcp} or {@code udp}
 * @param address that it listens on, as written; {@code *} for all
 * @param port its number, or 0 if it is not known
 * @param unit that listens
 * @param path where this is configured, for display
 * @param kind what it is for
 */
public record Listener(
        String protocol, String address, int port, String unit, String path, Kind kind) {

    /** What a door is for. */
    public enum Kind {
        SSH,
        MAIL,
        DATABASE,
        /** A protocol that shows passwords and data to everybody on the way. */
        CLEAR_TEXT,
        DESKTOP,
        /**
         * A service that answers a small question with much data, to whoever the question names.
         */
        REFLECTOR,
        FILES,
        PRINTING,
        OTHER
    }

    /** True if other machines can knock. */
    public boolean isOpen() {
        return !address.startsWith("127.")
                && !address.equals("localhost")
                && !address.equals("::1")
                && !address.equals("[::1]");
    }
}
