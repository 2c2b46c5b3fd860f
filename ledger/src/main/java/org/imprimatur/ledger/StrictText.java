package org.imprimatur.ledger;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Base64;

/**
 * Readers that accept exactly one spelling of a value. The JDK's own are more lenient, and two
 * spellings of one signed thing would be two things.
 */
final class StrictText {

    private StrictText() {}

    /** Decodes UTF-8; a malformed sequence is an error, not a replacement character. */
    static String utf8(byte[] bytes, String what) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException malformed) {
            throw new MalformedInput(what + " is not UTF-8");
        }
    }

    /** Encodes to UTF-8; half a surrogate pair is an error, not a question mark. */
    static byte[] utf8(String text, String what) {
        try {
            var encoded = UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            return Arrays.copyOfRange(encoded.array(), encoded.position(), encoded.limit());
        } catch (CharacterCodingException malformed) {
            throw new MalformedInput(what + " has half a surrogate pair");
        }
    }

    /** Reads RFC 4648 section 4 with padding and with zero bits left over. */
    static byte[] base64(String text, String what) {
        try {
            var bytes = Base64.getDecoder().decode(text.getBytes(ISO_8859_1));
            if (base64(bytes).equals(text)) {
                return bytes;
            }
        } catch (IllegalArgumentException notBase64) {
            throw new MalformedInput(what + " is not base64: " + MalformedInput.quoted(text));
        }
        throw new MalformedInput(what + " is not padded base64: " + MalformedInput.quoted(text));
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Reads 0 to 2^63-1 without sign or leading zeros. */
    static long decimal(String text, String what) {
        var canonical =
                !text.isEmpty()
                        && text.length() <= 19
                        && text.chars().allMatch(c -> c >= '0' && c <= '9')
                        && (text.length() == 1 || text.charAt(0) != '0');
        if (canonical) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException tooLarge) {
                throw new MalformedInput(what + " is above 2^63-1: " + MalformedInput.quoted(text));
            }
        }
        throw new MalformedInput(
                what
                        + " is not a decimal number without sign and leading zeros: "
                        + MalformedInput.quoted(text));
    }
}
