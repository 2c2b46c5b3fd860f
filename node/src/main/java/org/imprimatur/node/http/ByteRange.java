package org.imprimatur.node.http;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One range of a file (RFC 9110 section 14).
 *
 * @param from first byte
 * @param to last byte, inclusive
 */
record ByteRange(long from, long to) {

    private static final Pattern FORM = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    /**
     * Reads one range; several ranges and other units are ignored, which answers the whole file.
     */
    static Optional<ByteRange> parse(String text, long size) {
        var matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String first = matcher.group(1);
        String last = matcher.group(2);
        if (first.isEmpty() && last.isEmpty()) {
            return Optional.empty();
        }
        if (first.isEmpty()) {
            long suffix = Long.parseLong(last);
            return Optional.of(
                    new ByteRange(suffix == 0 ? size : Math.max(0, size - suffix), size - 1));
        }
        long from = Long.parseLong(first);
        long to = last.isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(last));
        if (!last.isEmpty() && Long.parseLong(last) < from) {
            return Optional.empty();
        }
        return Optional.of(new ByteRange(from, to));
    }

    boolean unsatisfiable(long size) {
        return from >= size;
    }
}
