package org.imprimatur.ledger;

import java.util.regex.Pattern;

/** How the paths of tiles are written and taken apart. */
final class PathForm {

    static final int MAX_LENGTH = 64;
    static final Pattern PATH =
            Pattern.compile(
                    "tile/(?<level>entries|[0-9]{1,2})"
                            + "/(?<index>(?:x[0-9]{3}/){0,5}[0-9]{3})"
                            + "(?:\\.p/(?<width>[0-9]{1,3}))?");

    private PathForm() {}

    /** {@code x001/x234/067}, and {@code .p/112} behind it where the width is not 256. */
    static String suffix(long index, int width) {
        var text = new StringBuilder(24);
        groupsBefore(index / 1000, text);
        digits(index % 1000, text);
        return width == Tile.FULL ? text.toString() : text.append(".p/").append(width).toString();
    }

    private static void groupsBefore(long groups, StringBuilder text) {
        if (groups > 0) {
            groupsBefore(groups / 1000, text);
            digits(groups % 1000, text.append('x'));
            text.append('/');
        }
    }

    private static void digits(long three, StringBuilder text) {
        text.append(three / 100).append(three / 10 % 10).append(three % 10);
    }

    static void check(String what, long index, int width) {
        if (index < 0 || index >= Tile.MAX_INDEX) {
            throw new MalformedInput(what + " index is not in 0 to 2^55-1: " + index);
        }
        if (width < 1 || width > Tile.FULL) {
            throw new MalformedInput(what + " width is not in 1 to 256: " + width);
        }
    }
}
