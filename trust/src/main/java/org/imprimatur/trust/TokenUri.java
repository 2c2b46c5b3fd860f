package org.imprimatur.trust;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which key on which PKCS#11 token is meant (RFC 7512), for example {@code
 * pkcs11:token=Alice;object=signing}. What a URI does not name matches anything.
 *
 * <p>A PIN in a URI would end in process lists and histories, so {@code pin-value} is refused.
 * Attributes that are not understood are refused too: to leave one out of account could find
 * another key than the one meant.
 *
 * @param token label of the token
 * @param manufacturer of the token
 * @param model of the token
 * @param serial of the token
 * @param object label of the certificate
 * @param id identifier that certificate and key share ({@code CKA_ID}), in lower-case hex
 * @param slot number of the slot
 * @param pinSource a file whose first line is the PIN
 * @param moduleName name of the module, without directory, {@code lib} and ending
 * @param modulePath file of the module
 */
public record TokenUri(
        @Nullable String token,
        @Nullable String manufacturer,
        @Nullable String model,
        @Nullable String serial,
        @Nullable String object,
        @Nullable String id,
        @Nullable Long slot,
        @Nullable Path pinSource,
        @Nullable String moduleName,
        @Nullable Path modulePath) {

    private static final String SCHEME = "pkcs11:";
    private static final int MAX_CHARACTERS = 4096;
    private static final Set<String> PATH =
            Set.of("token", "manufacturer", "model", "serial", "object", "id", "type", "slot-id");
    private static final Set<String> QUERY = Set.of("pin-source", "module-name", "module-path");

    /** What people copy from the lists of tools: both lead to the key with its certificate. */
    private static final Set<String> TYPES = Set.of("private", "cert");

    /** Whether a text is meant as such a URI. */
    public static boolean looksLike(String text) {
        return text.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    /**
     * Reads a URI.
     *
     * @throws UnusableKey when it is none, or says something that is not understood
     */
    public static TokenUri parse(String text) {
        if (!looksLike(text) || text.length() > MAX_CHARACTERS) {
            throw wrong("expected 'pkcs11:' with attributes, of at most 4096 characters");
        }
        var rest = text.substring(SCHEME.length());
        int question = rest.indexOf('?');
        var path = attributes(question < 0 ? rest : rest.substring(0, question), ";", PATH);
        var query = attributes(question < 0 ? "" : rest.substring(question + 1), "&", QUERY);
        var type = text(path, "type");
        if (type != null && !TYPES.contains(type)) {
            throw wrong("type '%s' does not sign; expected 'private' or 'cert'".formatted(type));
        }
        var id = path.get("id");
        return new TokenUri(
                text(path, "token"),
                text(path, "manufacturer"),
                text(path, "model"),
                text(path, "serial"),
                text(path, "object"),
                id == null ? null : HexFormat.of().formatHex(id),
                number(text(path, "slot-id")),
                file(text(query, "pin-source")),
                text(query, "module-name"),
                file(text(query, "module-path")));
    }

    private static Map<String, byte[]> attributes(
            String text, String separator, Set<String> known) {
        var found = new LinkedHashMap<String, byte[]>();
        if (text.isEmpty()) {
            return found;
        }
        for (var part : text.split(separator, -1)) {
            int equals = part.indexOf('=');
            var name = equals < 0 ? part : part.substring(0, equals);
            if (name.equals("pin-value")) {
                throw wrong(
                        "a PIN does not belong into a URI, where others can read it; leave"
                                + " 'pin-value' out and give the PIN by prompt or password file");
            }
            // Neither the name nor the value is shown: what is not understood may hold a PIN.
            if (equals < 0 || !known.contains(name)) {
                throw wrong(
                        "an attribute is not understood; expected token, manufacturer, model,"
                                + " serial, object, id, type or slot-id, apart by ';', and after '?'"
                                + " pin-source, module-name or module-path, apart by '&'");
            }
            if (found.put(name, decoded(part.substring(equals + 1), name)) != null) {
                throw wrong("'%s' is there twice".formatted(name));
            }
        }
        return found;
    }

    private static byte[] decoded(String text, String name) {
        var bytes = new ByteArrayOutputStream();
        for (int at = 0; at < text.length(); at++) {
            char one = text.charAt(at);
            if (one == '%') {
                int end = at + 3;
                if (end > text.length()
                        || !HexFormat.isHexDigit(text.charAt(at + 1))
                        || !HexFormat.isHexDigit(text.charAt(at + 2))) {
                    throw wrong("'%s' has a '%%' without two hex digits".formatted(name));
                }
                bytes.write(HexFormat.fromHexDigits(text, at + 1, end));
                at = end - 1;
            } else if (one > ' ' && one <= '~') {
                bytes.write(one);
            } else {
                throw wrong(
                        "'%s' has a character that must be written as %%XX, such as a space"
                                .formatted(name));
            }
        }
        return bytes.toByteArray();
    }

    private static @Nullable String text(Map<String, byte[]> attributes, String name) {
        byte[] bytes = attributes.get(name);
        if (bytes == null) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw wrong("'%s' is not UTF-8".formatted(name));
        }
    }

    private static @Nullable Long number(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw wrong("'slot-id' is not a number");
        }
    }

    private static @Nullable Path file(@Nullable String text) {
        if (text == null) {
            return null;
        }
        var name = text.toLowerCase(Locale.ROOT).startsWith("file:") ? text.substring(5) : text;
        if (name.startsWith("//")) {
            // file:///etc/pin, and nobody's other machine.
            name = name.substring(2);
        }
        try {
            if (name.startsWith("/")) {
                return Path.of(name);
            }
        } catch (InvalidPathException e) {
            // Said below, as for any other value that is no file.
        }
        throw wrong("'pin-source' and 'module-path' are files with their whole path");
    }

    private static UnusableKey wrong(String explanation) {
        return new UnusableKey(
                UnusableKey.Reason.BAD_TOKEN_URI, "not a usable pkcs11 URI: " + explanation);
    }
}
