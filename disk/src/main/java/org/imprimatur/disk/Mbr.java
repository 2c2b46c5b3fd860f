package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;

/** The partition table of the IBM PC, with its chain of extended boot records. */
final class Mbr {

    private static final int SIGNATURE = 440;
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

    /**
     * The partitions that stand beside a GPT, some systems reading the one table and some the
     * other. An extended one is taken whole: whoever finds nothing in it that is known will say so.
     */
    static List<Partition> beside(BlockDevice disk, byte[] sector, int sectorSize)
            throws CorruptImageException {
        var partitions = new ArrayList<Partition>();
        if (!isProtective(sector) && !isPresent(sector)) {
            return partitions;
        }
        for (int i = 0; i < 4; i++) {
            Entry entry = Entry.at(sector, i);
            if (entry.isUsed() && entry.type() != PROTECTIVE) {
                Partition found = partition(disk, sector, i + 1, entry, entry.start(), sectorSize);
                partitions.add(
                        new Partition(
                                "mbr-" + found.id(),
                                "",
                                found.type(),
                                found.kind(),
                                found.offset(),
                                found.size()));
            }
        }
        return partitions;
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
        // Nothing in the table says how long its sectors are. Where sectors of 512 bytes lead to
        // nothing known and those of 4096 do, they are the right ones.
        PartitionTable small = null;
        CorruptImageException fault = null;
        try {
            small = read(disk, sector, limits, 512);
            if (holdsFileSystem(disk, small)) {
                return small;
            }
        } catch (CorruptImageException e) {
            fault = e;
        }
        try {
            PartitionTable large = read(disk, sector, limits, 4096);
            if (small == null || holdsFileSystem(disk, large)) {
                return large;
            }
        } catch (CorruptImageException e) {
            if (fault != null) {
                fault.addSuppressed(e);
                throw fault;
            }
        }
        return Objects.requireNonNull(small);
    }

    private static boolean holdsFileSystem(BlockDevice disk, PartitionTable table)
            throws IOException {
        for (Partition partition : table.partitions()) {
            BlockDevice device = disk.slice(partition.offset(), partition.size());
            if (!VolumeProbe.fileSystemAcross(device).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private static PartitionTable read(
            BlockDevice disk, byte[] sector, Limits limits, int sectorSize) throws IOException {
        var partitions = new ArrayList<Partition>();
        boolean extendedSeen = false;
        for (int i = 0; i < 4; i++) {
            Entry entry = Entry.at(sector, i);
            if (!entry.isUsed()) {
                continue;
            }
            if (!entry.isExtended()) {
                partitions.add(partition(disk, sector, i + 1, entry, entry.start(), sectorSize));
            } else if (extendedSeen) {
                throw new CorruptImageException("the MBR has two extended partitions");
            } else {
                extendedSeen = true;
                readChain(disk, sector, partitions, entry, sectorSize, limits);
            }
        }
        if (partitions.isEmpty()) {
            throw new CorruptImageException("the MBR names no partition but an empty extended one");
        }
        return PartitionTable.of("mbr", partitions, List.of(), List.of());
    }

    /**
     * The logical partitions: each record holds one, relative to itself, and the place of the next
     * record, relative to the extended partition.
     */
    private static void readChain(
            BlockDevice disk,
            byte[] first,
            List<Partition> partitions,
            Entry extended,
            int sectorSize,
            Limits limits)
            throws IOException {
        var seen = new HashSet<Long>();
        byte[] sector = new byte[512];
        long at = extended.start();
        int number = 5;
        while (true) {
            if (!seen.add(at)) {
                throw new CorruptImageException(
                        "the chain of logical partitions comes to sector %d twice: a loop"
                                .formatted(at));
            }
            int most = Math.min(MAX_LINKS, limits.maxVolumes());
            if (seen.size() > most) {
                throw new UnsupportedImageException(
                        "more than %d logical partitions".formatted(most));
            }
            if (at > (disk.size() - 512) / sectorSize) {
                throw new CorruptImageException(
                        "the extended boot record at sector %d lies outside the disk"
                                .formatted(at));
            }
            disk.read(at * sectorSize, sector, 0, 512);
            if (!isSigned(sector)) {
                throw new CorruptImageException(
                        "the extended boot record at sector %d does not end with 55AA"
                                .formatted(at));
            }
            Entry logical = Entry.at(sector, 0);
            if (logical.isUsed()) {
                long start = at + logical.start();
                partitions.add(partition(disk, first, number, logical, start, sectorSize));
                number++;
            }
            Entry next = Entry.at(sector, 1);
            if (!next.isUsed()) {
                return;
            }
            at = extended.start() + next.start();
        }
    }

    private static Partition partition(
            BlockDevice disk, byte[] first, int number, Entry entry, long start, int sectorSize)
            throws CorruptImageException {
        long signature = Bytes.u32le(first, SIGNATURE);
        Ranges.check(
                "partition " + number, start * sectorSize, entry.count() * sectorSize, disk.size());
        var kind = entry.type() == 0x41 ? Partition.Kind.BOOT_CODE : Partition.Kind.ORDINARY;
        return new Partition(
                "p" + number,
                "",
                signature == 0 ? "" : "%08x-%02x".formatted(signature, number),
                "0x%02x".formatted(entry.type()),
                kind,
                start * sectorSize,
                entry.count() * sectorSize);
    }
}
