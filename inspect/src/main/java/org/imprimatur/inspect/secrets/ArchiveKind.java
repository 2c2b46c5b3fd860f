package org.imprimatur.inspect.secrets;

import java.util.Arrays;
import java.util.Optional;

/** The archives and compressed files that are looked into. */
public enum ArchiveKind {
    /** Also with long names and in the old forms, as long as it says {@code ustar}. */
    TAR(257, "ustar"),
    /** Also jar, war, wheel. */
    ZIP(0, "PK\u0003\u0004"),
    /** A Debian package; other files in the form of ar(1) hold programs. */
    DEB(0, "!<arch>\ndebian-binary"),
    /** The archive of an initial RAM disk. */
    CPIO(0, "070701"),
    GZIP(0, "\u001f\u008b\b"),
    XZ(0, "\u00fd7zXZ\0"),
    BZIP2(0, "BZh"),
    ZSTD(0, "\u0028\u00b5\u002f\u00fd");

    /** So many bytes of the beginning are needed to tell. */
    static final int NEEDED = 264;

    private final int at;
    private final byte[] magic;

    ArchiveKind(int at, String magic) {
        this.at = at;
        this.magic = magic.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    /** The kind of archive that begins so; empty for everything else. */
    static Optional<ArchiveKind> of(byte[] data, int length) {
        for (var kind : values()) {
            int end = kind.at + kind.magic.length;
            if (end <= length
                    && Arrays.equals(data, kind.at, end, kind.magic, 0, kind.magic.length)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /** Whether it is one file made smaller, and not many. */
    boolean isStream() {
        return switch (this) {
            case GZIP, XZ, BZIP2, ZSTD -> true;
            case TAR, ZIP, DEB, CPIO -> false;
        };
    }
}
