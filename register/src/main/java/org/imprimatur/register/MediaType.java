package org.imprimatur.register;

/** The forms that policies and practice statements have: what browsers show and never run. */
public enum MediaType {
    PLAIN("text/plain"),
    MARKDOWN("text/markdown"),
    PDF("application/pdf");

    private final String wire;

    MediaType(String wire) {
        this.wire = wire;
    }

    /** The name in formats (RFC 6838). */
    public String wire() {
        return wire;
    }

    /** Reads the name in formats. */
    public static MediaType parse(String text) {
        return WireName.find(
                values(),
                MediaType::wire,
                text,
                () -> "text/plain, text/markdown or application/pdf");
    }
}
