package org.imprimatur.disk;

import java.io.IOException;

/**
 * Space on the disk that nothing in use lies in: what it still holds was deleted, or put there past
 * every file system.
 */
public final class FreeSpace {

    /** Whose space it is. */
    public enum Kind {
        /** Blocks that a file system has not given to any file, and what lies behind its end. */
        FILE_SYSTEM,
        /** Extents that a volume group has not given to any logical volume. */
        VOLUME_GROUP,
        /** What lies between the partitions and behind the last one. */
        DISK
    }

    /** Where the parts are. */
    @FunctionalInterface
    interface Parts {
        void tell(RangeSink sink) throws IOException;
    }

    private static final int CHUNK = 1 << 18;

    private final Kind kind;
    private final String where;
    private final BlockDevice device;
    private final Parts parts;

    FreeSpace(Kind kind, String where, BlockDevice device, Parts parts) {
        this.kind = kind;
        this.where = where;
        this.device = device;
        this.parts = parts;
    }

    public Kind kind() {
        return kind;
    }

    /** The volume that the space belongs to by its id, or {@code disk}. */
    public String where() {
        return where;
    }

    /**
     * Gives all that may hold anything but zeros to the sink, in the order of the volume, at
     * offsets of the volume. Holes are not read.
     *
     * @return how many bytes of free space there are, holes included
     * @throws ImageException when it cannot be told for certain which space is free; what lies
     *     before the damaged place was given to the sink
     */
    public long read(ByteSink sink) throws IOException {
        byte[] buffer = new byte[(int) Math.min(CHUNK, Math.max(1, device.size()))];
        long[] total = new long[1];
        parts.tell(
                (offset, length) -> {
                    Ranges.check("free space", offset, length, device.size());
                    total[0] += length;
                    long end = offset + length;
                    long at = device.nextData(offset);
                    while (at < end) {
                        long hole = Math.min(end, device.nextHole(at));
                        while (at < hole) {
                            int step = (int) Math.min(buffer.length, hole - at);
                            device.read(at, buffer, 0, step);
                            sink.accept(at, buffer, 0, step);
                            at += step;
                        }
                        at = device.nextData(at);
                    }
                });
        return total[0];
    }
}
