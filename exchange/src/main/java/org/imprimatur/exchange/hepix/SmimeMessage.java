package org.imprimatur.exchange.hepix;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.trust.SignedContent;
import org.jspecify.annotations.Nullable;

/**
 * A message with a signature, taken apart as OpenSSL's {@code smime} takes it: the first part has
 * no headers of its own and is everything between two delimiter lines, with every line end as CRLF.
 *
 * @param form how content and signature stand in the message
 * @param content the bytes that were signed, or would have been
 * @param signature the signature; its bytes may still be anything
 */
@SuppressWarnings("ArrayRecordComponent")
record SmimeMessage(Form form, byte[] content, byte[] signature) {

    /** The headers of a message, or of its second part, in bytes; no real ones come near. */
    private static final int MAX_HEADERS = 64 * 1024;

    private static final int MAX_BOUNDARY = 70;

    enum Form {
        /** Content readable, signature beside it: {@code multipart/signed}. */
        DETACHED,
        /** Content inside the signature: {@code application/pkcs7-mime}. */
        OPAQUE
    }

    /**
     * Takes a message apart. The caller bounds the number of bytes.
     *
     * @throws MalformedInput when it is not a message of one of the two forms
     */
    static SmimeMessage parse(byte[] bytes) {
        var headers = Headers.read(bytes, 0);
        var type = headers.contentType();
        return switch (type.name()) {
            case "multipart/signed" -> detached(bytes, headers.end(), type);
            case "application/pkcs7-mime", "application/x-pkcs7-mime" ->
                    opaque(bytes, headers, type);
            default ->
                    throw new MalformedInput(
                            "Content-Type",
                            "multipart/signed or application/pkcs7-mime",
                            MalformedInput.quoted(type.name()));
        };
    }

    private static SmimeMessage detached(byte[] bytes, int start, ContentType type) {
        var protocol = type.parameters().get("protocol");
        if (protocol != null && !isSignature(protocol)) {
            throw new MalformedInput(
                    "Content-Type",
                    "the protocol application/pkcs7-signature",
                    MalformedInput.quoted(protocol));
        }
        var boundary = type.parameters().get("boundary");
        if (boundary == null || boundary.isBlank() || boundary.length() > MAX_BOUNDARY) {
            throw new MalformedInput(
                    "Content-Type",
                    "a boundary of 1 to %d characters".formatted(MAX_BOUNDARY),
                    boundary == null ? "none" : boundary.length() + " characters");
        }
        var scan = new Delimiters(bytes, boundary);
        var first = scan.next(start, false);
        var second = scan.next(first.next(), false);
        var last = scan.next(second.next(), true);
        int contentEnd = withoutLineEnd(bytes, first.next(), second.start());
        var content = canonical(bytes, first.next(), Math.max(first.next(), contentEnd));
        var part = Arrays.copyOfRange(bytes, second.next(), last.start());
        var headers = Headers.read(part, 0);
        var partType = headers.contentType();
        if (!isSignature(partType.name())) {
            throw new MalformedInput(
                    "the second part",
                    "application/pkcs7-signature",
                    MalformedInput.quoted(partType.name()));
        }
        return new SmimeMessage(Form.DETACHED, content, base64(part, headers, "the second part"));
    }

    private static boolean isSignature(String type) {
        return switch (type.toLowerCase(Locale.ROOT)) {
            case "application/pkcs7-signature", "application/x-pkcs7-signature" -> true;
            default -> false;
        };
    }

    private static SmimeMessage opaque(byte[] bytes, Headers headers, ContentType type) {
        var kind = type.parameters().get("smime-type");
        if (kind != null && !kind.equalsIgnoreCase("signed-data")) {
            throw new MalformedInput(
                    "Content-Type", "the smime-type signed-data", MalformedInput.quoted(kind));
        }
        byte[] signature = base64(bytes, headers, "the message");
        byte[] content =
                SignedContent.parse(signature)
                        .content()
                        .orElseThrow(
                                () ->
                                        new MalformedInput(
                                                "the message",
                                                "the content inside the signature",
                                                "none"));
        return new SmimeMessage(Form.OPAQUE, content, signature);
    }

    /** Where a line that parts one thing from the next begins, and where the next line begins. */
    private record Delimiter(int start, int next) {}

    /**
     * Finds the delimiter lines of one boundary, passing over as much of the content as its last
     * character allows (Horspool's search): content is long, and delimiters are few.
     */
    private static final class Delimiters {

