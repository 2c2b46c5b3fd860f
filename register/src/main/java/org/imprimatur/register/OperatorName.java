package org.imprimatur.register;

import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;

/** A name by which systems know who runs a VM, in a form that can be compared. */
final class OperatorName {

    /** Begins an attribute in the form that OpenSSL and grid middleware write: {@code /CN=}. */
    private static final Pattern SLASH = Pattern.compile("/(?=[A-Za-z0-9.]{1,64}=)");

    private static final int MOST_KNOWN = 4096;
    private static final int LONGEST_KNOWN = 256;

    /** The forms of names that were asked for lately: the same few ask again and again. */
    private static final Map<String, String> KNOWN = new ConcurrentHashMap<>();

    private OperatorName() {}

    /**
     * A distinguished name in the canonical form of the JDK, however it was written; any other text
     * as it is.
     */
    static String comparable(String text) {
        if (text.indexOf('=') < 0) {
            return text;
        }
        var known = KNOWN.get(text);
        if (known != null) {
            return known;
        }
        var form = canonical(text);
        if (text.length() <= LONGEST_KNOWN) {
            if (KNOWN.size() >= MOST_KNOWN) {
                KNOWN.clear();
            }
            KNOWN.put(text, form);
        }
        return form;
    }

    private static String canonical(String text) {
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
