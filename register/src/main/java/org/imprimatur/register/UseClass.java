package org.imprimatur.register;

/** The use-case classes of the policies: who endorses, and who operates. */
public enum UseClass {
    /** The resource centre endorses and operates (END-3.1, EGI-3.1). */
    INFRASTRUCTURE("infrastructure"),
    /** A third party endorses, the resource centre operates (END-3.3, EGI-3.2). */
    TRUSTED_PAYLOAD("trusted-payload"),
    /** A third party endorses and operates (END-3.2, EGI-3.3). */
    PAYLOAD("payload");

    private final String wire;

    UseClass(String wire) {
        this.wire = wire;
    }

    /** The name in formats. */
    public String wire() {
        return wire;
    }

    /** Reads the name in formats. */
    public static UseClass parse(String text) {
        return WireName.find(
                values(), UseClass::wire, text, () -> "infrastructure, trusted-payload or payload");
    }

    @Override
    public String toString() {
        return wire;
    }
}
