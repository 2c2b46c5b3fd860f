package org.imprimatur.disk;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The name of a disk's content, equal in every container format (docs/format.md, "Content tree").
 *
 * <p>The disk is cut into blocks of 65,536 bytes, the last one padded with zeros. The blocks are
 * the leaves of a Merkle tree as RFC 6962, section 2.1, has it. The leaves are kept, 32 bytes for
 * each block that is not zero, so that two trees can tell which blocks changed.
 */
public final class ContentTree {

    /** The bytes under one leaf. */
    public static final int BLOCK_SIZE = 65536;

    static final int HASH = 32;

    /** Leaves are handled by the perfect subtree of this height, 64 MiB of the disk. */
    private static final int SHARE_HEIGHT = 10;

    static final int SHARE = 1 << SHARE_HEIGHT;

    /** As much as stays in the processor's cache while it is copied and digested. */
    private static final int BLOCKS_AT_ONCE = 2;

    static final byte[] DOMAIN = "imprimatur/content-tree/v1\n".getBytes(StandardCharsets.US_ASCII);

    /** The hash of the perfect tree of each height whose blocks are all zero. */
    private static final byte[][] ZERO = zeroHashes();

    private final long diskSize;
    private final long leafCount;
    private final byte[] @Nullable [] shares;
    private final byte[] treeRoot;

    private ContentTree(
            long diskSize, long leafCount, byte[] @Nullable [] shares, byte[] treeRoot) {
        this.diskSize = diskSize;
        this.leafCount = leafCount;
        this.shares = shares;
        this.treeRoot = treeRoot;
    }

    /** A run of blocks. */
    public record BlockRange(long first, long count) {}

    /**
     * The tree of leaves that are known, by subtrees of {@link #SHARE} of them; null for one of
     * zeros.
     */
    static ContentTree ofLeaves(long diskSize, byte[] @Nullable [] shares) {
        long leafCount = leafCount(diskSize);
        var digest = Sha256.begin();
        byte[] nodes = new byte[SHARE * HASH];
        byte[] roots = new byte[shares.length * HASH];
        for (int share = 0; share < shares.length; share++) {
            int count = (int) Math.min(SHARE, leafCount - (long) share * SHARE);
            shareRoot(digest, shares[share], count, nodes, roots, share * HASH);
        }
        return new ContentTree(diskSize, leafCount, shares, treeRoot(roots, shares.length));
    }

    /** How many blocks a disk has. */
    static long leafCount(long diskSize) {
        return (diskSize + BLOCK_SIZE - 1) / BLOCK_SIZE;
    }

    /** Reads a disk in the calling thread. */
    public static ContentTree of(BlockDevice disk) throws IOException {
        var reading = new Reading(disk, _ -> {});
        reading.work();
        return reading.tree();
    }

    /**
     * Reads a disk with the help of several threads.
     *
     * @param workers runs the tasks; the calling thread waits for them
     * @param tasks how many tasks share the work: as many as processors may be used
     * @param progress is told how many bytes of the disk are done, holes included, by any thread
     */
    public static ContentTree of(
            BlockDevice disk, ExecutorService workers, int tasks, LongConsumer progress)
            throws IOException {
        var reading = new Reading(disk, progress);
        Callable<@Nullable Void> task =
                () -> {
                    reading.work();
                    return null;
                };
        try {
            for (Future<@Nullable Void> each :
                    workers.invokeAll(Collections.nCopies(Math.max(1, tasks), task))) {
                each.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the content tree was computed");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IOException(e);
            }
        }
        return reading.tree();
    }

    /** The size of the disk in bytes. */
    public long diskSize() {
        return diskSize;
    }

    /** How many blocks there are. */
    public long leafCount() {
        return leafCount;
    }

    /** The leaf hash of a block, a copy. */
    public byte[] leaf(long index) {
        if (index < 0 || index >= leafCount) {
            throw new IndexOutOfBoundsException("leaf %d of %d".formatted(index, leafCount));
        }
        byte[] share = shares[(int) (index >>> SHARE_HEIGHT)];
        if (share == null) {
            return ZERO[0].clone();
        }
        int at = (int) (index & SHARE - 1) * HASH;
        return Arrays.copyOfRange(share, at, at + HASH);
    }

