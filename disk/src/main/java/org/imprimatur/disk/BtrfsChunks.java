package org.imprimatur.disk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Where on the device the logical addresses of btrfs are. */
final class BtrfsChunks {

    private static final long RAID0 = 0x8;
    private static final long RAID1 = 0x10;
    private static final long DUP = 0x20;
    private static final long RAID10 = 0x40;
    private static final long RAID5 = 0x80;
    private static final long RAID6 = 0x100;
    private static final long RAID1C3 = 0x200;
    private static final long RAID1C4 = 0x400;
    private static final long PROFILES = 0x7f8;

    private static final int HEAD = 48;
    private static final int STRIPE = 32;
    private static final int MAX_CHUNKS = 1 << 20;

    /** All copies of a run of logical addresses that are on this device. */
    record Chunk(long logical, long length, long type, long[] copies) {

        long end() {
            return logical + length;
        }
    }

    /** A place of one copy of a chunk. */
    record Copy(long physical, Chunk chunk) {}

    private final long deviceId;
    private final long deviceBytes;
    private final TreeMap<Long, Chunk> chunks = new TreeMap<>();

    BtrfsChunks(long deviceId, long deviceBytes) {
        this.deviceId = deviceId;
        this.deviceBytes = deviceBytes;
    }

    /** The keys and chunks that stand in the superblock. */
    void addSystemChunks(byte[] array) throws CorruptImageException {
        int at = 0;
        while (at < array.length) {
            if (array.length - at < 17 + HEAD + STRIPE || Bytes.u8(array, at + 8) != 228) {
                throw new CorruptImageException(
                        "the system chunks of btrfs end in %d bytes that are no chunk"
                                .formatted(array.length - at));
            }
            long logical = Bytes.i64le(array, at + 9);
            at += 17;
            at += add(logical, array, at, array.length - at);
        }
    }

    /**
     * Takes a chunk, unless it is known.
     *
     * @return how many bytes it has
     */
    int add(long logical, byte[] bytes, int at, int room) throws CorruptImageException {
        int stripes = room < HEAD ? 0 : Bytes.u16le(bytes, at + 44);
        int size = HEAD + STRIPE * stripes;
        if (stripes == 0 || size > room) {
            throw new CorruptImageException(
                    "the chunk of btrfs at address %d has %d stripes in %d bytes"
                            .formatted(logical, stripes, room));
        }
        long length = Bytes.i64le(bytes, at);
        if (logical < 0 || length <= 0 || logical > Long.MAX_VALUE - length) {
            throw new CorruptImageException(
                    "a chunk of btrfs has %d bytes at address %d".formatted(length, logical));
        }
        long[] copies = new long[stripes];
        int count = 0;
        for (int i = 0; i < stripes; i++) {
            int stripe = at + HEAD + STRIPE * i;
            if (Bytes.i64le(bytes, stripe) == deviceId) {
                copies[count++] = Bytes.i64le(bytes, stripe + 8);
            }
        }
        long type = Bytes.i64le(bytes, at + 24);
        var chunk = new Chunk(logical, length, type, Arrays.copyOf(copies, count));
        if (isReadable(chunk, stripes)) {
            for (long copy : chunk.copies()) {
                Ranges.check("a chunk of btrfs", copy, length, deviceBytes);
            }
        } else {
            chunk = new Chunk(logical, length, type, new long[0]);
        }
        Chunk before = floor(logical);
        Map.Entry<Long, Chunk> after = chunks.higherEntry(logical);
        if (before != null && before.logical() == logical && before.length() == length) {
            return size;
        }
        if (before != null && before.end() > logical
                || after != null && after.getKey() < chunk.end()) {
            throw new CorruptImageException(
                    "the chunk of btrfs at address %d overlaps another".formatted(logical));
        }
        chunks.put(logical, chunk);
        if (chunks.size() > MAX_CHUNKS) {
            throw new CorruptImageException("btrfs with more than %d chunks".formatted(MAX_CHUNKS));
        }
        return size;
    }

    /** Whether every copy holds the whole chunk. */
    private static boolean isReadable(Chunk chunk, int stripes) {
        long profile = chunk.type() & PROFILES;
        return profile == 0 && stripes == 1
                || profile == RAID0 && stripes == 1
                || profile == DUP
                || profile == RAID1
                || profile == RAID1C3
                || profile == RAID1C4;
    }

    private @Nullable Chunk floor(long logical) {
        Map.Entry<Long, Chunk> entry = chunks.floorEntry(logical);
        return entry == null ? null : entry.getValue();
    }

    /** The chunk in which an address lies; it has at least one copy. */
    Chunk at(long logical) throws ImageException {
        Chunk chunk = floor(logical);
        if (chunk == null || logical >= chunk.end()) {
            throw new CorruptImageException(
                    "no chunk of btrfs has the address %s"
                            .formatted(Long.toUnsignedString(logical)));
        }
        if (chunk.copies().length == 0) {
            throw new UnsupportedImageException(unreadable(chunk));
        }
        return chunk;
    }

    /** One sentence for each kind of chunk that cannot be read. */
    List<String> unreadable() {
        return chunks.values().stream()
                .filter(chunk -> chunk.copies().length == 0)
                .map(BtrfsChunks::unreadable)
                .distinct()
                .toList();
    }

    private static String unreadable(Chunk chunk) {
        long profile = chunk.type() & PROFILES;
        String name =
                profile == RAID0
                        ? "RAID0"
                        : profile == RAID10
                                ? "RAID10"
                                : profile == RAID5
                                        ? "RAID5"
                                        : profile == RAID6
                                                ? "RAID6"
                                                : "no copy on this device (profile 0x%x)"
                                                        .formatted(profile);
        return "btrfs keeps a part of its content as %s, for which there is no reader"
                .formatted(name);
    }

    /** Every copy of every chunk in the order of the device. */
    List<Copy> copies() {
        var copies = new ArrayList<Copy>();
        for (Chunk chunk : chunks.values()) {
            for (long copy : chunk.copies()) {
                copies.add(new Copy(copy, chunk));
            }
        }
        copies.sort(Comparator.comparingLong(Copy::physical));
        return copies;
    }
}
