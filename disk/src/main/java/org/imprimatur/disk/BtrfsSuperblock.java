package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The superblock of btrfs, and what its copies say. */
final class BtrfsSuperblock {

    static final int SIZE = 4096;

    /** Where the superblock and its copies stand, as far as the device reaches. */
    static final long[] PLACES = {64L << 10, 64L << 20, 256L << 30};

    private static final String MAGIC = "_BHRfS_M";
    private static final int SYSTEM_CHUNKS = 811;
    private static final int MAX_SYSTEM_CHUNKS = 2048;

    // Incompatible features.
    private static final long NO_HOLES = 0x200;
    private static final long METADATA_UUID = 0x400;
    private static final long ZONED = 0x1000;
    private static final long EXTENT_TREE_V2 = 0x2000;
    private static final long STRIPE_TREE = 0x4000;
    private static final long SIMPLE_QUOTA = 0x10000;

    /** All up to RAID1C34, and those that do not change where anything is. */
    private static final long KNOWN = 0xfff | SIMPLE_QUOTA;

    // Flags of the superblock.
    private static final long ERROR = 1 << 2;
    private static final long DUMP = 1L << 33 | 1L << 34;
    private static final long CHANGING_ID = 1L << 35 | 1L << 36;

    private final byte[] bytes;
    private final BtrfsChecksum checksum;
    private final List<Unread> faults = new ArrayList<>();
    private final List<Note> notes = new ArrayList<>();

    private BtrfsSuperblock(byte[] bytes, BtrfsChecksum checksum) {
        this.bytes = bytes;
        this.checksum = checksum;
    }

    /** Whether the start of a volume has the magic. */
    static boolean isPresent(byte[] head) {
        return Bytes.has(head, (int) PLACES[0] + 64, MAGIC);
    }

    /** The superblock, or where it is damaged the newest of its copies. */
    static BtrfsSuperblock read(BlockDevice device) throws IOException {
        var faults = new ArrayList<Unread>();
        var notes = new ArrayList<Note>();
        BtrfsSuperblock best = null;
        UnsupportedImageException unsupported = null;
        String damage = "";
        for (int i = 0; i < PLACES.length; i++) {
            if (PLACES[i] > device.size() - SIZE) {
                break;
            }
            BtrfsSuperblock found = null;
            String why;
            try {
                found = read(device, PLACES[i]);
                why = found == null ? "is not there" : "";
            } catch (CorruptImageException e) {
                why = e.explanation();
            } catch (UnsupportedImageException e) {
                if (i == 0) {
                    throw e;
                }
                unsupported = e;
                why = e.explanation();
            }
            if (i == 0 && found == null) {
                damage = why;
                faults.add(
                        new Unread("btrfs", "the first superblock " + why + "; a copy was used"));
            } else if (found == null) {
                if (best == null || PLACES[i] + SIZE <= best.totalBytes()) {
                    notes.add(
                            new Note(
                                    "btrfs",
                                    "the copy of the superblock at offset %d %s"
                                            .formatted(PLACES[i], why)));
                }
            } else if (best != null) {
                if (best.generation() != found.generation() || !best.id().equals(found.id())) {
                    notes.add(
                            new Note(
                                    "btrfs",
                                    "the copy of the superblock at offset %d is of generation %d, the first of %d"
                                            .formatted(
                                                    PLACES[i],
                                                    found.generation(),
                                                    best.generation())));
                }
            }
            if (found != null && (best == null || i > 0 && !damage.isEmpty())) {
                if (best == null || found.generation() > best.generation()) {
                    best = found;
                }
            }
        }
        if (best == null) {
            if (unsupported != null) {
                throw unsupported;
            }
            throw new CorruptImageException("the superblock of btrfs " + damage);
        }
        best.checkUse(device);
        best.faults.addAll(0, faults);
        best.notes.addAll(notes);
        return best;
    }

    private static @Nullable BtrfsSuperblock read(BlockDevice device, long place)
            throws IOException {
        byte[] bytes = new byte[SIZE];
        device.read(place, bytes, 0, SIZE);
        if (!Bytes.has(bytes, 64, MAGIC)) {
            return null;
        }
        BtrfsChecksum checksum = BtrfsChecksum.of(Bytes.u16le(bytes, 196));
        if (!checksum.matches(bytes, 32, SIZE, bytes, 0)) {
            throw new CorruptImageException("does not have the checksum that it says");
        }
        if (Bytes.i64le(bytes, 48) != place) {
            throw new CorruptImageException(
                    "says that it is at offset %d, not %d"
                            .formatted(Bytes.i64le(bytes, 48), place));
        }
        return new BtrfsSuperblock(bytes, checksum);
    }

