package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/** The partition table of the IBM PC, with its chain of extended boot records. */
final class Mbr {

    private static final int ENTRIES = 446;
    private static final int MAX_LINKS = 128;
    private static final int PROTECTIVE = 0xee;

    private Mbr() {}

    private record Entry(int type, long start, long count) {

        static Entry at(byte[] sector, int index) {
            int at = ENTRIES + 16 * index;
            return new Entry(
                    Bytes.u8(sector, at + 4),
                    Bytes.u32le(sector, at + 8),
                    Bytes.u32le(sector, at + 12));
        }

        boolean isUsed() {
            return type != 0 && count != 0;
        }

        boolean isExtended() {
            return type == 0x05 || type == 0x0f || type == 0x85;
        }
    }

    /**
     * Whether the first sector is a partition table. The boot sector of FAT or NTFS ends with the
     * same 55AA, but has code or text where a table has its boot flags.
     */
    static boolean isPresent(byte[] sector) {
        if (!isSigned(sector)) {
            return false;
        }
        boolean used = false;
        for (int i = 0; i < 4; i++) {
            int flag = Bytes.u8(sector, ENTRIES + 16 * i);
            if (flag != 0 && flag != 0x80) {
                return false;
            }
            used |= Entry.at(sector, i).isUsed();
        }
        return used;
    }

    /** Whether an entry says that the disk has a GPT. */
    static boolean isProtective(byte[] sector) {
        return isSigned(sector) && protective(sector) >= 0;
    }

    /** Whether there are partitions beside the one that protects a GPT. */
    static boolean isHybrid(byte[] sector) {
        int protective = protective(sector);
        for (int i = 0; i < 4; i++) {
            if (i != protective && Entry.at(sector, i).isUsed()) {
                return true;
            }
        }
        return false;
    }

    private static int protective(byte[] sector) {
        for (int i = 0; i < 4; i++) {
            if (Entry.at(sector, i).type() == PROTECTIVE) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isSigned(byte[] sector) {
        return Bytes.u8(sector, 510) == 0x55 && Bytes.u8(sector, 511) == 0xaa;
    }

    static PartitionTable read(BlockDevice disk, byte[] sector, Limits limits) throws IOException {
        PartitionTable table = read(disk, sector, limits, 512);
        if (holdsFileSystem(disk, table)) {
            return table;
        }
        // Nothing in the table says how long its sectors are. Where sectors of 512 bytes lead to
        // nothing known and those of 4096 do, they are the right ones.
        PartitionTable large = read(disk, sector, limits, 4096);
        return large.unread().isEmpty() && holdsFileSystem(disk, large) ? large : table;
    }

    private static boolean holdsFileSystem(BlockDevice disk, PartitionTable table)
            throws IOException {
        for (Partition partition : table.partitions()) {
            if (!VolumeProbe.fileSystemAcross(disk.slice(partition.offset(), partition.size()))
                    .isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private static PartitionTable read(
            BlockDevice disk, byte[] sector, Limits limits, int sectorSize) throws IOException {
        var partitions = new ArrayList<Partition>();
        var unread = new ArrayList<Unread>();
        boolean extendedSeen = false;
        for (int i = 0; i < 4; i++) {
            Entry entry = Entry.at(sector, i);
            if (!entry.isUsed()) {
                continue;
            }
            String id = "p" + (i + 1);
            if (!entry.isExtended()) {
                add(disk, partitions, unread, id, entry, entry.start(), sectorSize);
            } else if (extendedSeen) {
                unread.add(new Unread(id, "a second extended partition, where one is allowed"));
            } else {
                extendedSeen = true;
                readChain(disk, partitions, unread, entry, sectorSize, limits);
            }
        }
        if (partitions.isEmpty()) {
            unread.add(new Unread("disk", "the partition table (MBR) has no readable partition"));
            return new PartitionTable("mbr", List.of(), unread, List.of());
        }
        return PartitionTable.of("mbr", partitions, unread, List.of());
    }

    /**
     * The logical partitions: each record holds one, relative to itself, and the place of the next
     * record, relative to the extended partition.
     */
    private static void readChain(
            BlockDevice disk,
            List<Partition> partitions,
            List<Unread> unread,
            Entry extended,
            int sectorSize,
            Limits limits)
            throws IOException {
        long start = extended.start();
        var seen = new HashSet<Long>();
        byte[] sector = new byte[512];
        long at = start;
        int number = 5;
        while (true) {
            String where = "extended boot record at sector " + at;
            if (!seen.add(at)) {
                unread.add(new Unread(where, "the chain of logical partitions is a loop"));
                return;
            }
            if (seen.size() > Math.min(MAX_LINKS, limits.maxVolumes())) {
                unread.add(
                        new Unread(where, "more than %d logical partitions".formatted(MAX_LINKS)));
                return;
            }
            if (at > (disk.size() - 512) / sectorSize) {
                unread.add(new Unread(where, "lies outside the disk"));
                return;
            }
            disk.read(at * sectorSize, sector, 0, 512);
            if (!isSigned(sector)) {
                unread.add(new Unread(where, "has no signature 55AA"));
                return;
            }
            Entry logical = Entry.at(sector, 0);
            if (logical.isUsed()) {
                add(
                        disk,
                        partitions,
                        unread,
                        "p" + number,
                        logical,
                        at + logical.start(),
                        sectorSize);
                number++;
            }
            Entry next = Entry.at(sector, 1);
            if (!next.isUsed()) {
                return;
            }
            at = start + next.start();
        }
    }

    private static void add(
            BlockDevice disk,
            List<Partition> partitions,
            List<Unread> unread,
            String id,
            Entry entry,
            long start,
            int sectorSize) {
        String type = "0x%02x".formatted(entry.type()).toLowerCase(Locale.ROOT);
        long offset = start * sectorSize;
        long size = entry.count() * sectorSize;
        if (offset > disk.size() || size > disk.size() - offset) {
            unread.add(
                    new Unread(
                            id,
                            "the partition of %d bytes at offset %d lies outside the disk of %d bytes"
                                    .formatted(size, offset, disk.size())));
            return;
        }
        var kind = entry.type() == 0x41 ? Partition.Kind.BOOT_CODE : Partition.Kind.ORDINARY;
        partitions.add(new Partition(id, "", type, kind, offset, size));
    }
}
