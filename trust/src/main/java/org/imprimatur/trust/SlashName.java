package org.imprimatur.trust;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.X500Name;

/**
 * Names of certificates in the form of grid middleware and OpenSSL's "oneline": {@code
 * /DC=org/DC=example/CN=Name}, in the order of the certificate.
 *
 * <p>The form is ambiguous, since a slash inside a value is not escaped. So a name is only ever
 * written in this form and compared as a whole; nothing reads the form back.
 */
public final class SlashName {

    /** The short names that OpenSSL prints; any other attribute is shown by its number. */
    private static final Map<String, String> SHORT_NAMES =
            Map.ofEntries(
                    Map.entry("2.5.4.3", "CN"),
                    Map.entry("2.5.4.4", "SN"),
                    Map.entry("2.5.4.5", "serialNumber"),
                    Map.entry("2.5.4.6", "C"),
                    Map.entry("2.5.4.7", "L"),
                    Map.entry("2.5.4.8", "ST"),
                    Map.entry("2.5.4.9", "street"),
                    Map.entry("2.5.4.10", "O"),
                    Map.entry("2.5.4.11", "OU"),
                    Map.entry("2.5.4.12", "title"),
                    Map.entry("2.5.4.13", "description"),
                    Map.entry("2.5.4.17", "postalCode"),
                    Map.entry("2.5.4.42", "GN"),
                    Map.entry("2.5.4.43", "initials"),
                    Map.entry("2.5.4.46", "dnQualifier"),
                    Map.entry("2.5.4.65", "pseudonym"),
                    Map.entry("2.5.4.97", "organizationIdentifier"),
                    Map.entry("0.9.2342.19200300.100.1.1", "UID"),
                    Map.entry("0.9.2342.19200300.100.1.25", "DC"),
                    Map.entry("1.2.840.113549.1.9.1", "emailAddress"));

    private SlashName() {}

    /** The name as OpenSSL prints it: bytes outside printable ASCII as {@code \xHH}. */
    public static String of(X500Principal name) {
        return text(name, SlashName::escaped);
    }

    /**
     * The spellings of a name that are in use: that of OpenSSL and, for names outside ASCII, the
     * one with the characters themselves, which some subscribers write.
     */
    public static List<String> spellings(X500Principal name) {
        var escaped = of(name);
        var decoded = text(name, SlashName::decoded);
        return escaped.equals(decoded) ? List.of(escaped) : List.of(escaped, decoded);
    }

    private interface ValueText {
        void append(ASN1Encodable value, StringBuilder text);
    }

    private static String text(X500Principal name, ValueText values) {
        var text = new StringBuilder();
        for (var part : X500Name.getInstance(name.getEncoded()).getRDNs()) {
            char before = '/';
            for (AttributeTypeAndValue attribute : part.getTypesAndValues()) {
                var type = attribute.getType().getId();
                text.append(before).append(SHORT_NAMES.getOrDefault(type, type)).append('=');
                values.append(attribute.getValue(), text);
                before = '+';
            }
        }
        return text.toString();
    }

    private static void escaped(ASN1Encodable value, StringBuilder text) {
        byte[] bytes = contents(value);
        for (byte one : bytes) {
            if (one < ' ' || one > '~') {
                text.append("\\x%02X".formatted(one));
            } else {
                text.append((char) one);
            }
        }
    }

    private static void decoded(ASN1Encodable value, StringBuilder text) {
        if (value instanceof ASN1String string) {
            text.append(string.getString());
        } else {
            text.append(new String(contents(value), StandardCharsets.ISO_8859_1));
        }
    }

    /** The bytes of a value without its type and length. */
    private static byte[] contents(ASN1Encodable value) {
        try {
            byte[] der = value.toASN1Primitive().getEncoded(ASN1Encoding.DER);
            int header = der[1] >= 0 ? 2 : 2 + (der[1] & 0x7f);
            return java.util.Arrays.copyOfRange(der, header, der.length);
        } catch (IOException e) {
            throw new AssertionError("a value that was read can be written", e);
        }
    }
}
