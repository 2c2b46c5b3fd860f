package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The superblock of XFS version 4 or 5, checked (Linux: {@code fs/xfs/libxfs/xfs_format.h}; "XFS
 * Algorithms and Data Structures").
 *
 * @param version 4, or 5, which has checksums
 * @param uuid what the file system is called by
 * @param metadataUuid what its blocks carry; differs when the first one was changed later
 * @param blocks of the file system, all allocation groups together
 * @param logStart the block number of the journal; 0 when it is on another device
 * @param agBlocks the blocks of each allocation group but the last, which may have fewer
 * @param directoryBlockLog a block of a directory has 2 to this power blocks
 * @param fileTypes whether directory entries carry a type
 * @param logFeatures what a reader of the journal must know
 * @param reflink whether files may share blocks
 * @param reverseMaps whether the owners of blocks are kept too
 * @param faults what stands against believing the file system as a whole
 */
record XfsSuperblock(
        int version,
        Optional<String> label,
        UUID uuid,
        UUID metadataUuid,
        int blockLog,
        long blocks,
        long rootInode,
        long logStart,
        long logBlocks,
        long agBlocks,
        long agCount,
        int sectorSize,
        int inodeLog,
        int agBlockLog,
        int directoryBlockLog,
        boolean fileTypes,
        boolean logVersion2,
        int logFeatures,
        boolean reflink,
        boolean reverseMaps,
        List<Unread> faults) {

    /** A block address has an unsigned number of 52 bits; no journal and no group comes near. */
    private static final long MAX_BLOCKS = 1L << 52;

    private static final int MOREBITS = 0x8000;
    private static final int DIR_V2 = 0x2000;
    private static final int LOG_V2 = 0x400;
    private static final int FEATURES2_FTYPE = 0x200;

    private static final int FTYPE = 0x1;
    private static final int META_UUID = 0x4;
    private static final int NEEDS_REPAIR = 0x10;

    /** Features that change how bytes are read, and are known here. */
    private static final int INCOMPAT_KNOWN =
            FTYPE
                    | 0x2 // sparse inodes
                    | META_UUID
                    | 0x8 // bigtime: the inodes say so one by one
                    | 0x20 // nrext64: the inodes say so one by one
                    | 0x40 // exchange range
                    | 0x80 // parent pointers
                    | 0x100; // metadata directories, which the root does not reach

    private static final int REVERSE_MAPS = 0x2;
    private static final int REFLINK = 0x4;
    private static final int RO_COMPAT_KNOWN = 0x1 | REVERSE_MAPS | REFLINK | 0x8;

    /** How many bytes of the volume {@link #read} looks at for the first superblock. */
    static final int LENGTH = 512;

    static boolean isPresent(byte[] head) {
        return Bytes.has(head, 0, "XFSB");
    }

    /**
     * @param replayed whether the journal has written to the superblock, which then has no checksum
     */
    static XfsSuperblock read(BlockDevice device, boolean replayed) throws IOException {
        byte[] bytes = new byte[LENGTH];
        if (device.size() < LENGTH) {
            throw new CorruptImageException(
                    "an XFS file system in %d bytes, less than its superblock needs"
                            .formatted(device.size()));
        }
        device.read(0, bytes, 0, LENGTH);
        int versionBits = Bytes.u16be(bytes, 100);
        int version = versionBits & 0xf;
        if (version != 4 && version != 5) {
            throw new UnsupportedImageException(
                    "XFS of version %d, where 4 and 5 are read".formatted(version));
        }
        int sectorSize = Bytes.u16be(bytes, 102);
        expect(
                sectorSize >= 512
                        && sectorSize <= 32768
                        && sectorSize == 1 << Bytes.u8(bytes, 121)
                        && sectorSize <= device.size(),
                "sectors of %d bytes",
                sectorSize);
        int incompat = version == 5 ? Bytes.i32be(bytes, 216) : 0;
        if (version == 5) {
            if (!replayed) {
                checkChecksum(device, sectorSize);
            }
            refuseUnknown(incompat);
        } else if ((versionBits & DIR_V2) == 0) {
            throw new UnsupportedImageException("XFS with directories of version 1");
        }
        expect(Bytes.u8(bytes, 126) == 0, "its making was not finished", 0);
        int blockLog = Bytes.u8(bytes, 120);
        expect(
                blockLog >= 9
                        && blockLog <= 16
                        && Bytes.u32be(bytes, 4) == 1L << blockLog
                        && sectorSize <= 1 << blockLog,
                "blocks of %d bytes",
                Bytes.u32be(bytes, 4));
        int inodeLog = Bytes.u8(bytes, 122);
        expect(
                inodeLog >= (version == 5 ? 9 : 8)
                        && inodeLog <= 11
                        && Bytes.u16be(bytes, 104) == 1 << inodeLog
                        && inodeLog <= blockLog
                        && Bytes.u8(bytes, 123) == blockLog - inodeLog,
                "inodes of %d bytes",
                Bytes.u16be(bytes, 104));
        int directoryBlockLog = Bytes.u8(bytes, 192);
        expect(
                blockLog + directoryBlockLog <= 16,
                "directory blocks of 2^%d blocks",
                directoryBlockLog);
        long blocks = Bytes.i64be(bytes, 8);
        if (blocks <= 0 || blocks > device.size() >> blockLog) {
            throw new CorruptImageException(
                    "the XFS file system says that it has %s blocks of %d bytes, but its volume has %d bytes"
                            .formatted(
                                    Long.toUnsignedString(blocks), 1 << blockLog, device.size()));
        }
        long agBlocks = Bytes.u32be(bytes, 84);
        long agCount = Bytes.u32be(bytes, 88);
        int agBlockLog = Bytes.u8(bytes, 124);
        expect(
                agBlocks >= 64
                        && agBlockLog <= 31
                        && agBlockLog == 64 - Long.numberOfLeadingZeros(agBlocks - 1),
                "%d blocks in an allocation group",
                agBlocks);
        expect(
                agCount >= 1 && blocks <= agCount * agBlocks && blocks > (agCount - 1) * agBlocks,
                "%d allocation groups",
                agCount);
        boolean moreBits = version == 5 || (versionBits & MOREBITS) != 0;
        int features2 = moreBits ? Bytes.i32be(bytes, 200) : 0;
        int roCompat = version == 5 ? Bytes.i32be(bytes, 212) : 0;
        long logStart = Bytes.i64be(bytes, 48);
        long logBlocks = Bytes.u32be(bytes, 96);
        expect(logStart >= 0 && logStart < MAX_BLOCKS, "a journal at block %d", logStart);
        UUID uuid = Bytes.uuid(bytes, 32);
        return new XfsSuperblock(
                version,
                label(bytes),
                uuid,
                (incompat & META_UUID) != 0 ? Bytes.uuid(bytes, 248) : uuid,
                blockLog,
                blocks,
                Bytes.i64be(bytes, 56),
                logStart,
                logBlocks,
                agBlocks,
                agCount,
                sectorSize,
                inodeLog,
                agBlockLog,
                directoryBlockLog,
                version == 5 ? (incompat & FTYPE) != 0 : (features2 & FEATURES2_FTYPE) != 0,
                version == 5 || (versionBits & LOG_V2) != 0,
                version == 5 ? Bytes.i32be(bytes, 220) : 0,
                (roCompat & REFLINK) != 0,
                (roCompat & REVERSE_MAPS) != 0,
                faults(roCompat));
    }

    private static void expect(boolean good, String found, long value)
            throws CorruptImageException {
        if (!good) {
            throw new CorruptImageException(
                    "the superblock of the XFS file system says: " + found.formatted(value));
        }
    }

    private static void refuseUnknown(int incompat) throws UnsupportedImageException {
        int unknown = incompat & ~INCOMPAT_KNOWN;
        if (unknown != 0) {
            String name =
                    switch (Integer.lowestOneBit(unknown)) {
                        case NEEDS_REPAIR -> "it must be repaired first";
                        case 0x200 -> "zoned";
                        case 0x400 -> "gaps in zones";
                        default -> "unknown";
                    };
            throw new UnsupportedImageException(
                    "the XFS file system has the incompatible feature 0x%x (%s)"
                            .formatted(Integer.lowestOneBit(unknown), name));
        }
    }

    private static void checkChecksum(BlockDevice device, int sectorSize) throws IOException {
        byte[] sector = new byte[sectorSize];
        device.read(0, sector, 0, sectorSize);
        int found = XfsDisk.checksum(sector, 0, sectorSize, 224);
        if (found != Bytes.i32le(sector, 224)) {
            throw new CorruptImageException(
                    "the checksum of the XFS superblock is %08x, not %08x as it says"
                            .formatted(found, Bytes.i32le(sector, 224)));
        }
    }

    private static Optional<String> label(byte[] bytes) {
        int end = 108;
        while (end < 120 && bytes[end] != 0) {
            end++;
        }
        return end == 108 ? Optional.empty() : Optional.of(Escaped.of(bytes, 108, end));
    }

    private static List<Unread> faults(int roCompat) {
        var faults = new ArrayList<Unread>();
        int unknown = roCompat & ~RO_COMPAT_KNOWN;
        if (unknown != 0) {
            faults.add(
                    new Unread("superblock", "unknown read-only features 0x%x".formatted(unknown)));
        }
        return List.copyOf(faults);
    }

    boolean checksums() {
        return version == 5;
    }

    int blockSize() {
        return 1 << blockLog;
    }

    int inodeSize() {
        return 1 << inodeLog;
    }

    /** Where in an inode its forks begin. */
    int inodeCore() {
        return version == 5 ? 176 : 100;
    }

    int directoryBlockSize() {
        return 1 << blockLog + directoryBlockLog;
    }

    /** How many blocks this allocation group has. */
    long agSize(long group) {
        return group == agCount - 1 ? blocks - group * agBlocks : agBlocks;
    }

    /**
     * The number of a block counted from the start of the volume. On the disk, the allocation group
     * stands in the upper bits.
     *
     * @throws CorruptImageException when the blocks are not all inside one allocation group
     */
    long linear(String what, long address, long count) throws CorruptImageException {
        long group = address >>> agBlockLog;
        long block = address & (1L << agBlockLog) - 1;
        if (!isInside(group, block, count)) {
            throw new CorruptImageException(
                    "%s has %d blocks at block %d of allocation group %d, beyond the %d groups of %d blocks"
                            .formatted(what, count, block, group, agCount, agBlocks));
        }
        return group * agBlocks + block;
    }

    private boolean isInside(long group, long block, long count) {
        return group < agCount
                && count >= 0
                && block < agSize(group)
                && count <= agSize(group) - block;
    }

    /**
     * Where an inode is, in bytes from the start of the volume.
     *
     * @throws CorruptImageException when no inode has this number
     */
    long inodeOffset(long number) throws CorruptImageException {
        int perBlockLog = blockLog - inodeLog;
        if (number <= 0) {
            throw new CorruptImageException(
                    "inode number %s".formatted(Long.toUnsignedString(number)));
        }
        long address = number >>> perBlockLog;
        long group = address >>> agBlockLog;
        long within = address & (1L << agBlockLog) - 1;
        // Names are made for faults alone: every inode comes by here.
        long block =
                isInside(group, within, 1)
                        ? group * agBlocks + within
                        : linear("inode " + number, address, 1);
        return (block << blockLog) + ((number & (1L << perBlockLog) - 1) << inodeLog);
    }
}
