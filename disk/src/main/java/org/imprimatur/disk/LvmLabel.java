package org.imprimatur.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a physical volume of LVM2 says of itself: its label, and the metadata texts that lie on it
 * (LVM2: {@code lib/label}, {@code lib/format_text}).
 *
 * @param uuid of the physical volume, as 32 characters
 * @param dataStart where the first area for data begins
 * @param texts the metadata, committed ones only
 * @param faults what of the metadata could not be read
 */
record LvmLabel(String uuid, long dataStart, List<Metadata> texts, List<String> faults) {

    /** One copy of the metadata, its checksum verified. Equal texts are one object. */
    record Metadata(long offset, LvmText.Section section) {}

    /**
     * The texts of all physical volumes of a disk. Most are copies of each other, which are parsed
     * once; how much different text there may be is bounded.
     */
    static final class Texts {

        private final Map<ByteBuffer, LvmText.Section> parsed = new HashMap<>();
        private long bytes;

        LvmText.Section parse(byte[] text) throws ImageException {
            var name = ByteBuffer.wrap(text);
            LvmText.Section known = parsed.get(name);
            if (known == null) {
                bytes += text.length;
                if (bytes > MAX_TEXTS) {
                    throw new UnsupportedImageException(
                            "more than %d bytes of different LVM metadata".formatted(MAX_TEXTS));
                }
                known = LvmText.parse(text);
                parsed.put(name, known);
            }
            return known;
        }
    }

    private static final int SECTOR = 512;
    private static final int LABEL_SECTORS = 4;
    private static final int MAX_AREAS = 4;
    private static final String AREA_MAGIC = " LVM2 x[5A%r0N*>";

    /** A group of thousands of volumes has some hundred KiB. */
    private static final int MAX_TEXT = 4 << 20;

    private static final int MAX_TEXTS = 16 << 20;

    LvmLabel {
        texts = List.copyOf(texts);
        faults = List.copyOf(faults);
    }

    /** Whether one of the first four sectors is a label of LVM2. */
    static boolean isPresent(byte[] head) {
        return labelSector(head) >= 0;
    }

    private static int labelSector(byte[] head) {
        for (int sector = 0; sector < LABEL_SECTORS; sector++) {
            if (Bytes.has(head, sector * SECTOR, "LABELONE")) {
                return sector;
            }
        }
        return -1;
    }

    static LvmLabel read(BlockDevice device, Texts known) throws IOException {
        byte[] head = new byte[LABEL_SECTORS * SECTOR];
        device.read(0, head, 0, (int) Math.min(head.length, device.size()));
        int number = labelSector(head);
        int label = number * SECTOR;
        if (Bytes.i64le(head, label + 8) != number || !Bytes.has(head, label + 24, "LVM2 001")) {
            throw new UnsupportedImageException(
                    "the LVM label in sector %d says that it is in sector %d and of type '%s', not 'LVM2 001'"
                            .formatted(
                                    number,
                                    Bytes.i64le(head, label + 8),
                                    Escaped.of(head, label + 24, label + 32)));
        }
        int found = LvmCrc.of(head, label + 20, label + SECTOR);
        if (found != Bytes.i32le(head, label + 16)) {
            throw new CorruptImageException(
                    "the checksum of the LVM label is %08x, not %08x as it says"
                            .formatted(found, Bytes.i32le(head, label + 16)));
        }
        long header = Bytes.u32le(head, label + 20);
        if (header < 32 || header > SECTOR - 40 - 32) {
            throw new CorruptImageException("the LVM header is at byte %d".formatted(header));
        }
        int at = label + (int) header;
        String uuid = new String(head, at, 32, StandardCharsets.ISO_8859_1);
        int end = label + SECTOR;
        List<long[]> data = areas(head, at + 40, end);
        List<long[]> metadata = areas(head, at + 40 + 16 * (data.size() + 1), end);
        var texts = new ArrayList<Metadata>();
        var faults = new ArrayList<String>();
        for (long[] area : metadata) {
            try {
                Ranges.check("the LVM metadata area", area[0], area[1], device.size());
                Metadata text = text(device, area[0], area[1], known);
                if (text != null) {
                    texts.add(text);
                }
            } catch (ImageException e) {
                faults.add(
                        "LVM metadata area at offset %d: %s".formatted(area[0], e.explanation()));
            }
        }
        return new LvmLabel(
                uuid, data.isEmpty() ? device.size() : data.getFirst()[0], texts, faults);
    }

    /** Offsets and sizes, up to a pair of zeros. */
    private static List<long[]> areas(byte[] head, int from, int end) throws ImageException {
        var areas = new ArrayList<long[]>();
        int at = from;
        while (at + 16 <= end) {
            long offset = Bytes.i64le(head, at);
            long size = Bytes.i64le(head, at + 8);
            if (offset == 0) {
                return areas;
            }
            areas.add(new long[] {offset, size});
            at += 16;
            if (areas.size() > MAX_AREAS) {
                break;
            }
        }
        throw new CorruptImageException("the LVM label has a list of areas without an end");
    }

    /** The text that an area names as valid; null where it names none, or is to be ignored. */
    private static @Nullable Metadata text(BlockDevice device, long area, long size, Texts known)
            throws IOException {
        byte[] header = new byte[SECTOR];
        Ranges.check("its header", 0, SECTOR, size);
        device.read(area, header, 0, SECTOR);
        int checksum = LvmCrc.of(header, 4, SECTOR);
        if (checksum != Bytes.i32le(header, 0)) {
            throw new CorruptImageException(
                    "the checksum of its header is %08x, not %08x as it says"
                            .formatted(checksum, Bytes.i32le(header, 0)));
        }
        if (!Bytes.has(header, 4, AREA_MAGIC)
                || Bytes.u32le(header, 20) != 1
                || Bytes.i64le(header, 24) != area
                || Bytes.i64le(header, 32) != size) {
            throw new CorruptImageException(
                    "its header is of version %d and for %d bytes at %d, not of version 1 and for %d bytes"
                            .formatted(
                                    Bytes.u32le(header, 20),
                                    Bytes.i64le(header, 32),
                                    Bytes.i64le(header, 24),
                                    size));
        }
        long offset = Bytes.i64le(header, 40);
        long length = Bytes.i64le(header, 48);
        boolean ignored = (Bytes.i32le(header, 60) & 1) != 0;
        if (offset == 0 || ignored) {
            return null;
        }
        if (offset < SECTOR || offset >= size || length < 1 || length > size - SECTOR) {
            throw new CorruptImageException(
                    "its text of %d bytes at %d is outside its %d bytes"
                            .formatted(length, offset, size));
        }
        if (length > MAX_TEXT) {
            throw new UnsupportedImageException(
                    "its text has %d bytes; such a text is read up to %d"
                            .formatted(length, MAX_TEXT));
        }
        byte[] text = new byte[(int) length];
        // Round the end, and on behind the header.
        int first = (int) Math.min(length, size - offset);
        device.read(area + offset, text, 0, first);
        device.read(area + SECTOR, text, first, text.length - first);
        int sum = LvmCrc.of(text, 0, text.length);
        if (sum != Bytes.i32le(header, 56)) {
            throw new CorruptImageException(
                    "the checksum of its text is %08x, not %08x as it says"
                            .formatted(sum, Bytes.i32le(header, 56)));
        }
        return new Metadata(area + offset, known.parse(text));
    }
}
