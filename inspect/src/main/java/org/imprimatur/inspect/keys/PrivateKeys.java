package org.imprimatur.inspect.keys;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds private keys in text encodings: PEM (RFC 7468) with PKCS #1, PKCS #8 and SEC 1 inside,
 * OpenSSH's own format (PROTOCOL.key), and OpenPGP armour.
 *
 * <p>A header alone is no key: every TLS library contains the header texts. Only a block whose
 * content decodes and has the structure of a key is reported.
 */
public final class PrivateKeys {

    /** Longest block that is looked at; an RSA key of 16,384 bits takes 13,000 characters. */
    public static final int MAX_BLOCK = 64 << 10;

    static final byte[] BEGIN = "-----BEGIN ".getBytes(StandardCharsets.US_ASCII);

    private static final int MAX_LABEL = 48;
    private static final byte[] OPENSSH = "openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII);

    private PrivateKeys() {}

    /** All keys in these bytes, in order. */
    public static List<PrivateKey> in(byte[] data) {
        var keys = new ArrayList<PrivateKey>();
        for (int at = indexOfBegin(data, 0, data.length);
                at >= 0;
                at = indexOfBegin(data, at + BEGIN.length, data.length)) {
            var key = at(data, at, data.length);
            if (key != null) {
                keys.add(key);
            }
        }
        return keys;
    }

    /**
     * The place of the next {@code -----BEGIN }; -1 if there is none.
     *
     * <p>The text begins with five dashes, so one of any five bytes in a row must be a dash: four
     * of five bytes are never looked at.
     */
    static int indexOfBegin(byte[] data, int from, int to) {
        int last = to - BEGIN.length;
        for (int i = from + 4; i < to; i += 5) {
            if (data[i] == '-') {
                for (int start = Math.max(from, i - 4); start <= i && start <= last; start++) {
                    if (isBegin(data, start)) {
                        return start;
                    }
                }
            }
        }
        return -1;
    }

    private static boolean isBegin(byte[] data, int at) {
        for (int i = 0; i < BEGIN.length; i++) {
            if (data[at + i] != BEGIN[i]) {
                return false;
            }
        }
        return true;
    }

    /** The key whose block begins at this {@code -----BEGIN }; null if it is no private key. */
    public static @Nullable PrivateKey at(byte[] data, int begin, int to) {
        var block = Block.at(data, begin, to);
        if (block == null) {
            return null;
        }
        if (block.label.equals("OpenVPN Static key V1")) {
            return block.text.chars().filter(PrivateKeys::isHex).count() >= 512
                    ? new PrivateKey("OpenVPN static", 2048, false, "")
                    : null;
        }
        if (!block.label.endsWith("PRIVATE KEY") && !block.label.equals("PGP PRIVATE KEY BLOCK")) {
            return null;
        }
        var body = Body.of(block.text);
        return body == null ? null : key(block.label, body);
    }

    private static boolean isHex(int c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
    }

    /** What stands between header and footer of the block that begins here, if it is base 64. */
    static byte @Nullable [] content(byte[] data, int begin, int to) {
        var block = Block.at(data, begin, to);
        var body = block == null ? null : Body.of(block.text);
        return body == null ? null : body.data;
    }

    /** A header's label, and the text behind it up to the next row of dashes. */
    private record Block(String label, String text) {
        static @Nullable Block at(byte[] data, int begin, int to) {
            int labelStart = begin + BEGIN.length;
            int labelEnd = labelStart;
            while (labelEnd < to && labelEnd - labelStart <= MAX_LABEL && data[labelEnd] != '-') {
                labelEnd++;
            }
            if (labelEnd + 5 > to || data[labelEnd] != '-') {
                return null;
            }
            int bodyStart = labelEnd + 5;
            int limit = Math.min(to, begin + MAX_BLOCK);
            int bodyEnd = bodyStart;
            while (bodyEnd < limit && !(data[bodyEnd] == '-' && isDashes(data, bodyEnd, limit))) {
                bodyEnd++;
            }
            return new Block(ascii(data, labelStart, labelEnd), ascii(data, bodyStart, bodyEnd));
        }
    }

