package org.imprimatur.disk;

import java.io.IOException;

/** The parts of the device that btrfs has given to nothing. */
final class BtrfsSpace {

    /** What btrfs leaves to boot loaders at the start of a device. */
    private static final long RESERVED = 1 << 20;

    private final BlockDevice device;
    private final BtrfsTree tree;
    private final BtrfsTree.Root extents;
    private final BtrfsChunks chunks;
    private final BtrfsSuperblock superblock;

    BtrfsSpace(
            BlockDevice device,
            BtrfsTree tree,
            BtrfsTree.Root extents,
            BtrfsChunks chunks,
            BtrfsSuperblock superblock) {
        this.device = device;
        this.tree = tree;
        this.extents = extents;
        this.chunks = chunks;
        this.superblock = superblock;
    }

    void tell(RangeSink sink) throws IOException {
        var free = new Free(sink);
        for (BtrfsChunks.Copy copy : chunks.copies()) {
            if (copy.physical() < free.at) {
                if (copy.physical() >= RESERVED) {
                    throw new CorruptImageException(
                            "two chunks of btrfs share the place %d".formatted(copy.physical()));
                }
            }
            free.until(copy.physical());
            BtrfsChunks.Chunk chunk = copy.chunk();
            long shift = copy.physical() - chunk.logical();
            tree.scanFromBefore(
                    extents,
                    new BtrfsKey(chunk.logical(), 0, 0),
                    new BtrfsKey(chunk.end() - 1, 255, -1),
                    (key, _, _, _) -> {
                        long length =
                                key.type() == BtrfsKey.EXTENT
                                        ? key.offset()
                                        : key.type() == BtrfsKey.METADATA_EXTENT
                                                ? superblock.nodeSize()
                                                : 0;
                        if (length == 0 || key.object() < chunk.logical()) {
                            return true;
                        }
                        Ranges.check(
                                "an extent",
                                key.object() - chunk.logical(),
                                length,
                                chunk.length());
                        if (key.object() + shift < free.at) {
                            throw new CorruptImageException(
                                    "two extents of btrfs share the address %d"
                                            .formatted(key.object()));
                        }
                        free.until(key.object() + shift);
                        free.used(key.object() + shift + length);
                        return true;
                    });
            free.until(copy.physical() + chunk.length());
        }
        free.until(device.size());
    }

    /** What is free, from the start of the device on. */
    private static final class Free {

        private final RangeSink sink;

        /** All before this was told or is in use. */
        private long at = RESERVED;

        Free(RangeSink sink) {
            this.sink = sink;
        }

        void used(long end) {
            at = Math.max(at, end);
        }

        /** All up to here is free, but for copies of the superblock. */
        void until(long end) throws IOException {
            for (long place : BtrfsSuperblock.PLACES) {
                if (place + BtrfsSuperblock.SIZE > at && place < end) {
                    give(place);
                    used(place + BtrfsSuperblock.SIZE);
                }
            }
            give(end);
        }

        private void give(long end) throws IOException {
            if (at < end) {
                sink.accept(at, end - at);
                at = end;
            }
        }
    }
}
