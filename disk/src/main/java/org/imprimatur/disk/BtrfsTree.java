package org.imprimatur.disk;

import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The trees of one btrfs. Every node is verified when it is read: its checksum, file system,
 * address, level, generation, the order of its keys, and that they lie in the range that its parent
 * gave it. So no search can come to one node twice, and each ends.
 */
final class BtrfsTree {

    /** Where a tree begins. */
    record Root(long address, int level, long generation) {}

    /** Takes the items of a tree in the order of their keys. */
    @FunctionalInterface
    interface ItemSink {

        /**
         * Takes an item whose content is {@code node[at .. at + size)}; the array is shared and
         * must not be written to. Returns false to end the search.
         */
        boolean accept(BtrfsKey key, byte[] node, int at, int size) throws IOException;
    }

    private static final int HEAD = 101;
    private static final int ITEM = 25;
    private static final int POINTER = 33;
    private static final int MAX_LEVEL = 7;
    private static final long CACHE_BYTES = 16 << 20;

    private final BlockDevice device;
    private final BtrfsChunks chunks;
    private final BtrfsChecksum checksum;
    private final int nodeSize;
    private final UUID id;
    private final BlockCache nodes;

    BtrfsTree(BlockDevice device, BtrfsChunks chunks, BtrfsSuperblock superblock) {
        this.device = device;
        this.chunks = chunks;
        this.checksum = superblock.checksum();
        this.nodeSize = superblock.nodeSize();
        this.id = superblock.metadataId();
        this.nodes = new BlockCache(CACHE_BYTES, nodeSize);
    }

    /** Gives all items with keys from {@code from} to {@code to}, both included, to the sink. */
    void scan(Root root, BtrfsKey from, BtrfsKey to, ItemSink sink) throws IOException {
        new Search(from, to, false, sink).start(root);
    }

    /** The same, beginning with the last item before {@code from} where none has that key. */
    void scanFromBefore(Root root, BtrfsKey from, BtrfsKey to, ItemSink sink) throws IOException {
        new Search(from, to, true, sink).start(root);
    }

    private final class Search {

        private final BtrfsKey from;
        private final BtrfsKey to;
        private final boolean before;
        private final ItemSink sink;

        Search(BtrfsKey from, BtrfsKey to, boolean before, ItemSink sink) {
            this.from = from;
            this.to = to;
            this.before = before;
            this.sink = sink;
        }

        void start(Root root) throws IOException {
            if (root.level() > MAX_LEVEL) {
                throw new CorruptImageException(
                        "a tree of btrfs has %d levels, not at most %d"
                                .formatted(root.level(), MAX_LEVEL));
            }
            visit(root, null, null);
        }

        /**
         * @param first the key that the node must begin with, if its parent told one
         * @param limit all keys must come before it
         */
        private boolean visit(Root here, @Nullable BtrfsKey first, @Nullable BtrfsKey limit)
                throws IOException {
            byte[] node = node(here);
            int count = Bytes.i32le(node, 96);
            int step = here.level() == 0 ? ITEM : POINTER;
            if (count == 0) {
                if (first != null || here.level() > 0) {
                    throw damaged(here, "is empty");
                }
                return true;
            }
            if (first != null && BtrfsKey.compare(node, HEAD, first) != 0) {
                throw damaged(here, "does not begin with the key " + first);
            }
            if (limit != null && BtrfsKey.compare(node, HEAD + (count - 1) * step, limit) >= 0) {
                throw damaged(here, "has keys beyond " + limit);
            }
            int slot = floor(node, count, step);
            return here.level() == 0
                    ? items(node, slot, count)
                    : children(node, slot, count, here, limit);
        }

        private boolean children(
                byte[] node, int start, int count, Root here, @Nullable BtrfsKey limit)
                throws IOException {
            for (int slot = Math.max(0, start); slot < count; slot++) {
                int at = HEAD + POINTER * slot;
                if (slot > start && BtrfsKey.compare(node, at, to) > 0) {
                    return false;
                }
                var child =
                        new Root(
                                Bytes.i64le(node, at + 17),
                                here.level() - 1,
                                Bytes.i64le(node, at + 25));
                BtrfsKey next = slot + 1 < count ? BtrfsKey.read(node, at + POINTER) : limit;
                if (!visit(child, BtrfsKey.read(node, at), next)) {
                    return false;
                }
            }
            return true;
        }