    private void checkUse(BlockDevice device) throws ImageException {
        long incompatible = Bytes.i64le(bytes, 188);
        refuse(incompatible, ZONED, "the zoned feature");
        refuse(incompatible, EXTENT_TREE_V2, "the second form of the extent tree");
        refuse(incompatible, STRIPE_TREE, "the RAID stripe tree");
        if ((incompatible & ~KNOWN) != 0) {
            throw new UnsupportedImageException(
                    "btrfs with the unknown incompatible features 0x%x"
                            .formatted(incompatible & ~KNOWN));
        }
        refuse(flags(), DUMP, "the mark of a dump of metadata, which holds no content");
        long devices = Bytes.i64le(bytes, 136);
        if (devices != 1) {
            throw new UnsupportedImageException(
                    "btrfs over %s devices, where one is read"
                            .formatted(Long.toUnsignedString(devices)));
        }
        if (!isPower(sectorSize(), 512, 65536) || !isPower(nodeSize(), 4096, 65536)) {
            throw new CorruptImageException(
                    "btrfs with sectors of %d bytes and nodes of %d"
                            .formatted(Bytes.u32le(bytes, 144), Bytes.u32le(bytes, 148)));
        }
        if (nodeSize() < sectorSize()) {
            throw new CorruptImageException(
                    "btrfs with nodes of %d bytes, less than a sector of %d"
                            .formatted(nodeSize(), sectorSize()));
        }
        if (totalBytes() <= 0 || totalBytes() > device.size()) {
            throw new CorruptImageException(
                    "btrfs of %s bytes on a device of %d"
                            .formatted(Long.toUnsignedString(totalBytes()), device.size()));
        }
        if (Bytes.u32le(bytes, 160) > MAX_SYSTEM_CHUNKS) {
            throw new CorruptImageException(
                    "btrfs with %d bytes of system chunks, where there is room for %d"
                            .formatted(Bytes.u32le(bytes, 160), MAX_SYSTEM_CHUNKS));
        }
        if ((flags() & ERROR) != 0) {
            faults.add(new Unread("btrfs", "a system has met errors of this file system"));
        }
        if ((flags() & CHANGING_ID) != 0) {
            faults.add(new Unread("btrfs", "a change of its UUID was begun and not ended"));
        }
        if (Bytes.i64le(bytes, 96) != 0) {
            faults.add(
                    new Unread(
                            "btrfs",
                            "the log of synced files was not replayed: what was written last may be missing or old."
                                    + " Mount the disk writable and unmount it, and make the image again"));
        }
    }

    private static void refuse(long flags, long flag, String name)
            throws UnsupportedImageException {
        if ((flags & flag) != 0) {
            throw new UnsupportedImageException(
                    "btrfs with %s, for which there is no reader".formatted(name));
        }
    }

    private static boolean isPower(int number, int least, int most) {
        return Integer.bitCount(number) == 1 && number >= least && number <= most;
    }

    BtrfsChecksum checksum() {
        return checksum;
    }

    List<Unread> faults() {
        return faults;
    }

    List<Note> notes() {
        return List.copyOf(notes);
    }

    /** As it is known outside. */
    UUID id() {
        return Bytes.uuid(bytes, 32);
    }

    /** As it stands in every node. */
    UUID metadataId() {
        return Bytes.uuid(bytes, (Bytes.i64le(bytes, 188) & METADATA_UUID) != 0 ? 571 : 32);
    }

    Optional<String> label() {
        int end = 299;
        while (end < 299 + 256 && bytes[end] != 0) {
            end++;
        }
        return end == 299 ? Optional.empty() : Optional.of(Escaped.of(bytes, 299, end));
    }

    private long flags() {
        return Bytes.i64le(bytes, 56);
    }

    long generation() {
        return Bytes.i64le(bytes, 72);
    }

    boolean hasLog() {
        return Bytes.i64le(bytes, 96) != 0;
    }

    /** The size of the only device. */
    long totalBytes() {
        return Bytes.i64le(bytes, 209);
    }

    long deviceId() {
        return Bytes.i64le(bytes, 201);
    }

    int sectorSize() {
        return Bytes.i32le(bytes, 144);
    }

    int nodeSize() {
        return Bytes.i32le(bytes, 148);
    }

    long rootDirectory() {
        return Bytes.i64le(bytes, 128);
    }

    boolean hasNoHoles() {
        return (Bytes.i64le(bytes, 188) & NO_HOLES) != 0;
    }

    BtrfsTree.Root rootTree() {
        return new BtrfsTree.Root(Bytes.i64le(bytes, 80), Bytes.u8(bytes, 198), generation());
    }

    BtrfsTree.Root chunkTree() {
        return new BtrfsTree.Root(
                Bytes.i64le(bytes, 88), Bytes.u8(bytes, 199), Bytes.i64le(bytes, 164));
    }

    /** The chunks in which the chunk tree itself lies: keys, each with a chunk. */
    byte[] systemChunks() {
        return Arrays.copyOfRange(
                bytes, SYSTEM_CHUNKS, SYSTEM_CHUNKS + (int) Bytes.u32le(bytes, 160));
    }
}
