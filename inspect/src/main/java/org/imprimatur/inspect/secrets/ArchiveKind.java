package org.imprimatur.inspect.secrets;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Archives and compressed files: those that are looked into, and those that are only told. */
public enum ArchiveKind {
    /** Also with long names and in the old forms, as long as it says {@code ustar}. */
    TAR("tar", Form.MANY, 257, "ustar"),
    /** Also jar, war, wheel. */
    ZIP("zip", Form.MANY, 0, "PK\u0003\u0004"),
    /** A Debian package; other files in the form of ar(1) hold programs. */
    DEB("Debian package", Form.MANY, 0, "!<arch>\ndebian-binary"),
    /** A package of the RPM Package Manager, also one of sources. */
    RPM("RPM package", Form.MANY, 0, "\u00ed\u00ab\u00ee\u00db"),
    /** The archive of an initial RAM disk, and older forms of it. */
    CPIO("cpio", Form.MANY, 0, "070701", "070702", "070707"),
    GZIP("gzip", Form.STREAM, 0, "\u001f\u008b\b"),
    XZ("xz", Form.STREAM, 0, "\u00fd7zXZ\0"),
    BZIP2("bzip2", Form.STREAM, 0, "BZh"),
    ZSTD("zstd", Form.STREAM, 0, "\u0028\u00b5\u002f\u00fd"),
    LZ4("lz4", Form.STREAM, 0, "\u0004\"M\u0018"),
    /** The form that the kernel takes for an initial RAM disk. */
    LZ4_BLOCKS("lz4 in its first form", Form.STREAM, 0, "\u0002!L\u0018"),
    SEVEN_ZIP("7z", Form.CLOSED, 0, "7z\u00bc\u00af\u0027\u001c"),
    RAR("RAR", Form.CLOSED, 0, "Rar!\u001a\u0007"),
    CABINET("cabinet", Form.CLOSED, 0, "MSCF\0\0\0\0"),
    LHA("LHA", Form.CLOSED, 2, "-lh5-", "-lh6-", "-lh7-"),
    XAR("xar", Form.CLOSED, 0, "xar!"),
    WIM("Windows image", Form.CLOSED, 0, "MSWIM\0\0\0"),
    LZIP("lzip", Form.CLOSED, 0, "LZIP\u0001"),
    LRZIP("lrzip", Form.CLOSED, 0, "LRZI"),
    LZOP("lzop", Form.CLOSED, 0, "\u0089LZO\0\r\n"),
    COMPRESS("compress", Form.CLOSED, 0, "\u001f\u009d\u0090"),
    /** Also a snap. */
    SQUASHFS("squashfs", Form.CLOSED, 0, "hsqs"),
    QCOW2("qcow2 image", Form.CLOSED, 0, "QFI\u00fb"),
    VMDK("VMDK image", Form.CLOSED, 0, "KDMV"),
    VHDX("VHDX image", Form.CLOSED, 0, "vhdxfile"),
    VDI("VDI image", Form.CLOSED, 64, "\u007f\u0010\u00da\u00be"),
    LUKS("LUKS container", Form.CLOSED, 0, "LUKS\u00ba\u00be"),
    AGE("file encrypted by age", Form.CLOSED, 0, "age-encryption.org/v1\n"),
    SALTED("file encrypted by openssl enc", Form.CLOSED, 0, "Salted__");

    /** What is done with it. */
    private enum Form {
        /** Its members are searched. */
        MANY,
        /** It is one file made smaller, which is searched. */
        STREAM,
        /** It is not looked into. */
        CLOSED
    }

    /** So many bytes of the beginning are needed to tell. */
    static final int NEEDED = 264;

    private static final ArchiveKind[] ALL = values();

    private final String title;
    private final Form form;
    private final int at;
    private final List<byte[]> magics;

    ArchiveKind(String title, Form form, int at, String... magics) {
        this.title = title;
        this.form = form;
        this.at = at;
        this.magics =
                Stream.of(magics).map(each -> each.getBytes(StandardCharsets.ISO_8859_1)).toList();
    }

    /** The kind of archive that begins so; empty for everything else. */
    static Optional<ArchiveKind> of(byte[] data, int length) {
        for (var kind : ALL) {
            for (var magic : kind.magics) {
                int end = kind.at + magic.length;
                if (end <= length && Arrays.equals(data, kind.at, end, magic, 0, magic.length)) {
                    return Optional.of(kind);
                }
            }
        }
        return Optional.empty();
    }

    /** For people, as in {@code RPM package}. */
    public String title() {
        return title;
    }

    /** Whether nobody looks into it: packed or encrypted in a way that is not read. */
    public boolean isClosed() {
        return form == Form.CLOSED;
    }

    /** Whether it is one file made smaller, and not many. */
    boolean isStream() {
        return form == Form.STREAM;
    }
}
