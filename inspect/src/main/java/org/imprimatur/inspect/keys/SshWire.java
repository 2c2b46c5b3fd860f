package org.imprimatur.inspect.keys;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.imprimatur.register.Sha256;
import org.jspecify.annotations.Nullable;

/** A cursor over the data types of SSH (RFC 4251, section 5). */
final class SshWire {

    private final byte[] data;
    private int at;

    SshWire(byte[] data, int at) {
        this.data = data;
        this.at = at;
    }

    /** The next string; null if it does not lie within the data. */
    byte @Nullable [] string() {
        long length = number();
        if (length < 0 || length > data.length - at) {
            return null;
        }
        var string = java.util.Arrays.copyOfRange(data, at, at + (int) length);
        at += (int) length;
        return string;
    }

    /** The next string as ASCII; empty if it does not lie within the data, or is no plain name. */
    String name() {
        var bytes = string();
        if (bytes == null || bytes.length > 64) {
            return "";
        }
        for (byte b : bytes) {
            if (b <= ' ' || b == 0x7f) {
                return "";
            }
        }
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    /** The next 32-bit number; -1 if there is none. */
    long number() {
        if (data.length - at < 4) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < 4; i++) {
            value = value << 8 | data[at++] & 0xff;
        }
        return value;
    }

    /** The four bytes at this place as one number. */
    static int number(byte[] data, int at) {
        return (int) new SshWire(data, at).number();
    }

    /** Passes over so many bytes; false if there are not so many. */
    boolean skip(int count) {
        if (count > data.length - at) {
            return false;
        }
        at += count;
        return true;
    }

    /** Passes over a text with its length in two bytes, as Java writes it. */
    boolean skipText() {
        if (data.length - at < 2) {
            return false;
        }
        return skip(2 + ((data[at] & 0xff) << 8 | data[at + 1] & 0xff));
    }

    /** {@code SHA256:} and unpadded base64 of the digest of a public key blob. */
    static String fingerprint(byte[] blob) {
        var digest = Sha256.of(blob).bytes();
        return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(digest);
    }

    /** The public key blob of an RSA key (RFC 4253, section 6.6). */
    static byte[] rsaBlob(BigInteger exponent, BigInteger modulus) {
        var type = "ssh-rsa".getBytes(StandardCharsets.US_ASCII);
        var e = exponent.toByteArray();
        var n = modulus.toByteArray();
        return java.nio.ByteBuffer.allocate(12 + type.length + e.length + n.length)
                .putInt(type.length)
                .put(type)
                .putInt(e.length)
                .put(e)
                .putInt(n.length)
                .put(n)
                .array();
    }
}
