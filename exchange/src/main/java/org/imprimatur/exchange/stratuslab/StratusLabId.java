package org.imprimatur.exchange.stratuslab;

import java.math.BigInteger;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.imprimatur.register.MalformedInput;

/**
 * The Marketplace's name of an image: the SHA-1 of its bytes as one number, in 27 digits to base
 * 64, the most significant first. This is not base64url of the 20 bytes, which pads at the other
 * end. A name only: nothing is decided by it, since SHA-1 collisions can be bought.
 */
public record StratusLabId(String text) {

    private static final String DIGITS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static final int LENGTH = 27;
    private static final int SHA1_BYTES = 20;

    /** 27 digits hold 162 bits and the number has 160: the first digit is below 16. */
    private static final Pattern FORM = Pattern.compile("[A-P][A-Za-z0-9_-]{26}");

    public StratusLabId {
        if (!FORM.matcher(text).matches()) {
            throw new MalformedInput(
                    "",
                    "27 digits A-Z a-z 0-9 - _, the first from A to P",
                    MalformedInput.quoted(text));
        }
    }

    /** The identifier of an image with this SHA-1, in hex. */
    public static StratusLabId ofSha1(String hex) {
        var bytes = HexFormat.of().parseHex(hex);
        if (bytes.length != SHA1_BYTES) {
            throw new MalformedInput("", "40 hex digits", hex.length() + " digits");
        }
        var number = new BigInteger(1, bytes);
        var digits = new char[LENGTH];
        for (int i = LENGTH - 1; i >= 0; i--) {
            digits[i] = DIGITS.charAt(number.intValue() & 63);
            number = number.shiftRight(6);
        }
        return new StratusLabId(new String(digits));
    }

    /** The SHA-1 that it was made of, as 40 hex digits. */
    public String sha1() {
        var number = BigInteger.ZERO;
        for (int i = 0; i < LENGTH; i++) {
            number = number.shiftLeft(6).or(BigInteger.valueOf(DIGITS.indexOf(text.charAt(i))));
        }
        var hex = number.toString(16);
        return "0".repeat(2 * SHA1_BYTES - hex.length()) + hex;
    }

    @Override
    public String toString() {
        return text;
    }
}
