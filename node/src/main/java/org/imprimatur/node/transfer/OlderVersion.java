package org.imprimatur.node.transfer;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.imprimatur.disk.BlockDevice;
import org.imprimatur.disk.ContentTree;
import org.imprimatur.disk.ContentTreeFile;
import org.imprimatur.disk.DiskImage;
import org.imprimatur.disk.DiskMap;
import org.imprimatur.disk.ImageException;
import org.imprimatur.disk.Limits;
import org.imprimatur.node.fetch.FetchFailed;
import org.imprimatur.register.DiskFacts;
import org.imprimatur.register.Sha256;

/**
 * Takes from another version of an image, which the store has, the blocks that both have. Which
 * these are tells the content tree that a location has beside the image, once its root is the
 * endorsed one; where in the file they belong tells the file itself, whose tables are brought first
 * for that. A saving, and nothing else: whatever goes wrong, the location brings what is missing.
 */
final class OlderVersion {

    /** Those of which bytes of the file are bytes of the disk. */
    private static final Set<String> FORMATS = Set.of("raw", "qcow2", "vmdk", "vdi", "vhd", "vhdx");

    /** Where less than this part of a file can be told, the other version is not even read. */
    private static final int WORTH_IT = 10;

    private static final int AT_ONCE = 1 << 20;
    private static final byte[] ZEROS = new byte[ContentTree.BLOCK_SIZE];

    private final BlockDevice older;
    private final ContentTree wanted;
    private final BitSet changed = new BitSet();
    private final PartFile part;

    private OlderVersion(BlockDevice older, ContentTree wanted, PartFile part) throws IOException {
        this.older = older;
        this.wanted = wanted;
        this.part = part;
        for (var range : wanted.changedBlocks(ContentTree.of(older))) {
            changed.set((int) range.first(), (int) (range.first() + range.count()));
        }
    }

    /** Whether bytes of the file may be told by those of its disk. */
    static boolean serves(DiskFacts wanted) {
        return FORMATS.contains(wanted.format());
    }

    /**
     * Fills in what both have.
     *
     * @param older a file of another version, in any format
     * @param part the file that is wanted, of which the location has all
     * @throws FetchFailed when the location has no tree of this image, or not its tables
     * @throws WrongContent when the location has another file
     * @throws ImageException when one of the versions cannot be read
     */
    static void fill(Path older, DiskFacts wanted, PartFile part, Location location, Means means)
            throws IOException, InterruptedException {
        var tree = tree(wanted, location);
        try (var disk = DiskImage.openDisk(older, Limits.DEFAULT);
                var file = new ArrivingFile(part, new Gathering(part, location, means))) {
            if (wanted.format().equals("raw")) {
                new OlderVersion(disk, tree, part).fill(0, 0, part.bytes());
            } else if (stored(file) >= part.bytes() / WORTH_IT) {
                DiskMap.runs(file, Limits.DEFAULT, new OlderVersion(disk, tree, part)::fill);
            }
        } catch (ClosedByInterruptException | InterruptedIOException e) {
            Thread.interrupted();
            var interrupted = new InterruptedException("interrupted while blocks were compared");
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    /** How many bytes of the file are bytes of its disk. */
    private static long stored(BlockDevice file) throws IOException {
        var bytes = new AtomicLong();
        DiskMap.runs(file, Limits.DEFAULT, (_, _, length) -> bytes.addAndGet(length));
        return bytes.get();
    }

    private static ContentTree tree(DiskFacts wanted, Location location) throws IOException {
        try (var in = new BufferedInputStream(location.beside(ContentTreeFile.SUFFIX))) {
            var tree = ContentTreeFile.read(in, wanted.virtualBytes());
            if (!Sha256.ofBytes(tree.root()).equals(wanted.contentRoot())) {
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

    /** Fills in what is known of a run of the disk. */
    private void fill(long start, long place, long length) throws IOException {
        long end = Math.min(start + length, wanted.diskSize());
        for (long at = start, to; at < end; at = to) {
            int block = Math.toIntExact(at / ContentTree.BLOCK_SIZE);
            boolean same = !changed.get(block);
            int next = same ? changed.nextSetBit(block) : block + 1;
            to = next < 0 ? end : Math.min(end, (long) next * ContentTree.BLOCK_SIZE);
            if (same) {
                copy(at, to, place + (at - start));
            } else if (wanted.isZero(block)) {
                part.write(place + (at - start), ZEROS, 0, (int) (to - at));
            }
        }
    }

    private void copy(long from, long to, long place) throws IOException {
        var buffer = new byte[(int) Math.min(AT_ONCE, to - from)];
        for (long at = from; at < to; at += buffer.length) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException();
            }
            int length = (int) Math.min(buffer.length, to - at);
            int there = Math.clamp(older.size() - at, 0, length);
            older.read(at, buffer, 0, there);
            // Its last block is the same with zeros behind it.
            Arrays.fill(buffer, there, length, (byte) 0);
            part.write(place + (at - from), buffer, 0, length);
        }
    }
}
