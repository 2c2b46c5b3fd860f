package org.imprimatur.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The volume descriptors of ISO 9660 (ECMA-119, chapter 8), from sector 16 on.
 *
 * @param others supplementary ones: trees that other readers prefer
 * @param bootCatalog the sector of the catalogue of El Torito; 0 for none
 * @param end where the descriptors end, in bytes
 */
record IsoDescriptors(Descriptor primary, List<Descriptor> others, long bootCatalog, long end) {

    static final int SECTOR = 2048;

    private static final int FIRST = 16;
    private static final int MAX_DESCRIPTORS = 64;

    IsoDescriptors {
        others = List.copyOf(others);
    }

    /**
     * One tree.
     *
     * @param joliet whether names are UTF-16, most significant byte first
     * @param blocks the length of the volume in logical blocks
     * @param pathTables where path tables are, in blocks
     * @param label as it stands, without what fills it up
     */
    record Descriptor(
            boolean joliet,
            int blockSize,
            long blocks,
            long pathTableSize,
            List<Long> pathTables,
            IsoRecord root,
            String label) {

        long size() {
            return blocks * blockSize;
        }
    }

    static boolean isPresent(byte[] head) {
        return Bytes.has(head, FIRST * SECTOR + 1, "CD001");
    }

    static IsoDescriptors read(BlockDevice device) throws IOException {
        Descriptor primary = null;
        var others = new ArrayList<Descriptor>();
        long catalog = 0;
        byte[] bytes = new byte[SECTOR];
        for (int i = 0; i < MAX_DESCRIPTORS; i++) {
            long at = (long) (FIRST + i) * SECTOR;
            device.read(at, bytes, 0, SECTOR);
            int kind = Bytes.u8(bytes, 0);
            if (!Bytes.has(bytes, 1, "CD001")) {
                throw new CorruptImageException(
                        "no volume descriptor in sector %d, and no end of them before it"
                                .formatted(FIRST + i));
            }
            switch (kind) {
                case 0 -> {
                    if (Bytes.has(bytes, 7, "EL TORITO SPECIFICATION")) {
                        catalog = Bytes.u32le(bytes, 71);
                    }
                }
                case 1 -> primary = primary == null ? descriptor(bytes, at, device) : primary;
                case 2 -> others.add(descriptor(bytes, at, device));
                case 255 -> {
                    return new IsoDescriptors(found(primary), others, catalog, at + SECTOR);
                }
                default -> {
                    // Partitions of other systems, and what is reserved.
                }
            }
        }
        throw new UnsupportedImageException(
                "more than %d volume descriptors".formatted(MAX_DESCRIPTORS));
    }

    private static Descriptor found(@Nullable Descriptor primary) throws CorruptImageException {
        if (primary == null) {
            throw new CorruptImageException("no primary volume descriptor before the end of them");
        }
        return primary;
    }

    private static Descriptor descriptor(byte[] bytes, long at, BlockDevice device)
            throws CorruptImageException {
        int blockSize = IsoRecord.both16(bytes, 128);
        long blocks = IsoRecord.both32(bytes, 80);
        if (blockSize != 512 && blockSize != 1024 && blockSize != SECTOR) {
            throw new CorruptImageException(
                    "logical blocks of %d bytes, not 512, 1024 or 2048".formatted(blockSize));
        }
        Ranges.check("the ISO 9660 file system", 0, blocks * blockSize, device.size());
        boolean joliet =
                bytes[0] == 2
                        && (Bytes.has(bytes, 88, "%/@")
                                || Bytes.has(bytes, 88, "%/C")
                                || Bytes.has(bytes, 88, "%/E"));
        var tables = new ArrayList<Long>();
        for (int place : new int[] {140, 144}) {
            add(tables, Bytes.u32le(bytes, place));
            add(tables, Bytes.u32be(bytes, place + 8));
        }
        byte[] root = new byte[IsoRecord.LEAST];
        System.arraycopy(bytes, 156, root, 0, root.length);
        var record = IsoRecord.of(at + 156, root);
        if (!record.isDirectory()) {
            throw new CorruptImageException("the root of the ISO 9660 file system is no directory");
        }
        String label =
                joliet
                        ? new String(bytes, 40, 32, StandardCharsets.UTF_16BE)
                        : FatNames.oem(bytes, 40, 32);
        return new Descriptor(
                joliet,
                blockSize,
                blocks,
                IsoRecord.both32(bytes, 132),
                List.copyOf(tables),
                record,
                label.replace('\0', ' ').strip());
    }

    private static void add(List<Long> tables, long block) {
        if (block != 0) {
            tables.add(block);
        }
    }
}
