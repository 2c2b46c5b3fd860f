package org.imprimatur.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The superblock of ext2, ext3 or ext4, checked (Linux: Documentation/filesystems/ext4, {@code
 * fs/ext4/ext4.h}).
 *
 * @param firstBlock the block that the groups are counted from
 * @param blocksPerCluster how many blocks one bit of a bitmap stands for; 1 without bigalloc
 * @param firstMetaGroup from this descriptor block on, descriptors lie in their own groups
 * @param descriptorChecksums whether group descriptors have checksums, of one kind or the other;
 *     only then may a bitmap be left unwritten
 * @param checksums whether all metadata has checksums
 * @param seed for the checksums of metadata; of use only with {@code checksums}
 * @param needsReplay whether the journal holds changes that are not in their places yet
 * @param journalInode the inode of the journal; 0 when it is on another device
 * @param firstOrphan the inode that heads the list of files deleted while in use; 0 when there is
 *     none
 * @param orphanFile the inode of the file that lists more of them; 0 when there is none or it is
 *     empty
 * @param faults what stands against believing the file system as a whole
 */
record ExtSuperblock(
        String type,
        Optional<String> label,
        UUID uuid,
        int blockSize,
        long blocks,
        long firstBlock,
        long blocksPerGroup,
        int blocksPerCluster,
        int reservedDescriptorBlocks,
        long inodes,
        long inodesPerGroup,
        int inodeSize,
        int descriptorSize,
        boolean metaGroups,
        long firstMetaGroup,
        boolean sparseSuper,
        boolean sparseSuper2,
        long backupGroup1,
        long backupGroup2,
        boolean largeDirectories,
        boolean descriptorChecksums,
        boolean checksums,
        Crc32cSeed seed,
        boolean needsReplay,
        long journalInode,
        long firstOrphan,
        long orphanFile,
        List<Unread> faults,
        List<Note> notes) {

    private static final int HAS_JOURNAL = 0x4;
    private static final int SPARSE_SUPER2 = 0x200;

    private static final int FILETYPE = 0x2;
    private static final int RECOVER = 0x4;
    private static final int META_BG = 0x10;
    private static final int BIT64 = 0x80;
    private static final int MMP = 0x100;
    private static final int CSUM_SEED = 0x2000;
    private static final int LARGE_DIR = 0x4000;

    private static final int SPARSE_SUPER = 0x1;
    private static final int LARGE_FILE = 0x2;
    private static final int BTREE_DIR = 0x4;
    private static final int GDT_CSUM = 0x10;
    private static final int BIGALLOC = 0x200;
    private static final int METADATA_CSUM = 0x400;
    private static final int ORPHAN_PRESENT = 0x10000;

    /** Features that change how bytes are read, and are known here. */
    private static final int INCOMPAT_KNOWN =
            FILETYPE
                    | RECOVER
                    | META_BG
                    | 0x40 // extents
                    | BIT64
                    | MMP
                    | 0x200 // flex_bg
                    | 0x400 // ea_inode
                    | CSUM_SEED
                    | LARGE_DIR
                    | 0x8000 // inline_data
                    | 0x10000 // encrypt: the inodes say so one by one
                    | 0x20000; // casefold

    private static final int RO_COMPAT_KNOWN =
            SPARSE_SUPER
                    | LARGE_FILE
                    | BTREE_DIR
                    | 0x8 // huge_file
                    | GDT_CSUM
                    | 0x20 // dir_nlink
                    | 0x40 // extra_isize
                    | 0x100 // quota
                    | BIGALLOC
                    | METADATA_CSUM
                    | 0x1000 // read-only
                    | 0x2000 // project
                    | 0x8000 // verity
                    | ORPHAN_PRESENT;

    static ExtSuperblock read(BlockDevice device) throws IOException {
        if (device.size() < 2048) {
            throw new CorruptImageException(
                    "an ext file system in %d bytes, less than its superblock needs"
                            .formatted(device.size()));
        }
        byte[] bytes = new byte[1024];
        device.read(1024, bytes, 0, 1024);
        long revision = Bytes.u32le(bytes, 76);
        int compat = revision == 0 ? 0 : Bytes.i32le(bytes, 92);
        int incompat = revision == 0 ? 0 : Bytes.i32le(bytes, 96);
        int roCompat = revision == 0 ? 0 : Bytes.i32le(bytes, 100);
        refuseUnknown(incompat);
        boolean checksums = (roCompat & METADATA_CSUM) != 0;
        if (checksums) {
            checkChecksum(bytes);
        }
        long logBlock = Bytes.u32le(bytes, 24);
        expect(logBlock <= 6, "blocks of 2^%d KiB, not 2^0 to 2^6", logBlock);
        int blockSize = 1024 << logBlock;
        boolean bit64 = (incompat & BIT64) != 0;
        long blocks = Bytes.u32le(bytes, 4) | (bit64 ? Bytes.u32le(bytes, 336) << 32 : 0);
        if (blocks <= 0 || blocks > device.size() / blockSize) {
            throw new CorruptImageException(
                    "the ext file system says that it has %s blocks of %d bytes, but its volume has %d bytes"
                            .formatted(Long.toUnsignedString(blocks), blockSize, device.size()));
        }
        long firstBlock = Bytes.u32le(bytes, 20);
        expect(
                firstBlock <= 1 && firstBlock < blocks,
                "first data block %d, not 0 or 1",
                firstBlock);
        long blocksPerGroup = Bytes.u32le(bytes, 32);
        boolean bigalloc = (roCompat & BIGALLOC) != 0;
        expect(
                blocksPerGroup >= 8 && (bigalloc || blocksPerGroup <= 8L * blockSize),
                "%d blocks in a group",
                blocksPerGroup);
        int blocksPerCluster = bigalloc ? cluster(bytes, logBlock, blockSize, blocksPerGroup) : 1;
        long inodesPerGroup = Bytes.u32le(bytes, 40);
        expect(
                inodesPerGroup >= 1 && inodesPerGroup <= 8L * blockSize,
                "%d inodes in a group",
                inodesPerGroup);
        long inodes = Bytes.u32le(bytes, 0);
        long groups = (blocks - firstBlock - 1) / blocksPerGroup + 1;
        expect(
                inodes >= 1 && inodes <= groups * inodesPerGroup,
                "%d inodes, more than its groups hold",
                inodes);
        int inodeSize = revision == 0 ? 128 : Bytes.u16le(bytes, 88);
        expect(
                inodeSize >= 128 && inodeSize <= blockSize && Integer.bitCount(inodeSize) == 1,
                "inodes of %d bytes",
                inodeSize);
        int descriptorSize = bit64 ? Bytes.u16le(bytes, 254) : 32;
        expect(
                descriptorSize >= (bit64 ? 64 : 32)
                        && descriptorSize <= 1024
                        && Integer.bitCount(descriptorSize) == 1,
                "group descriptors of %d bytes",
                descriptorSize);
        UUID uuid = Bytes.uuid(bytes, 104);
        return new ExtSuperblock(
                type(compat, incompat, roCompat),
                label(bytes),
                uuid,
                blockSize,
                blocks,
                firstBlock,
                blocksPerGroup,
                blocksPerCluster,
                Bytes.u16le(bytes, 206),
                inodes,
                inodesPerGroup,
                inodeSize,
                descriptorSize,
                (incompat & META_BG) != 0,
                Bytes.u32le(bytes, 260),
                (roCompat & SPARSE_SUPER) != 0,
                (compat & SPARSE_SUPER2) != 0,
                Bytes.u32le(bytes, 588),
                Bytes.u32le(bytes, 592),
                (incompat & LARGE_DIR) != 0,
                checksums || (roCompat & GDT_CSUM) != 0,
                checksums,
                new Crc32cSeed(
                        (incompat & CSUM_SEED) != 0 ? Bytes.i32le(bytes, 624) : uuidSeed(bytes)),
                (incompat & RECOVER) != 0,
                Bytes.u32le(bytes, 224),
                Bytes.u32le(bytes, 232),
                (roCompat & ORPHAN_PRESENT) != 0 ? Bytes.u32le(bytes, 640) : 0,
                faults(device, bytes, incompat, roCompat, blockSize),
                notes(bytes));
    }

    private static int cluster(byte[] bytes, long logBlock, int blockSize, long blocksPerGroup)
            throws CorruptImageException {
        long logCluster = Bytes.u32le(bytes, 28);
        expect(
                logCluster >= logBlock && logCluster - logBlock <= 20,
                "clusters of 2^%d KiB",
                logCluster);
        int ratio = 1 << logCluster - logBlock;
        long clustersPerGroup = Bytes.u32le(bytes, 36);
        expect(
                clustersPerGroup <= 8L * blockSize && clustersPerGroup * ratio == blocksPerGroup,
                "%d clusters in a group",
                clustersPerGroup);
        return ratio;
    }

    private static void expect(boolean good, String found, long value)
            throws CorruptImageException {
        if (!good) {
            throw new CorruptImageException(
                    "the superblock of the ext file system says: " + found.formatted(value));
        }
    }

    private static void refuseUnknown(int incompat) throws UnsupportedImageException {
        int unknown = incompat & ~INCOMPAT_KNOWN;
        if (unknown != 0) {
            String name =
                    switch (Integer.lowestOneBit(unknown)) {
                        case 0x1 -> "compression";
                        case 0x8 -> "journal_dev";
                        case 0x1000 -> "dirdata";
                        default -> "unknown";
                    };
            throw new UnsupportedImageException(
                    "the ext file system has the incompatible feature 0x%x (%s)"
                            .formatted(Integer.lowestOneBit(unknown), name));
        }
    }

    private static void checkChecksum(byte[] bytes) throws ImageException {
        if (Bytes.u8(bytes, 0x175) != 1) {
            throw new UnsupportedImageException(
                    "the ext file system has the unknown checksum type " + Bytes.u8(bytes, 0x175));
        }
        var crc = new CRC32C();
        crc.update(bytes, 0, 1020);
        if (Crc32cSeed.value(crc) != Bytes.i32le(bytes, 1020)) {
            throw new CorruptImageException(
                    "the checksum of the ext superblock is %08x, not %08x as it says"
                            .formatted(Crc32cSeed.value(crc), Bytes.i32le(bytes, 1020)));
        }
    }

    private static int uuidSeed(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes, 104, 16);
        return Crc32cSeed.value(crc);
    }

    private static Optional<String> label(byte[] bytes) {
        int end = 120;
        while (end < 136 && bytes[end] != 0) {
            end++;
        }
        return end == 120 ? Optional.empty() : Optional.of(Escaped.of(bytes, 120, end));
    }

    /** Named as blkid does: by the oldest driver that could mount it. */
    private static String type(int compat, int incompat, int roCompat) {
        boolean old =
                (incompat & ~(FILETYPE | RECOVER | META_BG)) == 0
                        && (roCompat & ~(SPARSE_SUPER | LARGE_FILE | BTREE_DIR)) == 0;
        if (!old) {
            return "ext4";
        }
        return (compat & HAS_JOURNAL) != 0 || (incompat & RECOVER) != 0 ? "ext3" : "ext2";
    }

    private static List<Unread> faults(
            BlockDevice device, byte[] bytes, int incompat, int roCompat, int blockSize)
            throws IOException {
        var faults = new ArrayList<Unread>();
        int state = Bytes.u16le(bytes, 58);
        if ((state & 1) == 0 && (incompat & RECOVER) == 0) {
            faults.add(new Unread("superblock", "the file system was not unmounted cleanly"));
        }
        int unknown = roCompat & ~RO_COMPAT_KNOWN;
        if (unknown != 0) {
            faults.add(
                    new Unread("superblock", "unknown read-only features 0x%x".formatted(unknown)));
        }
        if ((incompat & MMP) != 0) {
            long block = Bytes.i64le(bytes, 0x168);
            byte[] mmp = new byte[8];
            if (block <= 0 || block > device.size() / blockSize - 1) {
                faults.add(new Unread("superblock", "its MMP block is number " + block));
            } else {
                device.read(block * blockSize, mmp, 0, 8);
                if (Bytes.u32le(mmp, 4) != 0xff4d4d50L) {
                    faults.add(
                            new Unread(
                                    "superblock",
                                    "the MMP block says that a machine has the file system mounted"));
                }
            }
        }
        return List.copyOf(faults);
    }

    private static List<Note> notes(byte[] bytes) {
        if ((Bytes.u16le(bytes, 58) & 2) == 0) {
            return List.of();
        }
        return List.of(new Note("superblock", "a kernel has found errors in this file system"));
    }

    /** How many groups there are. */
    long groups() {
        return (blocks - firstBlock - 1) / blocksPerGroup + 1;
    }

    /**
     * The older checksum of a group descriptor: CRC-16 with the polynomial 0x8005, bits reversed,
     * from all ones, over the UUID, the number of the group and the rest of the descriptor.
     */
    int descriptorCrc16(long group, byte[] descriptor) {
        ByteBuffer id = ByteBuffer.allocate(20);
        id.putLong(uuid.getMostSignificantBits());
        id.putLong(uuid.getLeastSignificantBits());
        id.order(ByteOrder.LITTLE_ENDIAN).putInt((int) group);
        int crc = crc16(0xffff, id.array(), 0, 20);
        crc = crc16(crc, descriptor, 0, 30);
        return crc16(crc, descriptor, 32, descriptor.length);
    }

    private static int crc16(int state, byte[] bytes, int from, int to) {
        int crc = state;
        for (int i = from; i < to; i++) {
            crc ^= bytes[i] & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? crc >>> 1 ^ 0xa001 : crc >>> 1;
            }
        }
        return crc;
    }

    /** Where the descriptor of a group is, in bytes from the start of the volume. */
    long descriptorOffset(long group) {
        int perBlock = blockSize / descriptorSize;
        long index = group / perBlock;
        long block;
        if (!metaGroups || index < firstMetaGroup) {
            // With blocks of 1 KiB the superblock is block 1, even where groups count from 0.
            block = (blockSize == 1024 ? 1 : 0) + 1 + index;
        } else {
            long first = index * perBlock;
            long copy = hasSuperblock(first) ? 1 : 0;
            if (blockSize == 1024 && first == 0 && firstBlock == 0) {
                copy++;
            }
            block = first * blocksPerGroup + firstBlock + copy;
        }
        return block * blockSize + group % perBlock * descriptorSize;
    }

    /**
     * How many blocks at the start of a group hold a copy of the superblock, descriptors, and room
     * for more descriptors.
     */
    long headBlocks(long group) {
        int perBlock = blockSize / descriptorSize;
        long copy = hasSuperblock(group) ? 1 : 0;
        if (metaGroups && group / perBlock >= firstMetaGroup) {
            long within = group % perBlock;
            return copy + (within == 0 || within == 1 || within == perBlock - 1 ? 1 : 0);
        }
        if (copy == 0) {
            return 0;
        }
        long tables = metaGroups ? firstMetaGroup : (groups() + perBlock - 1) / perBlock;
        return copy + tables + reservedDescriptorBlocks;
    }

    private boolean hasSuperblock(long group) {
        if (group == 0) {
            return true;
        }
        if (sparseSuper2) {
            return group == backupGroup1 || group == backupGroup2;
        }
        if (group == 1 || !sparseSuper) {
            return true;
        }
        return isPower(group, 3) || isPower(group, 5) || isPower(group, 7);
    }

    private static boolean isPower(long number, int base) {
        long power = base;
        while (power < number) {
            power *= base;
        }
        return power == number;
    }
}
