package org.imprimatur.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The GUID partition table (UEFI specification, chapter 5.3). Both copies are read and their
 * checksums verified; where they disagree, that is reported and the first good one used.
 */
final class Gpt {

    private static final int HEADER = 92;
    private static final long MAX_ENTRIES = 1024;
    private static final int[] SECTOR_SIZES = {512, 4096};

    /** The types met on disks of guests; any other is shown as its GUID. */
    private static final Map<UUID, String> TYPES =
            Map.ofEntries(
                    type("21686148-6449-6e6f-744e-656564454649", "BIOS boot"),
                    type("9e1a2d38-c612-4316-aa26-8b49521e5a8b", "PowerPC PReP boot"),
                    type("c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "EFI system"),
                    type("0fc63daf-8483-4772-8e79-3d69d8477de4", "Linux file system"),
                    type("4f68bce3-e8cd-4db1-96e7-fbcaf984b709", "Linux root (x86-64)"),
                    type("b921b045-1df0-41c3-af44-4c6f280d3fae", "Linux root (ARM64)"),
                    type("44479540-f297-41b2-9af7-d131d5f0458a", "Linux root (x86)"),
                    type("933ac7e1-2eb4-4f13-b844-0e14e2aef915", "Linux home"),
                    type("3b8f8425-20e0-4f3b-907f-1a25a76f98e8", "Linux server data"),
                    type("bc13c2ff-59e6-4262-a352-b275fd6f7172", "Linux extended boot"),
                    type("0657fd6d-a4ab-43c4-84e5-0933c84b4f4f", "Linux swap"),
                    type("e6d6d379-f507-44c2-a23c-238f2a3df928", "Linux LVM"),
                    type("a19d880f-05fc-4d3b-a006-743f0f84911e", "Linux RAID"),
                    type("ca7d7ccb-63ed-4c53-861c-1742536059cc", "Linux LUKS"),
                    type("ebd0a0a2-b9e5-4433-87c0-68b6b72699c7", "Microsoft basic data"));

    private Gpt() {}

    private static Map.Entry<UUID, String> type(String guid, String name) {
        return Map.entry(UUID.fromString(guid), name);
    }

    /** A header whose own checksum is right. */
    private record Header(
            int sectorSize, long at, long other, long entries, int count, int entrySize, int crc) {

        long entriesOffset() {
            return entries * sectorSize;
        }

        int entriesLength() {
            return count * entrySize;
        }
    }

    static boolean isPresent(BlockDevice disk, byte[] first) throws IOException {
        if (Mbr.isProtective(first)) {
            return true;
        }
        for (int sectorSize : SECTOR_SIZES) {
            if (hasMagic(disk, sectorSize) || hasMagic(disk, lastSector(disk, sectorSize))) {
                return true;
            }
        }
        return false;
    }

    private static long lastSector(BlockDevice disk, int sectorSize) {
        return (disk.size() / sectorSize - 1) * sectorSize;
    }

    private static boolean hasMagic(BlockDevice disk, long offset) throws IOException {
        if (offset < 512 || offset > disk.size() - 512) {
            return false;
        }
        byte[] magic = new byte[8];
        disk.read(offset, magic, 0, 8);
        return Bytes.has(magic, 0, "EFI PART");
    }

    static PartitionTable read(BlockDevice disk, byte[] first, Limits limits) throws IOException {
        var unread = new ArrayList<Unread>();
        var notes = new ArrayList<Note>();
        int sectorSize = sectorSize(disk);
        Header primary = null;
        byte[] primaryEntries = null;
        Header backup = null;
        byte[] backupEntries = null;
        try {
            primary = header(disk, sectorSize, 1);
            primaryEntries = entries(disk, primary);
        } catch (ImageException e) {
            unread.add(new Unread("GPT", "the primary table is damaged: " + e.explanation()));
        }
        try {
            backup = header(disk, sectorSize, backupSector(disk, sectorSize, primary));
            backupEntries = entries(disk, backup);
        } catch (ImageException e) {
            unread.add(new Unread("GPT", "the backup table is damaged: " + e.explanation()));
        }
        Header header = primary;
        byte[] entries = primaryEntries;
        if (header == null || entries == null) {
            header = backup;
            entries = backupEntries;
        } else if (backup != null
                && backupEntries != null
                && !Arrays.equals(entries, backupEntries)) {
            unread.add(new Unread("GPT", "the primary and the backup table name other partitions"));
        }
        if (header == null || entries == null) {
            throw new CorruptImageException(
                    "no GPT that could be read: %s; %s"
                            .formatted(unread.getFirst().reason(), unread.getLast().reason()));
        }
        if (!Mbr.isProtective(first)) {
            notes.add(new Note("GPT", "no protective MBR stands before the table"));
        }
        var partitions = new ArrayList<>(partitions(disk, header, entries, limits, unread));
        List<Partition> beside = List.of();
        try {
            beside = Mbr.beside(disk, first, sectorSize);
        } catch (CorruptImageException e) {
            unread.add(new Unread("GPT", "the MBR before it is damaged: " + e.explanation()));
        }
        for (Partition each : beside) {
            boolean known =
                    partitions.stream()
                            .anyMatch(
                                    one ->
                                            one.offset() == each.offset()
                                                    && one.size() == each.size());
            if (!known) {
                notes.add(
                        new Note(each.id(), "a partition that only the MBR before the GPT names"));
                partitions.add(each);
            }
        }
        return PartitionTable.of("gpt", partitions, unread, notes);
    }

    private static int sectorSize(BlockDevice disk) throws IOException {
        for (int sectorSize : SECTOR_SIZES) {
            if (hasMagic(disk, sectorSize)) {
                return sectorSize;
            }
        }
        return hasMagic(disk, lastSector(disk, 512)) || !hasMagic(disk, lastSector(disk, 4096))
                ? 512
                : 4096;
    }

    /** Where the primary header says, or in the last sector: images are often made larger. */
    private static long backupSector(BlockDevice disk, int sectorSize, @Nullable Header primary) {
        return primary == null ? disk.size() / sectorSize - 1 : primary.other();
    }

    private static Header header(BlockDevice disk, int sectorSize, long sector) throws IOException {
        if (sector < 1 || sector > disk.size() / sectorSize - 1) {
            throw new CorruptImageException(
                    "its header should be in sector %d of a disk of %d"
                            .formatted(sector, disk.size() / sectorSize));
        }
        byte[] bytes = new byte[512];
        disk.read(sector * sectorSize, bytes, 0, 512);
        if (!Bytes.has(bytes, 0, "EFI PART")) {
            throw new CorruptImageException("no 'EFI PART' in sector " + sector);
        }
        long size = Bytes.u32le(bytes, 12);
        if (size < HEADER || size > 512) {
            throw new CorruptImageException("a header of %d bytes, not 92 to 512".formatted(size));
        }
        int expected = Bytes.i32le(bytes, 16);
        Arrays.fill(bytes, 16, 20, (byte) 0);
        check("header", expected, bytes, (int) size);
        long self = Bytes.i64le(bytes, 24);
        if (self != sector) {
            throw new CorruptImageException(
                    "the header in sector %d says that it is in sector %d".formatted(sector, self));
        }
        long entries = Bytes.i64le(bytes, 72);
        long count = Bytes.u32le(bytes, 80);
        long entrySize = Bytes.u32le(bytes, 84);
        if (count > MAX_ENTRIES || entrySize < 128 || entrySize > 4096 || entrySize % 128 != 0) {
            throw new CorruptImageException(
                    "%d entries of %d bytes, not at most %d of 128, 256, … 4096"
                            .formatted(count, entrySize, MAX_ENTRIES));
        }
        if (entries < 0 || entries > disk.size() / sectorSize) {
            throw new CorruptImageException("the entries lie outside the disk");
        }
        Ranges.check("the table of entries", entries * sectorSize, count * entrySize, disk.size());
        return new Header(
                sectorSize,
                sector,
                Bytes.i64le(bytes, 32),
                entries,
                (int) count,
                (int) entrySize,
                Bytes.i32le(bytes, 88));
    }

    private static byte[] entries(BlockDevice disk, Header header) throws IOException {
        byte[] bytes = new byte[header.entriesLength()];
        disk.read(header.entriesOffset(), bytes, 0, bytes.length);
        check("table of entries", header.crc(), bytes, bytes.length);
        return bytes;
    }

    private static void check(String what, int expected, byte[] bytes, int length)
            throws CorruptImageException {
        var crc = new CRC32();
        crc.update(bytes, 0, length);
        if ((int) crc.getValue() != expected) {
            throw new CorruptImageException(
                    "the checksum of its %s is %08x, not %08x as it says"
                            .formatted(what, (int) crc.getValue(), expected));
        }
    }

    private static List<Partition> partitions(
            BlockDevice disk, Header header, byte[] entries, Limits limits, List<Unread> unread)
            throws CorruptImageException {
        var partitions = new ArrayList<Partition>();
        long sectors = disk.size() / header.sectorSize();
        for (int i = 0; i < header.count(); i++) {
            int at = i * header.entrySize();
            UUID guid = Bytes.guid(entries, at);
            if (guid.getMostSignificantBits() == 0 && guid.getLeastSignificantBits() == 0) {
                continue;
            }
            String id = "p" + (i + 1);
            long first = Bytes.i64le(entries, at + 32);
            long last = Bytes.i64le(entries, at + 40);
            if (first < 1 || last < first || last >= sectors) {
                throw new CorruptImageException(
                        "partition %d reaches from sector %d to %d of a disk of %d sectors"
                                .formatted(i + 1, first, last, sectors));
            }
            if (partitions.size() == limits.maxVolumes()) {
                unread.add(
                        new Unread(
                                id,
                                "more than %d partitions; this and those after it were not read"
                                        .formatted(limits.maxVolumes())));
                break;
            }
            String type = TYPES.getOrDefault(guid, guid.toString().toUpperCase(Locale.ROOT));
            boolean boot = type.equals("BIOS boot") || type.equals("PowerPC PReP boot");
            partitions.add(
                    new Partition(
                            id,
                            name(entries, at + 56),
                            Bytes.guid(entries, at + 16).toString(),
                            type,
                            boot ? Partition.Kind.BOOT_CODE : Partition.Kind.ORDINARY,
                            first * header.sectorSize(),
                            (last - first + 1) * header.sectorSize()));
        }
        return partitions;
    }

    private static String name(byte[] entries, int at) {
        String text = new String(entries, at, 72, StandardCharsets.UTF_16LE);
        int end = text.indexOf(0);
        return Escaped.of(end < 0 ? text : text.substring(0, end));
    }

    /** The sectors that good tables of this disk occupy themselves. */
    static List<PartitionTable.Gap> places(BlockDevice disk) throws IOException {
        var places = new ArrayList<PartitionTable.Gap>();
        int sectorSize = sectorSize(disk);
        Header primary = null;
        try {
            primary = header(disk, sectorSize, 1);
            add(places, primary);
            add(places, header(disk, sectorSize, backupSector(disk, sectorSize, primary)));
        } catch (ImageException _) {
            // A damaged table has been reported; its sectors count as data outside partitions.
        }
        return places;
    }

    private static void add(List<PartitionTable.Gap> places, Header header) {
        long start = header.at() * header.sectorSize();
        places.add(new PartitionTable.Gap(start, start + header.sectorSize()));
        places.add(
                new PartitionTable.Gap(
                        header.entriesOffset(), header.entriesOffset() + header.entriesLength()));
    }
}
