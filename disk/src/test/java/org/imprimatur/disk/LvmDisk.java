package org.imprimatur.disk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Disks with metadata of LVM2, made by hand for what no tool would write. */
final class LvmDisk {

    static final int AREA = 4096;
    static final int AREA_SIZE = 61440;
    static final int DATA = 65536;
    static final int EXTENT = 65536;
    private static final String ONE = "1".repeat(32);

    private LvmDisk() {}

    /** A physical volume, 32 times a digit its identity, of ten extents and a text. */
    static byte[] volume(String digit, String text) {
        return volume(digit, text, 512);
    }

    /**
     * @param offset where in the metadata area the text begins
     */
    static byte[] volume(String digit, String text, int offset) {
        byte[] disk = new byte[DATA + 10 * EXTENT];
        label(disk, digit);
        byte[] bytes = (text + "\0").getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < bytes.length; i++) {
            int at = offset + i;
            disk[AREA + (at < AREA_SIZE ? at : at - AREA_SIZE + 512)] = bytes[i];
        }
        var header = ByteBuffer.wrap(disk).order(ByteOrder.LITTLE_ENDIAN);
        put(disk, AREA + 4, " LVM2 x[5A%r0N*>");
        header.putInt(AREA + 20, 1);
        header.putLong(AREA + 24, AREA);
        header.putLong(AREA + 32, AREA_SIZE);
        header.putLong(AREA + 40, offset);
        header.putLong(AREA + 48, bytes.length);
        header.putInt(AREA + 56, LvmCrc.of(bytes, 0, bytes.length));
        header.putInt(AREA, LvmCrc.of(disk, AREA + 4, AREA + 512));
        return disk;
    }

    private static void label(byte[] disk, String digit) {
        var numbers = ByteBuffer.wrap(disk).order(ByteOrder.LITTLE_ENDIAN);
        put(disk, 512, "LABELONE");
        numbers.putLong(520, 1);
        numbers.putInt(532, 32);
        put(disk, 536, "LVM2 001");
        put(disk, 544, digit.repeat(32));
        numbers.putLong(576, disk.length);
        numbers.putLong(584, DATA);
        numbers.putLong(616, AREA);
        numbers.putLong(624, AREA_SIZE);
        numbers.putInt(528, LvmCrc.of(disk, 532, 1024));
    }

    private static void put(byte[] disk, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, disk, at, bytes.length);
    }

    /** A group of one physical volume. */
    static String group(int number, String logicals) {
        return group(number, logicals, physical("pv0", ONE, ""));
    }

    static String group(int number, String logicals, String physicals) {
        return """
        contents = "Text Format Volume Group" # as LVM writes it
        version = 1
        description = "with \\"quotes\\""
        vg {
        id = "group"
        seqno = %d
        status = ["RESIZEABLE", "READ"]
        extent_size = 128
        physical_volumes {
        %s
        }
        logical_volumes {
        %s
        }
        }
        """
                .formatted(number, physicals, logicals);
    }

    static String physical(String name, String uuid, String flags) {
        return """
        %s {
        id = "%s"
        flags = [%s]
        pe_start = 128
        pe_count = 10
        }
        """
                .formatted(name, uuid, flags);
    }

    /** A visible logical volume with these segments. */
    static String logical(String name, String segments) {
        return """
        %s {
        id = "%s"
        status = ["READ", "WRITE", "VISIBLE"]
        %s
        }
        """
                .formatted(name, name, segments);
    }

    static String segment(int start, int count, String rest) {
        return """
        segment%d {
        start_extent = %d
        extent_count = %d
        %s
        }
        """
                .formatted(start + 1, start, count, rest);
    }

    /** A segment in one piece. */
    static String linear(int start, int count, String physical, int first) {
        return segment(
                start,
                count,
                "type = \"striped\"\nstripe_count = 1\nstripes = [\n\"%s\", %d\n]"
                        .formatted(physical, first));
    }
}
