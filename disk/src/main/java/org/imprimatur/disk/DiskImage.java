package org.imprimatur.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An image file, opened: the disk that a guest would see, and what is on it.
 *
 * <p>The container format is told by its magic and never by the name of the file; what has no known
 * magic is taken for a raw disk, as a hypervisor would.
 */
public final class DiskImage implements Closeable {

    private final String format;
    private final BlockDevice disk;
    private final List<Volume> partitions;
    private final List<Volume> volumes;
    private final List<FreeSpace> freeExtents;
    private final List<Unread> unread;
    private final List<Note> notes;

    private DiskImage(
            String format,
            BlockDevice disk,
            List<Volume> partitions,
            List<Volume> logicalVolumes,
            List<FreeSpace> freeExtents,
            List<Unread> unread,
            List<Note> notes) {
        this.format = format;
        this.disk = disk;
        this.partitions = List.copyOf(partitions);
        var all = new ArrayList<>(partitions);
        all.addAll(logicalVolumes);
        this.volumes = List.copyOf(all);
        this.freeExtents = List.copyOf(freeExtents);
        this.unread = List.copyOf(unread);
        this.notes = List.copyOf(notes);
    }

    /**
     * Opens an image and looks into every volume.
     *
     * @throws ImageException when the container, the partition table, or a file system that fills
     *     the whole disk cannot be read; faults further inside are reported in {@link #unread()},
     *     {@link Volume#content()} and {@link FileSystem#faults()} instead
     */
    public static DiskImage open(Path file, Limits limits) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new UnsupportedImageException("'%s' is not a regular file".formatted(file));
        }
        BlockDevice device = FileDevice.open(file);
        try {
            return open(device, limits);
        } catch (IOException | RuntimeException | Error e) {
            device.close();
            throw e;
        }
    }

    /**
     * Opens the disk of an image alone, without a look at what is on it. Closing it closes the
     * file.
     *
     * @throws ImageException when the container cannot be read
     */
    public static BlockDevice openDisk(Path file, Limits limits) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new UnsupportedImageException("'%s' is not a regular file".formatted(file));
        }
        BlockDevice device = FileDevice.open(file);
        try {
            return Container.open(device, limits).disk();
        } catch (IOException | RuntimeException | Error e) {
            device.close();
            throw e;
        }
    }

    /** Opens an image that is already a device; closing the image closes the device. */
    static DiskImage open(BlockDevice file, Limits limits) throws IOException {
        Container container = Container.open(file, limits);
        var unread = new ArrayList<>(container.unread());
        var notes = new ArrayList<>(container.notes());
        PartitionTable table = PartitionTable.read(container.disk(), limits);
        unread.addAll(table.unread());
        notes.addAll(table.notes());
        var volumes = new ArrayList<Volume>();
        for (Partition partition : table.partitions()) {
            volumes.add(VolumeProbe.probe(container.disk(), partition, limits));
        }
        Lvm lvm = Lvm.assemble(volumes, limits);
        unread.addAll(lvm.unread());
        notes.addAll(lvm.notes());
        return new DiskImage(
                container.format(),
                container.disk(),
                lvm.partitions(),
                lvm.logicalVolumes(),
                lvm.freeSpace(),
                unread,
                notes);
    }

    /**
     * {@code raw}, {@code qcow2}, {@code vmdk}, {@code vhd}, {@code vhdx}, {@code vdi}, {@code
     * ova}.
     */
    public String format() {
        return format;
    }

    /** The disk that a guest would see. */
    public BlockDevice disk() {
        return disk;
    }

    /**
     * Every partition, or the whole disk where there is no table, in the order of the disk; behind
     * them the logical volumes on them.
     */
    public List<Volume> volumes() {
        return volumes;
    }

    /** What could not be read of the container and the partition table. */
    public List<Unread> unread() {
        return unread;
    }

    /** What is worth knowing of the container and the partition table, though it could be read. */
    public List<Note> notes() {
        return notes;
    }

    /**
     * Where the disk holds data that belongs to no partition: between the partitions, and behind
     * the last one. Partition tables themselves are left out, and so is a part that holds zeros
     * only, which is found by reading it.
     */
    public List<Note> outsidePartitions() throws IOException {
        var found = new ArrayList<Note>();
        for (PartitionTable.Gap gap : PartitionTable.gaps(disk, partitions)) {
            long at = ZeroSearch.firstNonZero(disk, gap.start(), gap.end());
            if (at < gap.end()) {
                found.add(
                        new Note(
                                "disk offset " + at,
                                "data outside every partition, between offsets %d and %d"
                                        .formatted(gap.start(), gap.end())));
            }
        }
        return found;
    }

    /**
     * All free space of the disk: of each file system that can be read, of volume groups, and
     * outside the partitions.
     */
    public List<FreeSpace> freeSpace() throws IOException {
        var spaces = new ArrayList<FreeSpace>();
        for (Volume volume : volumes) {
            if (volume.content() instanceof VolumeContent.FileSystemContent(FileSystem reader)) {
                spaces.add(
                        new FreeSpace(
                                FreeSpace.Kind.FILE_SYSTEM,
                                volume.id(),
                                volume.device(),
                                reader::unallocated));
            }
        }
        spaces.addAll(freeExtents);
        List<PartitionTable.Gap> gaps = PartitionTable.gaps(disk, partitions);
        spaces.add(
                new FreeSpace(
                        FreeSpace.Kind.DISK,
                        "disk",
                        disk,
                        sink -> {
                            for (PartitionTable.Gap gap : gaps) {
                                sink.accept(gap.start(), gap.end() - gap.start());
                            }
                        }));
        return spaces;
    }

    @Override
    public void close() throws IOException {
        disk.close();
    }
}
