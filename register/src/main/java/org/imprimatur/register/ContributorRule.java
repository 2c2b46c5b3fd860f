package org.imprimatur.register;

/** What is asked of those who contributed additional software to an image (TVM-4). */
public enum ContributorRule {
    /** The endorser names them (TVM-4.v1). */
    IDENTIFIED("identified"),
    /** Each part of a combined image has an endorsement of its own that counts (TVM-4.v2). */
    EACH("each");

    private final String wire;

    ContributorRule(String wire) {
        this.wire = wire;
    }

    /** The name in formats. */
    public String wire() {
        return wire;
    }

    /** Reads the name in formats. */
    public static ContributorRule parse(String text) {
        return WireName.find(values(), ContributorRule::wire, text, () -> "identified or each");
    }

    @Override
    public String toString() {
        return wire;
    }
}
