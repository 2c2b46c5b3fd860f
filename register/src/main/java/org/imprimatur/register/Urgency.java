package org.imprimatur.register;

/** How soon those who hear of it should act, the most urgent first. */
public enum Urgency {
    CRITICAL("critical"),
    HIGH("high"),
    MODERATE("moderate"),
    LOW("low");

    private final String wire;

    Urgency(String wire) {
        this.wire = wire;
    }

    /** The name in formats. */
    public String wire() {
        return wire;
    }

    /** Reads the name in formats. */
    public static Urgency parse(String text) {
        return WireName.find(
                values(), Urgency::wire, text, () -> "critical, high, moderate or low");
    }
}
