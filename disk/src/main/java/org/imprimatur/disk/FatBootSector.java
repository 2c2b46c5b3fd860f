package org.imprimatur.disk;

import java.io.IOException;

/**
 * The first sector of a FAT file system, checked (Microsoft: "FAT: General Overview of On-Disk
 * Format", 1.03).
 *
 * @param bits 12, 16 or 32: how wide an entry of the table is. A table whose size stands in the
 *     field of FAT32 makes a FAT32, whatever the number of clusters, as Linux and UEFI firmware
 *     have it; else the number of clusters decides
 * @param tableOffset where the table in use begins, in bytes
 * @param tableBytes the length of one table
 * @param copyOffset where the table begins that must be equal to it; 0 when there is none
 * @param rootOffset the fixed root directory of FAT12 and FAT16, in bytes
 * @param rootBytes its length; 0 with FAT32
 * @param rootCluster the first cluster of the root directory of FAT32; else 0
 * @param dataOffset where cluster 2 begins
 * @param clusters how many clusters there are; they are numbered from 2
 * @param size the length of the whole file system in bytes
 * @param state the byte in which Linux and Windows mark a mounted file system
 * @param serial a number given when the file system was made; 0 when it has none
 * @param label as the boot sector has it; the root directory may know better
 */
record FatBootSector(
        int bits,
        long tableOffset,
        long tableBytes,
        long copyOffset,
        long rootOffset,
        int rootBytes,
        long rootCluster,
        long dataOffset,
        int clusterSize,
        int clusters,
        long size,
        int state,
        long serial,
        String label) {

    private static final int MAX_CLUSTERS_12 = 4084;
    private static final int MAX_CLUSTERS_16 = 65524;
    private static final int MAX_CLUSTERS_32 = 0x0ffffff5;
    private static final int MAX_CLUSTER = 1 << 18;

    /** The fields that every FAT has, checked, since many boot sectors end with 55AA. */
    static boolean isPresent(byte[] head) {
        if (Bytes.u16le(head, 510) != 0xaa55) {
            return false;
        }
        int sector = Bytes.u16le(head, 11);
        int tables = Bytes.u8(head, 16);
        int media = Bytes.u8(head, 21);
        return (sector == 512 || sector == 1024 || sector == 2048 || sector == 4096)
                && Integer.bitCount(Bytes.u8(head, 13)) == 1
                && Bytes.u16le(head, 14) > 0
                && (tables == 1 || tables == 2)
                && (media == 0xf0 || media >= 0xf8);
    }

    static FatBootSector read(BlockDevice device) throws IOException {
        if (device.size() < 512) {
            throw new CorruptImageException(
                    "a FAT file system in %d bytes, less than its first sector"
                            .formatted(device.size()));
        }
        byte[] boot = new byte[512];
        device.read(0, boot, 0, 512);
        if (!isPresent(boot)) {
            throw new CorruptImageException("the first sector is not that of a FAT file system");
        }
        int sector = Bytes.u16le(boot, 11);
        int clusterSize = sector * Bytes.u8(boot, 13);
        if (clusterSize > MAX_CLUSTER) {
            throw new CorruptImageException(
                    "clusters of %d bytes, not at most %d".formatted(clusterSize, MAX_CLUSTER));
        }
        int reserved = Bytes.u16le(boot, 14);
        int tables = Bytes.u8(boot, 16);
        int rootBytes = 32 * Bytes.u16le(boot, 17);
        if (rootBytes % sector != 0) {
            throw new CorruptImageException(
                    "a root directory of %d bytes in sectors of %d".formatted(rootBytes, sector));
        }
        long sectors = Bytes.u16le(boot, 19) == 0 ? Bytes.u32le(boot, 32) : Bytes.u16le(boot, 19);
        boolean wide = Bytes.u16le(boot, 22) == 0;
        long tableSectors = wide ? Bytes.u32le(boot, 36) : Bytes.u16le(boot, 22);
        if (tableSectors == 0 || wide && rootBytes != 0) {
            throw new CorruptImageException(
                    "a FAT of %d sectors and a fixed root directory of %d bytes"
                            .formatted(tableSectors, rootBytes));
        }
        long size = sectors * sector;
        Ranges.check("the FAT file system", 0, size, device.size());
        long tableBytes = tableSectors * sector;
        long firstTable = (long) reserved * sector;
        long rootOffset = firstTable + tables * tableBytes;
        long dataOffset = rootOffset + rootBytes;
        if (dataOffset >= size) {
            throw new CorruptImageException(
                    "the data of the FAT file system begin at %d, its end is at %d"
                            .formatted(dataOffset, size));
        }
        long clusters = (size - dataOffset) / clusterSize;
        int bits = wide ? 32 : clusters <= MAX_CLUSTERS_12 ? 12 : 16;
        long most = wide ? MAX_CLUSTERS_32 : MAX_CLUSTERS_16;
        if (clusters > most || clusters == 0) {
            throw new CorruptImageException(
                    "%d clusters in a FAT%d, not 1 to %d".formatted(clusters, bits, most));
        }
        long used = (clusters + 2) * bits / 8 + (bits == 12 ? 1 : 0);
        if (used > tableBytes) {
            throw new CorruptImageException(
                    "a FAT of %d bytes cannot describe %d clusters"
                            .formatted(tableBytes, clusters));
        }
        int flags = wide ? Bytes.u16le(boot, 40) : 0;
        boolean mirrored = (flags & 0x80) == 0;
        int active = mirrored ? 0 : flags & 0xf;
        if (active >= tables) {
            throw new CorruptImageException(
                    "FAT number %d is in use, of %d".formatted(active, tables));
        }
        if (wide && Bytes.u16le(boot, 42) != 0) {
            throw new UnsupportedImageException(
                    "version 0x%04x of FAT32, not 0".formatted(Bytes.u16le(boot, 42)));
        }
        int extended = wide ? 64 : 36;
        boolean labelled = Bytes.u8(boot, extended + 2) == 0x29;
        return new FatBootSector(
                bits,
                firstTable + active * tableBytes,
                tableBytes,
                mirrored && tables == 2 ? firstTable + tableBytes : 0,
                rootOffset,
                rootBytes,
                wide ? Bytes.u32le(boot, 44) : 0,
                dataOffset,
                clusterSize,
                (int) clusters,
                size,
                Bytes.u8(boot, extended + 1),
                labelled ? Bytes.u32le(boot, extended + 3) : 0,
                labelled ? FatNames.oem(boot, extended + 7, 11) : "");
    }

    /** The length of the part of a table that describes clusters. */
    long usedTableBytes() {
        return ((long) clusters + 2) * bits / 8 + (bits == 12 ? 1 : 0);
    }

    long clusterOffset(long cluster) {
        return dataOffset + (cluster - 2) * clusterSize;
    }

    boolean isCluster(long number) {
        return number >= 2 && number < 2L + clusters;
    }
}