    /** Whether a block is known to be all zeros. */
    public boolean isZero(long index) {
        byte[] share = shares[(int) (index >>> SHARE_HEIGHT)];
        int at = (int) (index & SHARE - 1) * HASH;
        return share == null || Arrays.equals(share, at, at + HASH, ZERO[0], 0, HASH);
    }

    /** The content root: it names the content of the disk and its size. 32 bytes, a copy. */
    public byte[] root() {
        MessageDigest digest = Sha256.begin();
        digest.update(DOMAIN);
        digest.update(ByteBuffer.allocate(12).putLong(diskSize).putInt(BLOCK_SIZE).flip());
        return digest.digest(treeRoot);
    }

    /** The root of the Merkle tree itself, a copy. */
    public byte[] treeRoot() {
        return treeRoot.clone();
    }

    /**
     * The blocks that differ between the two disks, in order; where one disk is longer, all blocks
     * that the other does not have.
     */
    public List<BlockRange> changedBlocks(ContentTree other) {
        var changed = new ArrayList<BlockRange>();
        long common = Math.min(leafCount, other.leafCount);
        long start = -1;
        long index = 0;
        while (index < common) {
            int share = (int) (index >>> SHARE_HEIGHT);
            byte[] mine = shares[share];
            byte[] theirs = other.shares[share];
            if ((index & SHARE - 1) == 0 && start < 0 && Arrays.equals(mine, theirs)) {
                index = Math.min(common, index + SHARE);
                continue;
            }
            int at = (int) (index & SHARE - 1) * HASH;
            boolean same =
                    Arrays.equals(
                            mine == null ? ZERO[0] : mine,
                            mine == null ? 0 : at,
                            mine == null ? HASH : at + HASH,
                            theirs == null ? ZERO[0] : theirs,
                            theirs == null ? 0 : at,
                            theirs == null ? HASH : at + HASH);
            if (!same && start < 0) {
                start = index;
            } else if (same && start >= 0) {
                changed.add(new BlockRange(start, index - start));
                start = -1;
            }
            index++;
        }
        long end = Math.max(leafCount, other.leafCount);
        if (start >= 0 || end > common) {
            long from = start >= 0 ? start : common;
            changed.add(new BlockRange(from, end - from));
        }
        return List.copyOf(changed);
    }

    /** One pass over a disk, shared by the threads that call {@link #work}. */
    private static final class Reading {

        private final BlockDevice disk;
        private final LongConsumer progress;
        private final long leafCount;
        private final byte[] @Nullable [] shares;
        private final byte[] roots;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicLong done = new AtomicLong();
        private final AtomicBoolean failed = new AtomicBoolean();

        Reading(BlockDevice disk, LongConsumer progress) throws UnsupportedImageException {
            this.disk = disk;
            this.progress = progress;
            this.leafCount = leafCount(disk.size());
            long count = (leafCount + SHARE - 1) / SHARE;
            if (count > Integer.MAX_VALUE / HASH) {
                throw new UnsupportedImageException(
                        "a disk of %d bytes is too large for a content tree"
                                .formatted(disk.size()));
            }
            this.shares = new byte[(int) count][];
            this.roots = new byte[(int) count * HASH];
        }

        void work() throws IOException {
            MessageDigest digest = Sha256.begin();
            byte[] buffer = new byte[BLOCKS_AT_ONCE * BLOCK_SIZE];
            byte[] nodes = new byte[SHARE * HASH];
            boolean finished = false;
            try {
                while (!failed.get()) {
                    int share = next.getAndIncrement();
                    if (share < 0 || share >= shares.length) {
                        break;
                    }
                    share(share, digest, buffer, nodes);
                }
                finished = true;
            } finally {
                // One damaged place ends the work of all.
                if (!finished) {
                    failed.set(true);
                }
            }
        }

