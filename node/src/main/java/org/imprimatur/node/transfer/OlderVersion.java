package org.imprimatur.node.transfer;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.Arrays;
import org.imprimatur.disk.BlockDevice;
import org.imprimatur.disk.ContentTree;
import org.imprimatur.disk.ContentTreeFile;
import org.imprimatur.disk.DiskImage;
import org.imprimatur.disk.ImageException;
import org.imprimatur.disk.Limits;
import org.imprimatur.node.fetch.FetchFailed;

/**
 * Takes from another version of an image, which the store has, the blocks that both have. Which
 * these are tells the content tree that a location has beside the image, once its root is the
 * endorsed one. A saving, and nothing else: whatever goes wrong, the location brings what is
 * missing.
 */
final class OlderVersion {

    private static final int AT_ONCE = 1 << 20;

    private final Path older;
    private final ImageFile image;

    /**
     * A version of an image.
     *
     * @param image the one that is wanted
     */
    OlderVersion(Path older, ImageFile image) {
        this.older = older;
        this.image = image;
    }

    /**
     * Whether its blocks can be told from the bytes of its file: in a raw file, a block of the disk
     * is a range of the file.
     */
    static boolean serves(ImageFile image) {
        var disk = image.disk();
        return disk != null && disk.format().equals("raw") && disk.virtualBytes() == image.bytes();
    }

    /**
     * Fills in what both have.
     *
     * @return how many bytes that were
     * @throws FetchFailed when the location has no tree of this image
     * @throws ImageException when the other version cannot be read
     */
    long fill(PartFile part, Location location) throws IOException, InterruptedException {
        var tree = tree(location);
        long before = part.have();
        try (var disk = DiskImage.openDisk(older, Limits.DEFAULT)) {
            fill(part, tree, ContentTree.of(disk), disk);
        } catch (ClosedByInterruptException e) {
            throw interrupted(e);
        }
        return part.have() - before;
    }

    private static InterruptedException interrupted(ClosedByInterruptException cause) {
        Thread.interrupted();
        var interrupted = new InterruptedException("interrupted while blocks were compared");
        interrupted.initCause(cause);
        return interrupted;
    }

    private ContentTree tree(Location location) throws IOException {
        try (var in = new BufferedInputStream(location.beside(ContentTreeFile.SUFFIX))) {
            var tree = ContentTreeFile.read(in, image.bytes());
            var root = org.imprimatur.register.Sha256.ofBytes(tree.root());
            if (image.disk() == null || !root.equals(image.disk().contentRoot())) {
                throw new FetchFailed(
                        "%s%s is not the content tree that is endorsed"
                                .formatted(location.name(), ContentTreeFile.SUFFIX));
            }
            return tree;
        } catch (ImageException e) {
            throw new FetchFailed(
                    "%s%s: %s".formatted(location.name(), ContentTreeFile.SUFFIX, e.explanation()));
        }
    }

    private static void fill(PartFile part, ContentTree tree, ContentTree other, BlockDevice disk)
            throws IOException, InterruptedException {
        long block = 0;
        for (var changed : tree.changedBlocks(other)) {
            copy(part, disk, at(part, block), at(part, changed.first()));
            block = changed.first() + changed.count();
            zeros(part, tree, changed.first(), Math.min(block, tree.leafCount()));
        }
        copy(part, disk, at(part, block), part.bytes());
    }

    private static long at(PartFile part, long block) {
        return Math.min(part.bytes(), block * ContentTree.BLOCK_SIZE);
    }

    private static void copy(PartFile part, BlockDevice disk, long from, long to)
            throws IOException, InterruptedException {
        var buffer = new byte[(int) Math.min(AT_ONCE, Math.max(0, to - from))];
        for (long at = from; at < to; at += buffer.length) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            int length = (int) Math.min(buffer.length, to - at);
            int there = Math.clamp(disk.size() - at, 0, length);
            disk.read(at, buffer, 0, there);
            // Its last block is the same with zeros behind it.
            Arrays.fill(buffer, there, length, (byte) 0);
            part.write(at, buffer, 0, length);
        }
    }

    /** What is zeros now need not travel either. */
    private static void zeros(PartFile part, ContentTree tree, long first, long end)
            throws IOException {
        var zeros = new byte[ContentTree.BLOCK_SIZE];
        for (long block = first; block < end; block++) {
            if (tree.isZero(block)) {
                long from = at(part, block);
                part.write(from, zeros, 0, (int) (at(part, block + 1) - from));
            }
        }
    }
}
