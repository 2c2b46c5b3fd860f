package org.imprimatur.disk;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A content tree as a file beside an image (docs/format.md, "Content tree"): the leaves, without
 * those of zeros. Nobody vouches for it but its root.
 */
public final class ContentTreeFile {

    /** What its name has behind the image's. */
    public static final String SUFFIX = ".tree";

    /** As many blocks as the largest disk that is read has. */
    private static final long MOST_BLOCKS = 1L << 27;

    /** The most subtrees with a leaf that is not of zeros: 128 GiB of disk, 64 MiB of leaves. */
    private static final int MOST_SHARES = 1 << 11;

    private ContentTreeFile() {}

    /** Writes one. */
    public static void write(ContentTree tree, OutputStream to) throws IOException {
        var out = new DataOutputStream(to);
        out.write(ContentTree.DOMAIN);
        out.writeLong(tree.diskSize());
        out.writeInt(ContentTree.BLOCK_SIZE);
        long at = 0;
        while (at < tree.leafCount()) {
            long data = at;
            while (data < tree.leafCount() && tree.isZero(data)) {
                data++;
            }
            long end = data;
            while (end < tree.leafCount() && !tree.isZero(end)) {
                end++;
            }
            out.writeInt((int) (data - at));
            out.writeInt((int) (end - data));
            for (long leaf = data; leaf < end; leaf++) {
                out.write(tree.leaf(leaf));
            }
            at = end;
        }
        out.flush();
    }

    /**
     * Reads one, of a disk of that size. Whoever reads it compares its {@link ContentTree#root()}.
     *
     * @throws ImageException when it is none
     */
    public static ContentTree read(InputStream from, long diskSize) throws IOException {
        var in = new DataInputStream(from);
        try {
            checkHead(in, diskSize);
            long count = ContentTree.leafCount(diskSize);
            var shares = shares(in, count);
            if (in.read() >= 0) {
                throw new CorruptImageException(
                        "a content tree with more than the %d blocks of its disk".formatted(count));
            }
            return ContentTree.ofLeaves(diskSize, shares);
        } catch (EOFException e) {
            throw new CorruptImageException("a content tree that ends too early");
        }
    }

    private static void checkHead(DataInputStream in, long diskSize) throws IOException {
        if (!Arrays.equals(in.readNBytes(ContentTree.DOMAIN.length), ContentTree.DOMAIN)) {
            throw new CorruptImageException("no content tree: it begins with something else");
        }
        long size = in.readLong();
        int block = in.readInt();
        if (size != diskSize || block != ContentTree.BLOCK_SIZE) {
            throw new CorruptImageException(
                    "a content tree of a disk of %d bytes in blocks of %d, not of %d in blocks of %d"
                            .formatted(size, block, diskSize, ContentTree.BLOCK_SIZE));
        }
        if (ContentTree.leafCount(diskSize) > MOST_BLOCKS) {
            throw new UnsupportedImageException(
                    "a content tree of a disk of %d bytes, which is too large".formatted(diskSize));
        }
    }

    private static byte[] @Nullable [] shares(DataInputStream in, long count) throws IOException {
        byte[] @Nullable [] shares =
                new byte[(int) ((count + ContentTree.SHARE - 1) / ContentTree.SHARE)][];
        int used = 0;
        long at = 0;
        while (at < count) {
            long zeros = Integer.toUnsignedLong(in.readInt());
            long data = Integer.toUnsignedLong(in.readInt());
            // So there are no more pairs than leaves.
            boolean idle = (zeros == 0 && at > 0) || (data == 0 && at + zeros < count);
            if (idle || zeros + data > count - at) {
                throw new CorruptImageException(
                        "a content tree with %d blocks of zeros and %d others after %d of %d"
                                .formatted(zeros, data, at, count));
            }
            at += zeros;
            for (long end = at + data; at < end; at++) {
                int share = (int) (at / ContentTree.SHARE);
                byte[] into = shares[share];
                if (into == null) {
                    if (++used > MOST_SHARES) {
                        throw new UnsupportedImageException(
                                "a content tree with leaves in more than %d places"
                                        .formatted(MOST_SHARES));
                    }
                    long of = Math.min(ContentTree.SHARE, count - (long) share * ContentTree.SHARE);
                    into = ContentTree.zeroLeaves((int) of);
                    shares[share] = into;
                }
                in.readFully(
                        into, (int) (at % ContentTree.SHARE) * ContentTree.HASH, ContentTree.HASH);
            }
        }
        return shares;
    }
}