        private boolean items(byte[] node, int floor, int count) throws IOException {
            int slot = Math.max(0, floor);
            if (floor >= 0 && !before && BtrfsKey.compare(node, HEAD + ITEM * floor, from) < 0) {
                slot++;
            }
            for (; slot < count; slot++) {
                int at = HEAD + ITEM * slot;
                if (BtrfsKey.compare(node, at, to) > 0
                        || !sink.accept(
                                BtrfsKey.read(node, at),
                                node,
                                HEAD + Bytes.i32le(node, at + 17),
                                Bytes.i32le(node, at + 21))) {
                    return false;
                }
            }
            return true;
        }

        /** The last place whose key is not behind {@code from}; -1 when all are. */
        private int floor(byte[] node, int count, int step) {
            int low = 0;
            int high = count;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (BtrfsKey.compare(node, HEAD + step * middle, from) <= 0) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low - 1;
        }
    }

    private static CorruptImageException damaged(Root here, String what) {
        return new CorruptImageException(
                "the btrfs node at address %s %s"
                        .formatted(Long.toUnsignedString(here.address()), what));
    }

    private byte[] node(Root wanted) throws IOException {
        long number = Long.divideUnsigned(wanted.address(), nodeSize);
        byte[] node = nodes.find(number);
        if (node == null || Bytes.i64le(node, 48) != wanted.address()) {
            node = load(wanted);
            nodes.keep(number, node);
        }
        if (Bytes.u8(node, 100) != wanted.level()) {
            throw damaged(
                    wanted,
                    "is of level %d, not %d".formatted(Bytes.u8(node, 100), wanted.level()));
        }
        if (Bytes.i64le(node, 80) != wanted.generation()) {
            throw damaged(
                    wanted,
                    "is of generation %d, not %d"
                            .formatted(Bytes.i64le(node, 80), wanted.generation()));
        }
        return node;
    }

    /** The first copy of a node that is good. */
    private byte[] load(Root wanted) throws IOException {
        BtrfsChunks.Chunk chunk = chunks.at(wanted.address());
        long within = wanted.address() - chunk.logical();
        Ranges.check("a btrfs node", within, nodeSize, chunk.length());
        byte[] node = new byte[nodeSize];
        CorruptImageException fault = null;
        for (long copy : chunk.copies()) {
            try {
                device.read(copy + within, node, 0, nodeSize);
                check(wanted, node);
                return node;
            } catch (CorruptImageException e) {
                if (fault == null) {
                    fault = e;
                }
            }
        }
        throw fault != null ? fault : damaged(wanted, "is nowhere");
    }

    private void check(Root wanted, byte[] node) throws CorruptImageException {
        if (!checksum.matches(node, 32, nodeSize, node, 0)) {
            throw damaged(wanted, "does not have the checksum that it says");
        }
        if (Bytes.i64le(node, 48) != wanted.address() || !Bytes.uuid(node, 32).equals(id)) {
            throw damaged(wanted, "belongs elsewhere");
        }
        long count = Bytes.u32le(node, 96);
        boolean leaf = Bytes.u8(node, 100) == 0;
        int step = leaf ? ITEM : POINTER;
        if (count > (nodeSize - HEAD) / step) {
            throw damaged(wanted, "says that it has %d entries".formatted(count));
        }
        for (int slot = 0; slot < count; slot++) {
            int at = HEAD + slot * step;
            if (slot > 0 && BtrfsKey.compare(node, at - step, at) >= 0) {
                throw damaged(wanted, "has keys out of order in entry %d".formatted(slot));
            }
            if (leaf) {
                long offset = Bytes.u32le(node, at + 17);
                long size = Bytes.u32le(node, at + 21);
                if (offset < count * ITEM || offset + size > nodeSize - HEAD) {
                    throw damaged(
                            wanted,
                            "has an item of %d bytes at %d in entry %d"
                                    .formatted(size, offset, slot));
                }
            }
        }
    }
}
