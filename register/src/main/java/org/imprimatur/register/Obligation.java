package org.imprimatur.register;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What a site must see to when it runs a permitted image: a name, and after a colon a value where
 * it has one.
 */
public record Obligation(String text) {

    private static final Pattern FORM =
            Pattern.compile("[a-z0-9][a-z0-9-]{0,63}(:[A-Za-z0-9][A-Za-z0-9._-]{0,63})?");

    /** The network as the site opens it for payloads it does not know (END-3.2). */
    public static final Obligation RESTRICTED_NETWORK =
            new Obligation("network-profile:restricted");

    /** No access to storage that is for the site's own systems (END-3.2). */
    public static final Obligation NO_SITE_STORAGE = new Obligation("no-site-storage");

    /** Address and time lead to the VM and its operator (END-3.2.trace). */
    public static final Obligation TRACEABILITY = new Obligation("traceability");

    /** What the class {@code payload} always carries (EGI-3.3). */
    static final List<Obligation> OF_PAYLOAD =
            List.of(RESTRICTED_NETWORK, NO_SITE_STORAGE, TRACEABILITY);

    public Obligation {
        Text.matching("", FORM, "an obligation NAME or NAME:VALUE", text);
    }

    @Override
    public String toString() {
        return text;
    }
}
