package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a disk says about its parts: GPT, MBR or nothing.
 *
 * @param scheme {@code gpt}, {@code mbr} or {@code none}
 * @param partitions in the order of the disk; never empty
 * @param unread what of the table could not be read or believed
 */
record PartitionTable(
        String scheme, List<Partition> partitions, List<Unread> unread, List<Note> notes) {

    private static final long ISO_DESCRIPTOR = 16 * 2048;

    /** A part of the disk, from start to before end, that no partition covers. */
    record Gap(long start, long end) {}

    static PartitionTable read(BlockDevice disk, Limits limits) throws IOException {
        byte[] first = new byte[512];
        disk.read(0, first, 0, (int) Math.min(512, disk.size()));
        PartitionTable table;
        if (Gpt.isPresent(disk, first)) {
            table = Gpt.read(disk, first, limits);
        } else if (Mbr.isPresent(first)) {
            table = Mbr.read(disk, first, limits);
        } else {
            return none(disk, List.of());
        }
        byte[] descriptor = new byte[6];
        if (disk.size() >= ISO_DESCRIPTOR + 6) {
            disk.read(ISO_DESCRIPTOR, descriptor, 0, 6);
        }
        return Bytes.has(descriptor, 1, "CD001")
                ? table.withIso(disk, IsoDescriptors.read(disk).primary().size())
                : table.withOverlapsReported().withWholeDiskChecked(disk);
    }

    static PartitionTable none(BlockDevice disk, List<Unread> unread) {
        var whole =
                new Partition("disk", "", "whole disk", Partition.Kind.WHOLE_DISK, 0, disk.size());
        return new PartitionTable("none", List.of(whole), unread, List.of());
    }

    /** Sorts the partitions. */
    static PartitionTable of(
            String scheme, List<Partition> found, List<Unread> unread, List<Note> notes) {
        var partitions = new ArrayList<>(found);
        partitions.sort((one, other) -> Long.compare(one.offset(), other.offset()));
        return new PartitionTable(
                scheme, List.copyOf(partitions), List.copyOf(unread), List.copyOf(notes));
    }

    /** Reports partitions that overlap: one of them is not what it seems. */
    private PartitionTable withOverlapsReported() {
        var more = new ArrayList<>(unread);
        long end = 0;
        String last = "";
        for (Partition partition : partitions) {
            if (partition.offset() < end) {
                more.add(
                        new Unread(
                                partition.id(),
                                "begins at offset %d, inside %s, which ends at %d"
                                        .formatted(partition.offset(), last, end)));
            }
            if (partition.offset() + partition.size() > end) {
                end = partition.offset() + partition.size();
                last = partition.id();
            }
        }
        return new PartitionTable(scheme, partitions, List.copyOf(more), notes);
    }

    /**
     * An image for a CD may also be one for a USB stick: an ISO 9660 file system, with a partition
     * table in the 32 KiB that it leaves free at its start. The file system becomes a volume of its
     * own beside the partitions; one that begins where it begins is the same.
     */
    private PartitionTable withIso(BlockDevice disk, long size) throws IOException {
        var all = new ArrayList<Partition>();
        all.add(
                new Partition(
                        "iso",
                        "",
                        "ISO 9660 beside the partition table",
                        Partition.Kind.ORDINARY,
                        0,
                        Math.min(size, disk.size())));
        var more = new ArrayList<>(notes);
        for (Partition partition : partitions) {
            boolean inside = partition.offset() + partition.size() <= size;
            if (partition.offset() == 0
                    || partition.offset() < size && !inside && isUnknown(disk, partition)) {
                more.add(
                        new Note(
                                partition.id(),
                                "the partition covers the ISO 9660 file system, and was read as that and what lies behind it"));
            } else if (inside && partition.kind() == Partition.Kind.ORDINARY) {
                all.add(
                        new Partition(
                                partition.id(),
                                partition.name(),
                                partition.type(),
                                Partition.Kind.IN_ISO,
                                partition.offset(),
                                partition.size()));
            } else {
                all.add(partition);
            }
        }
        return of(scheme, all, unread, more);
    }

    private static boolean isUnknown(BlockDevice disk, Partition partition) throws IOException {
        BlockDevice device = disk.slice(partition.offset(), partition.size());
        return VolumeProbe.fileSystemAcross(device).isEmpty();
    }

    /**
     * A disk may be made that is a file system for one reader and a partition table for another;
     * whoever reads only one of the two has not seen it all.
     */
    private PartitionTable withWholeDiskChecked(BlockDevice disk) throws IOException {
        String other = VolumeProbe.fileSystemAcross(disk);
        if (other.isEmpty()) {
            return this;
        }
        var more = new ArrayList<>(unread);
        more.add(
                new Unread(
                        "disk",
                        "holds a partition table (%s) and at once, across the whole disk, %s, which was not read"
                                .formatted(scheme, other)));
        return new PartitionTable(scheme, partitions, List.copyOf(more), notes);
    }

    /** The parts that no volume covers, without the places of the partition tables themselves. */
    static List<Gap> gaps(BlockDevice disk, List<Volume> volumes) throws IOException {
        if (volumes.size() == 1 && volumes.getFirst().size() == disk.size()) {
            return List.of();
        }
        var taken = new ArrayList<>(Gpt.places(disk));
        taken.add(new Gap(0, 512));
        for (Volume volume : volumes) {
            taken.add(new Gap(volume.offset(), volume.offset() + volume.size()));
        }
        taken.sort((one, other) -> Long.compare(one.start(), other.start()));
        var gaps = new ArrayList<Gap>();
        long at = 0;
        for (Gap each : taken) {
            if (each.start() > at) {
                gaps.add(new Gap(at, each.start()));
            }
            at = Math.max(at, each.end());
        }
        if (at < disk.size()) {
            gaps.add(new Gap(at, disk.size()));
        }
        return gaps;
    }
}