        private void share(int share, MessageDigest digest, byte[] buffer, byte[] nodes)
                throws IOException {
            long start = (long) share * SHARE * BLOCK_SIZE;
            long end = Math.min(disk.size(), start + (long) SHARE * BLOCK_SIZE);
            int count = (int) ((end - start + BLOCK_SIZE - 1) / BLOCK_SIZE);
            byte[] leaves = null;
            long at = start;
            while (at < end) {
                long data = disk.nextData(at);
                if (data >= end) {
                    break;
                }
                at = data / BLOCK_SIZE * BLOCK_SIZE;
                int length = (int) Math.min(buffer.length, end - at);
                disk.read(at, buffer, 0, length);
                // Only the last block of the disk can be short.
                int padded = (length + BLOCK_SIZE - 1) / BLOCK_SIZE * BLOCK_SIZE;
                Arrays.fill(buffer, length, padded, (byte) 0);
                for (int from = 0; from < padded; from += BLOCK_SIZE) {
                    if (!ZeroSearch.isZero(buffer, from, BLOCK_SIZE)) {
                        if (leaves == null) {
                            leaves = zeroLeaves(count);
                        }
                        int leaf = (int) ((at - start + from) / BLOCK_SIZE);
                        digest.update((byte) 0);
                        digest.update(buffer, from, BLOCK_SIZE);
                        finish(digest, leaves, leaf * HASH);
                    }
                }
                at += padded;
            }
            shares[share] = leaves;
            shareRoot(digest, leaves, count, nodes, roots, share * HASH);
            progress.accept(done.addAndGet(end - start));
        }

        ContentTree tree() {
            return new ContentTree(disk.size(), leafCount, shares, treeRoot(roots, shares.length));
        }
    }

    /** The root of a share of so many leaves; null for zeros. */
    private static void shareRoot(
            MessageDigest digest,
            byte @Nullable [] leaves,
            int count,
            byte[] nodes,
            byte[] into,
            int at) {
        if (leaves == null && count == SHARE) {
            System.arraycopy(ZERO[SHARE_HEIGHT], 0, into, at, HASH);
            return;
        }
        byte[] known = leaves == null ? zeroLeaves(count) : leaves;
        System.arraycopy(known, 0, nodes, 0, count * HASH);
        rootInPlace(digest, nodes, count);
        System.arraycopy(nodes, 0, into, at, HASH);
    }

    private static byte[] treeRoot(byte[] roots, int count) {
        if (count == 0) {
            // RFC 6962, 2.1: the hash of an empty list is the hash of an empty string.
            return Sha256.begin().digest();
        }
        byte[] nodes = roots.clone();
        rootInPlace(Sha256.begin(), nodes, count);
        return Arrays.copyOf(nodes, HASH);
    }

    static byte[] zeroLeaves(int count) {
        byte[] leaves = new byte[count * HASH];
        for (int i = 0; i < count; i++) {
            System.arraycopy(ZERO[0], 0, leaves, i * HASH, HASH);
        }
        return leaves;
    }

    /**
     * Joins neighbours level by level, an odd one at the end going up as it is; this is the tree
     * that RFC 6962 defines by splitting at the largest power of two. The root is left in front.
     */
    private static void rootInPlace(MessageDigest digest, byte[] nodes, int count) {
        for (int width = count; width > 1; width = width + 1 >>> 1) {
            for (int i = 0; i + 1 < width; i += 2) {
                digest.update((byte) 1);
                digest.update(nodes, i * HASH, 2 * HASH);
                finish(digest, nodes, i / 2 * HASH);
            }
            if (width % 2 == 1) {
                System.arraycopy(nodes, (width - 1) * HASH, nodes, width / 2 * HASH, HASH);
            }
        }
    }

    private static byte[][] zeroHashes() {
        MessageDigest digest = Sha256.begin();
        byte[][] zero = new byte[SHARE_HEIGHT + 1][];
        digest.update((byte) 0);
        zero[0] = digest.digest(new byte[BLOCK_SIZE]);
        for (int height = 1; height < zero.length; height++) {
            digest.update((byte) 1);
            digest.update(zero[height - 1]);
            zero[height] = digest.digest(zero[height - 1]);
        }
        return zero;
    }

    private static void finish(MessageDigest digest, byte[] into, int at) {
        try {
            digest.digest(into, at, HASH);
        } catch (DigestException e) {
            throw new AssertionError("32 bytes hold a SHA-256", e);
        }
    }
}