        private final byte[] bytes;
        private final byte[] line;
        private final int[] leaps = new int[256];

        Delimiters(byte[] bytes, String boundary) {
            this.bytes = bytes;
            this.line = ("--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
            Arrays.fill(leaps, line.length);
            for (int i = 0; i < line.length - 1; i++) {
                leaps[line[i] & 0xff] = line.length - 1 - i;
            }
        }

        /** The next delimiter line; it must be the last one, or must not be. */
        Delimiter next(int from, boolean last) {
            for (int at = find(from, from); at >= 0; at = find(from, at + 1)) {
                int rest = at + line.length;
                boolean closing =
                        rest + 1 < bytes.length && bytes[rest] == '-' && bytes[rest + 1] == '-';
                int next = nextLine(bytes, at);
                if (!isBlank(closing ? rest + 2 : rest, next)) {
                    continue;
                }
                if (closing != last) {
                    throw new MalformedInput(
                            "the message",
                            "two parts, the content and its signature",
                            closing ? "fewer" : "more");
                }
                return new Delimiter(at, next);
            }
            throw new MalformedInput(
                    "the message",
                    "%s delimiter line of its boundary".formatted(last ? "the last" : "another"),
                    "its end: it was cut off");
        }

        /** Where a line begins with the boundary next, or -1; at the start, a line begins. */
        private int find(int start, int from) {
            int last = line.length - 1;
            int at = from;
            while (at <= bytes.length - line.length) {
                byte end = bytes[at + last];
                if (end == line[last]
                        && (at == start || bytes[at - 1] == '\n')
                        && Arrays.equals(bytes, at, at + line.length, line, 0, line.length)) {
                    return at;
                }
                at += leaps[end & 0xff];
            }
            return -1;
        }

        private boolean isBlank(int from, int to) {
            for (int i = from; i < to; i++) {
                if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r' && bytes[i] != '\n') {
                    return false;
                }
            }
            return true;
        }
    }

