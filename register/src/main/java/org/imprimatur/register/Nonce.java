package org.imprimatur.register;

import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** 16 random bytes in hex: two equal acts are two statements. */
public record Nonce(String hex) {

    private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");

    public Nonce {
        Text.matching("", FORM, "a nonce of 32 lower-case hex digits", hex);
    }

    public static Nonce random(RandomGenerator random) {
        var bytes = new byte[16];
        random.nextBytes(bytes);
        return new Nonce(HexFormat.of().formatHex(bytes));
    }

    @Override
    public String toString() {
        return hex;
    }
}