    private static @Nullable PrivateKey key(String label, Body body) {
        if (body.legacyEncrypted) {
            // The content is cipher text, of which only the length can be checked.
            var kind = label.replace("PRIVATE KEY", "").strip();
            return body.data.length >= 16 ? new PrivateKey(kind, 0, true, "") : null;
        }
        if (startsWith(body.data, OPENSSH)) {
            return openSsh(body.data);
        }
        if (label.startsWith("PGP")) {
            return OpenPgp.first(body.data);
        }
        return der(body.data);
    }

    /** PROTOCOL.key: magic, cipher, kdf, kdf options, number of keys, public key, private part. */
    private static @Nullable PrivateKey openSsh(byte[] data) {
        var wire = new SshWire(data, OPENSSH.length);
        var cipher = wire.name();
        var kdf = wire.name();
        var options = wire.string();
        long count = wire.number();
        var blob = wire.string();
        if (cipher.isEmpty() || kdf.isEmpty() || options == null || count < 1 || blob == null) {
            return null;
        }
        var type = new SshWire(blob, 0).name();
        return new PrivateKey(
                "OpenSSH " + type, 0, !cipher.equals("none"), SshWire.fingerprint(blob));
    }

    static @Nullable PrivateKey der(byte[] data) {
        var outer = new Der(data).next(Der.SEQUENCE);
        if (outer == null) {
            return null;
        }
        if (outer.tag() == Der.SEQUENCE) {
            // EncryptedPrivateKeyInfo: algorithm, cipher text (RFC 5958, section 3)
            var algorithm = outer.next(Der.SEQUENCE);
            return algorithm != null
                            && algorithm.next(Der.OID) != null
                            && outer.next(Der.OCTET_STRING) != null
                    ? new PrivateKey("PKCS #8", 0, true, "")
                    : null;
        }
        var version = outer.next(Der.INTEGER);
        if (version == null) {
            return null;
        }
        return switch (outer.tag()) {
            case Der.SEQUENCE -> pkcs8(outer);
            case Der.INTEGER -> integers(outer);
            case Der.OCTET_STRING ->
                    outer.next(Der.OCTET_STRING) == null
                            ? null
                            : new PrivateKey("EC", 0, false, ""); // RFC 5915
            default -> null;
        };
    }

    /** PrivateKeyInfo after its version: algorithm, key (RFC 5958, section 2). */
    private static @Nullable PrivateKey pkcs8(Der outer) {
        var algorithm = outer.next(Der.SEQUENCE);
        var oid = algorithm == null ? null : algorithm.next(Der.OID);
        var content = outer.next(Der.OCTET_STRING);
        if (oid == null || content == null) {
            return null;
        }
        var name = java.util.HexFormat.of().formatHex(oid.bytes());
        return switch (name) {
            case "2a864886f70d010101" -> {
                var inner = new Der(content.bytes()).next(Der.SEQUENCE);
                var rsa = inner != null && inner.next(Der.INTEGER) != null ? integers(inner) : null;
                yield rsa == null ? new PrivateKey("PKCS #8 RSA", 0, false, "") : rsa;
            }
            case "2a8648ce3d0201" -> new PrivateKey("PKCS #8 EC", 0, false, "");
            case "2b6570" -> new PrivateKey("PKCS #8 Ed25519", 0, false, "");
            case "2b6571" -> new PrivateKey("PKCS #8 Ed448", 0, false, "");
            case "2a8648ce380401" -> new PrivateKey("PKCS #8 DSA", 0, false, "");
            default -> new PrivateKey("PKCS #8", 0, false, "");
        };
    }

