package org.imprimatur.inspect.facts;

import java.nio.charset.StandardCharsets;
import org.imprimatur.disk.FilePath;

/** Turns bytes from the image, one to a character, into text that is safe to show. */
public final class Shown {

    private static final int MAX_TEXT = 200;

    private Shown() {}

    /** A path: UTF-8 where it is well formed, everything that could mislead a reader escaped. */
    public static String path(String bytes) {
        return FilePath.of(bytes.getBytes(StandardCharsets.ISO_8859_1)).toString();
    }

    /** Any other text, at most 200 characters of it, and an ellipsis if there was more. */
    public static String text(String bytes) {
        return text(bytes, MAX_TEXT);
    }

    /** Any other text, at most {@code max} characters of it, and an ellipsis if there was more. */
    public static String text(String bytes, int max) {
        return bytes.length() <= max ? path(bytes) : path(bytes.substring(0, max)) + "…";
    }
}
