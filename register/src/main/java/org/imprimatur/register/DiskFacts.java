package org.imprimatur.register;

import java.util.regex.Pattern;

/**
 * The image's file and the disk within it.
 *
 * @param format name of the file format, such as {@code qcow2} or {@code raw}
 * @param fileBytes size of the file
 * @param virtualBytes size of the disk that a guest sees
 * @param contentRoot root of the content tree, equal across file formats
 */
public record DiskFacts(String format, long fileBytes, long virtualBytes, Sha256 contentRoot) {

    private static final Pattern FORMAT = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
    private static final long MAX_BYTES = 1L << 53;

    public DiskFacts {
        Text.matching("format", FORMAT, "1 to 32 lower-case letters, digits or '-'", format);
        Text.range("fileBytes", fileBytes, 1, MAX_BYTES);
        Text.range("virtualBytes", virtualBytes, 1, MAX_BYTES);
    }
}