    private static int nextLine(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && bytes[at] != '\n') {
            at++;
        }
        return Math.min(at + 1, bytes.length);
    }

    /** The end of a text without its last line end, which belongs to the delimiter after it. */
    private static int withoutLineEnd(byte[] bytes, int start, int end) {
        int at = end;
        if (at > start && bytes[at - 1] == '\n') {
            at--;
        }
        while (at > start && bytes[at - 1] == '\r') {
            at--;
        }
        return at;
    }

    /** Every line end as CRLF. A CR that no line feed follows is no line end. */
    static byte[] canonical(byte[] text) {
        return canonical(text, 0, text.length);
    }

    private static byte[] canonical(byte[] text, int start, int stop) {
        int bare = 0;
        boolean canonical = true;
        for (int i = start; i < stop; i++) {
            if (text[i] == '\n') {
                boolean returned = i > start && text[i - 1] == '\r';
                bare += returned ? 0 : 1;
                canonical &= returned && (i - 1 == start || text[i - 2] != '\r');
            }
        }
        if (canonical) {
            return Arrays.copyOfRange(text, start, stop);
        }
        var out = new byte[stop - start + bare];
        int length = 0;
        int from = start;
        while (from < stop) {
            int next = Math.min(nextLine(text, from), stop);
            boolean ended = text[next - 1] == '\n';
            int end = ended ? withoutLineEnd(text, from, next) : next;
            System.arraycopy(text, from, out, length, end - from);
            length += end - from;
            if (ended) {
                out[length++] = '\r';
                out[length++] = '\n';
            }
            from = next;
        }
        return length == out.length ? out : Arrays.copyOf(out, length);
    }

    private static byte[] base64(byte[] bytes, Headers headers, String where) {
        var encoding = headers.fields().get("content-transfer-encoding");
        if (encoding != null && !encoding.strip().equalsIgnoreCase("base64")) {
            throw new MalformedInput(
                    where, "the transfer encoding base64", MalformedInput.quoted(encoding));
        }
        var digits = new ByteArrayOutputStream(bytes.length - headers.end() + 16);
        for (int i = headers.end(); i < bytes.length; i++) {
            if (bytes[i] > ' ' || bytes[i] < 0) {
                digits.write(bytes[i]);
            }
        }
        try {
            return Base64.getDecoder().decode(digits.toByteArray());
        } catch (IllegalArgumentException e) {
            // What is no base64 is no signature either; who judges it says so.
            return new byte[0];
        }
    }

    /**
     * Header fields up to the empty line.
     *
     * @param fields by name in lower case; of a field that is there twice, the first
     * @param end where the body begins
     */
    private record Headers(Map<String, String> fields, int end) {

        static Headers read(byte[] bytes, int from) {
            var fields = new HashMap<String, String>();
            @Nullable String name = null;
            int at = from;
            while (at < bytes.length && at - from <= MAX_HEADERS) {
                int next = nextLine(bytes, at);
                var line =
                        new String(
                                bytes,
                                at,
                                Math.min(next - at, MAX_HEADERS),
                                StandardCharsets.ISO_8859_1);
                at = next;
                if (line.isBlank()) {
                    return new Headers(fields, at);
                }
                if (name != null && (line.charAt(0) == ' ' || line.charAt(0) == '\t')) {
                    fields.merge(name, line.strip(), (one, more) -> one + " " + more);
                    continue;
                }
                int colon = line.indexOf(':');
                if (colon < 1 || line.substring(0, colon).chars().anyMatch(c -> c <= ' ')) {
                    throw new MalformedInput(
                            "the message", "header fields", MalformedInput.quoted(line.strip()));
                }
                name = line.substring(0, colon).toLowerCase(Locale.ROOT);
                if (fields.putIfAbsent(name, line.substring(colon + 1).strip()) != null
                        && name.startsWith("content-")) {
                    throw new MalformedInput("the message", name + " once", "it twice");
                }
            }
            throw new MalformedInput(
                    "the message",
                    "an empty line after at most %d bytes of headers".formatted(MAX_HEADERS),
                    "none");
        }

        ContentType contentType() {
            var text = fields.get("content-type");
            if (text == null) {
                throw new MalformedInput("the message", "the header Content-Type", "none");
            }
            return ContentType.parse(text);
        }
    }

    /** A media type in lower case, with its parameters by name in lower case. */
    private record ContentType(String name, Map<String, String> parameters) {

        static ContentType parse(String text) {
            int end = text.indexOf(';');
            var name = (end < 0 ? text : text.substring(0, end)).strip();
            var parameters = new HashMap<String, String>();
            int at = end < 0 ? text.length() : end + 1;
            while (at < text.length()) {
                int equal = text.indexOf('=', at);
                if (equal < 0) {
                    break;
                }
                var key = text.substring(at, equal).strip().toLowerCase(Locale.ROOT);
                var value = new StringBuilder();
                at = value(text, equal + 1, value);
                if (parameters.put(key, value.toString()) != null) {
                    throw new MalformedInput("Content-Type", key + " once", "it twice");
                }
            }
            return new ContentType(name.toLowerCase(Locale.ROOT), parameters);
        }

        /** Reads one value, quoted or not, and says where the next parameter begins. */
        private static int value(String text, int from, StringBuilder value) {
            int at = from;
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            boolean quoted = at < text.length() && text.charAt(at) == '"';
            if (quoted) {
                at++;
            }
            while (at < text.length() && text.charAt(at) != (quoted ? '"' : ';')) {
                if (quoted && text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                value.append(text.charAt(at++));
            }
            if (!quoted) {
                value.setLength(value.toString().stripTrailing().length());
            }
            int semicolon = text.indexOf(';', at);
            return semicolon < 0 ? text.length() : semicolon + 1;
        }
    }

    /**
     * Writes a message as OpenSSL does and as peers have always seen it: header lines end in LF,
     * the lines of the content in CRLF.
     *
     * @param content with CRLF line ends, as it was signed
     * @param micalg the digest that was signed
     */
    static byte[] write(byte[] content, byte[] signature, String micalg, RandomGenerator random) {
        byte[] noise = new byte[16];
        random.nextBytes(noise);
        var boundary = "----" + HexFormat.of().withUpperCase().formatHex(noise);
        var out = new ByteArrayOutputStream(content.length + 2 * signature.length + 1024);
        ascii(
                out,
                """
                MIME-Version: 1.0
                Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; \
                micalg="%s"; boundary="%s"

                This is an S/MIME signed message

                --%s
                """
                        .formatted(micalg, boundary, boundary));
        out.writeBytes(content);
        ascii(
                out,
                """

                --%s
                Content-Type: application/x-pkcs7-signature; name="smime.p7s"
                Content-Transfer-Encoding: base64
                Content-Disposition: attachment; filename="smime.p7s"

                %s

                --%s--

                """
                        .formatted(
                                boundary,
                                Base64.getMimeEncoder(64, new byte[] {'\n'})
                                        .encodeToString(signature),
                                boundary));
        return out.toByteArray();
    }

    private static void ascii(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
