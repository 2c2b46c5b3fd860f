package org.imprimatur.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One file of a chain of overlays, as its own header says: what a hypervisor would look at before
 * it opens the next file of the chain. Nothing of the disk's content is read.
 *
 * @param qcow2 whether it is a qcow2 file; other formats are no overlays here
 * @param backing the name of the file below, as it stands in the header; null where there is none
 * @param backingFormat what the header says of that file's format; null where it says nothing
 * @param holdsData whether the file itself holds anything that a guest may see; false only for a
 *     qcow2 file in which nothing was ever written
 */
public record DiskLayer(
        boolean qcow2,
        @Nullable String backing,
        @Nullable String backingFormat,
        boolean holdsData) {

    private static final int BACKING_FORMAT = 0xe2792aca;

    private static final long OFFSET_MASK = 0x00ff_ffff_ffff_fe00L;
    private static final int MAX_BACKING_NAME = 1023;
    private static final int MAX_FORMAT_NAME = 64;
    private static final int MAX_EXTENSIONS = 64;

    /** As QEMU has it. */
    private static final long MAX_L1_BYTES = 32 << 20;

    private static final long EXTERNAL_DATA = 1 << 2;

    /**
     * Reads a file's header.
     *
     * @throws ImageException when it is not a regular file, or a qcow2 file whose chain cannot be
     *     told from its header, or whose content is in a file that no chain names
     */
    public static DiskLayer read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new UnsupportedImageException("'%s' is not a regular file".formatted(file));
        }
        try (var device = FileDevice.open(file)) {
            return read(device);
        }
    }

    /** Reads the header of a file that is open. */
    static DiskLayer read(BlockDevice file) throws IOException {
        byte[] header = new byte[(int) Math.min(104, file.size())];
        file.read(0, header, 0, header.length);
        if (header.length < 4 || !Bytes.has(header, 0, "QFI\u00fb")) {
            return new DiskLayer(false, null, null, true);
        }
        if (header.length < 72) {
            throw new CorruptImageException(
                    "a qcow2 header of 72 bytes in a file of %d".formatted(file.size()));
        }
        long version = Bytes.u32be(header, 4);
        if (version != 2 && version != 3) {
            throw new UnsupportedImageException(
                    "qcow2 version %d; versions 2 and 3 are read".formatted(version));
        }
        if (version == 3 && header.length < 104) {
            throw new CorruptImageException(
                    "a qcow2 header of 104 bytes in a file of %d".formatted(file.size()));
        }
        if (version == 3 && (Bytes.i64be(header, 72) & EXTERNAL_DATA) != 0) {
            throw new UnsupportedImageException(
                    "the qcow2 file has an external data file: its content is elsewhere");
        }
        return new DiskLayer(
                true,
                backing(file, header),
                backingFormat(file, version == 2 ? 72 : Bytes.u32be(header, 100)),
                holdsData(file, header));
    }

    private static @Nullable String backing(BlockDevice file, byte[] header) throws IOException {
        long offset = Bytes.i64be(header, 8);
        long length = Bytes.u32be(header, 16);
        if (offset == 0) {
            return null;
        }
        if (length < 1 || length > MAX_BACKING_NAME) {
            throw new CorruptImageException(
                    "a name of %d bytes for the qcow2 backing file, not 1 to %d"
                            .formatted(length, MAX_BACKING_NAME));
        }
        return text("the name of the qcow2 backing file", file, offset, length);
    }

    /** Looks for it in the extensions of the header. */
    private static @Nullable String backingFormat(BlockDevice file, long headerLength)
            throws IOException {
        byte[] extension = new byte[8];
        long at = headerLength;
        for (int i = 0; i < MAX_EXTENSIONS && at <= file.size() - extension.length; i++) {
            file.read(at, extension, 0, extension.length);
            int type = Bytes.i32be(extension, 0);
            long length = Bytes.u32be(extension, 4);
            if (type == 0) {
                return null;
            }
            if (type == BACKING_FORMAT) {
                if (length > MAX_FORMAT_NAME) {
                    throw new CorruptImageException(
                            "a name of %d bytes for the format of the qcow2 backing file"
                                    .formatted(length));
                }
                return text("the format of the qcow2 backing file", file, at + 8, length);
            }
            at += 8 + (length + 7 & ~7L);
        }
        return null;
    }

    private static String text(String what, BlockDevice file, long offset, long length)
            throws IOException {
        Ranges.check(what, offset, length, file.size());
        byte[] name = new byte[(int) length];
        file.read(offset, name, 0, name.length);
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
            if (text.chars().noneMatch(Character::isISOControl)) {
                return text;
            }
        } catch (CharacterCodingException _) {
            // answered below
        }
        throw new UnsupportedImageException(what + " is not plain UTF-8 text");
    }

    private static boolean holdsData(BlockDevice file, byte[] header) throws IOException {
        long entries = Bytes.u32be(header, 36);
        long offset = Bytes.i64be(header, 40);
        if (entries * 8 > MAX_L1_BYTES) {
            throw new UnsupportedImageException(
                    "a qcow2 L1 table of %d entries, more than %d"
                            .formatted(entries, MAX_L1_BYTES / 8));
        }
        Ranges.check("the qcow2 L1 table", offset, entries * 8, file.size());
        if (Bytes.u32be(header, 60) != 0) {
            return true; // snapshots, which a guest can be taken back to
        }
        byte[] table = new byte[(int) Math.min(entries * 8, 64 << 10)];
        for (long at = 0; at < entries * 8; at += table.length) {
            int length = (int) Math.min(table.length, entries * 8 - at);
            file.read(offset + at, table, 0, length);
            for (int i = 0; i < length; i += 8) {
                if ((Bytes.i64be(table, i) & OFFSET_MASK) != 0) {
                    return true;
                }
            }
        }
        return false;
    }
}
