package org.imprimatur.inspect.facts;

import java.nio.charset.StandardCharsets;
import org.imprimatur.disk.FilePath;

/** Turns what comes from outside into text that is safe to show: bytes, one to a character. */
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

    /**
     * Text that is characters already, such as that of a document in JSON, and is kept: at most
     * {@code max} bytes of its UTF-8, and an ellipsis if there was more. Escaped it is four times
     * as long at most.
     */
    public static String characters(String text, int max) {
        var start = text.substring(0, Math.min(text.length(), max + 1));
        return text(
                new String(start.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1),
                max);
    }
}
