package org.imprimatur.register;

import java.util.ArrayList;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;

/** A name by which systems know who runs a VM, in a form that can be compared. */
final class OperatorName {

    /** Begins an attribute in the form that OpenSSL and grid middleware write: {@code /CN=}. */
    private static final Pattern SLASH = Pattern.compile("/(?=[A-Za-z0-9.]{1,64}=)");

    private OperatorName() {}

    /**
     * A distinguished name in the canonical form of the JDK, however it was written; any other text
     * as it is.
     */
    static String comparable(String text) {
        if (text.indexOf('=') < 0) {
            return text;
        }
        try {
            var name = text.startsWith("/") ? rfc2253(text) : text;
            return "dn:" + new X500Principal(name).getName(X500Principal.CANONICAL);
        } catch (IllegalArgumentException _) {
            return text;
        }
    }

    private static String rfc2253(String slashes) {
        var parts = new ArrayList<String>();
        for (var part : SLASH.split(slashes.substring(1))) {
            int equals = part.indexOf('=');
            var value = part.substring(equals + 1).replace("\\", "\\\\").replace("\"", "\\\"");
            parts.addFirst(part.substring(0, equals + 1) + '"' + value + '"');
        }
        return String.join(",", parts);
    }
}