    /** The numbers of an RSA key (n, e, d, p, q, …; RFC 8017, A.1.2) or a DSA key (p, q, g, …). */
    private static @Nullable PrivateKey integers(Der outer) {
        var numbers = new ArrayList<BigInteger>();
        while (outer.tag() == Der.INTEGER && numbers.size() < 9) {
            var number = outer.next(Der.INTEGER);
            if (number == null || number.atEnd()) {
                return null;
            }
            numbers.add(new BigInteger(number.bytes()));
        }
        int bits = numbers.isEmpty() ? 0 : numbers.getFirst().bitLength();
        return switch (numbers.size()) {
            case 8 ->
                    new PrivateKey(
                            "RSA",
                            bits,
                            false,
                            SshWire.fingerprint(
                                    SshWire.rsaBlob(numbers.get(1), numbers.getFirst())));
            case 5 -> new PrivateKey("DSA", bits, false, "");
            default -> null;
        };
    }

    /** A key file of PuTTY, version 2 or 3 (PuTTY manual, appendix C); null if the text is none. */
    public static @Nullable PrivateKey putty(String text) {
        var lines = text.split("\\r?\\n", 128);
        if (lines.length < 6
                || !lines[0].matches("PuTTY-User-Key-File-[23]: [a-z0-9@.-]{4,40}")
                || !lines[1].startsWith("Encryption: ")
                || !lines[2].startsWith("Comment: ")
                || !lines[3].matches("Public-Lines: [0-9]{1,2}")) {
            return null;
        }
        int count = Integer.parseInt(lines[3].substring(14));
        if (lines.length < 5 + count || !lines[4 + count].startsWith("Private-Lines: ")) {
            return null;
        }
        try {
            var blob =
                    Base64.getDecoder()
                            .decode(String.join("", List.of(lines).subList(4, 4 + count)));
            var type = new SshWire(blob, 0).name();
            return type.isEmpty()
                    ? null
                    : new PrivateKey(
                            "PuTTY " + type,
                            0,
                            !lines[1].equals("Encryption: none"),
                            SshWire.fingerprint(blob));
        } catch (IllegalArgumentException _) {
            return null; // the public part is not base 64
        }
    }

    private static boolean isDashes(byte[] data, int at, int to) {
        if (at + 5 > to) {
            return false;
        }
        for (int i = 0; i < 5; i++) {
            if (data[at + i] != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean startsWith(byte[] data, byte[] prefix) {
        return data.length > prefix.length
                && java.util.Arrays.equals(data, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static String ascii(byte[] data, int from, int to) {
        return new String(data, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /** What stands between the header and the footer, decoded. */
    private record Body(byte[] data, boolean legacyEncrypted) {

        /** Null if it is not base64. Blocks inside JSON, YAML or source code are unwrapped. */
        static @Nullable Body of(String text) {
            var base64 = new StringBuilder(text.length());
            boolean encrypted = false;
            // inside JSON and program texts the line ends are written out
            var plain =
                    text.indexOf('\\') < 0 ? text : text.replace("\\n", "\n").replace("\\r", "");
            for (var line : plain.split("\n", -1)) {
                var trimmed = trim(line);
                if (trimmed.indexOf(':') >= 0) {
                    encrypted |= trimmed.startsWith("Proc-Type:") && trimmed.contains("ENCRYPTED");
                } else if (trimmed.length() == 5 && trimmed.charAt(0) == '=') {
                    break; // checksum of OpenPGP armour
                } else {
                    base64.append(trimmed);
                }
            }
            if (base64.isEmpty()) {
                return null;
            }
            try {
                return new Body(Base64.getDecoder().decode(base64.toString()), encrypted);
            } catch (IllegalArgumentException _) {
                return null; // a header text without a key behind it
            }
        }

        /** Takes away indentation, quotes, and the signs by which texts mark comments. */
        private static String trim(String line) {
            int from = 0;
            int to = line.length();
            while (from < to && isWrapping(line.charAt(from))) {
                from++;
            }
            while (to > from && isWrapping(line.charAt(to - 1))) {
                to--;
            }
            return line.substring(from, to);
        }

        private static boolean isWrapping(char c) {
            return c <= ' ' || "\"'`,;#*>|\\".indexOf(c) >= 0;
        }
    }
}
