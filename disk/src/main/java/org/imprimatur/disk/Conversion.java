package org.imprimatur.disk;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.Executors;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the disk of an image into a file of another format, and proves that it is the same disk.
 *
 * <p>The proof does not rest on the writing: the new file is opened again by the readers, and its
 * content root must be the one that was asked for. Only then does the file get its name.
 */
public final class Conversion {

    private static final int BLOCK = ContentTree.BLOCK_SIZE;
    private static final int AT_ONCE = 16 * BLOCK;

    private Conversion() {}

    /**
     * What was written.
     *
     * @param fileBytes the size of the new file
     * @param sha512 the digest of the new file; 64 bytes
     * @param diskBytes the size of the disk in it, the same as before
     * @param contentRoot the content root of the disk, the same as before; 32 bytes
     */
    public record Converted(long fileBytes, byte[] sha512, long diskBytes, byte[] contentRoot) {

        public Converted {
            sha512 = sha512.clone();
            contentRoot = contentRoot.clone();
        }

        @Override
        public byte[] sha512() {
            return sha512.clone();
        }

        @Override
        public byte[] contentRoot() {
            return contentRoot.clone();
        }
    }

    /**
     * Converts an image.
     *
     * @param to the new file, which must not be there
     * @param expected the content root that the disk must have, for example as it was endorsed;
     *     null for whatever the image has
     * @param progress is told how many bytes of the disk are written, holes included
     * @throws OtherDiskException when it is not the disk that was expected
     * @throws ImageException when the image cannot be read whole, or its disk cannot be written in
     *     that format
     * @throws FileAlreadyExistsException when the new file is there
     */
    public static Converted convert(
            Path from,
            Path to,
            DiskFormat format,
            byte @Nullable [] expected,
            Limits limits,
            LongConsumer progress)
            throws IOException {
        if (Files.exists(to)) {
            throw new FileAlreadyExistsException(to.toString());
        }
        // On the same file system, so that the new file appears by one rename.
        Path part =
                to.resolveSibling(
                        ".%s.%d.part".formatted(to.getFileName(), ProcessHandle.current().pid()));
        try {
            byte[] root;
            try (var container = open(from, limits)) {
                write(container, part, format, progress);
                root = expected == null ? contentRoot(container) : expected.clone();
            }
            long diskBytes = prove(part, root, limits);
            byte[] sha512 = sha512(part);
            Files.move(part, to);
            return new Converted(Files.size(to), sha512, diskBytes, root);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static BlockDevice open(Path from, Limits limits) throws IOException {
        if (!Files.isRegularFile(from)) {
            throw new UnsupportedImageException("'%s' is not a regular file".formatted(from));
        }
        BlockDevice file = FileDevice.open(from);
        try {
            var container = Container.open(file, limits);
            if (!container.unread().isEmpty()) {
                throw new UnsupportedImageException(
                        "the image has more than one disk, and a converted file has one: "
                                + container.unread().getFirst());
            }
            return container.disk();
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private static void write(BlockDevice disk, Path part, DiskFormat format, LongConsumer progress)
            throws IOException {
        try (var file =
                FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            DiskWriter writer =
                    switch (format) {
                        case RAW -> new RawWriter(file, disk.size());
                        case QCOW2 -> new Qcow2Writer(file, disk.size());
                    };
            byte[] buffer = new byte[AT_ONCE];
            long at = 0;
            while ((at = disk.nextData(at)) < disk.size()) {
                at = at / BLOCK * BLOCK;
                int length = (int) Math.min(buffer.length, disk.size() - at);
                disk.read(at, buffer, 0, length);
                for (int from = 0; from < length; from += BLOCK) {
                    int size = Math.min(BLOCK, length - from);
                    if (!ZeroSearch.isZero(buffer, from, size)) {
                        writer.block(at + from, buffer, from, size);
                    }
                }
                at += length;
                progress.accept(at);
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("interrupted while the disk was converted");
                }
            }
            writer.finish();
            file.force(true);
        }
    }

    /** The size of the disk in the new file, which is the wanted one. */
    private static long prove(Path part, byte[] wanted, Limits limits) throws IOException {
        try (var written = open(part, limits)) {
            byte[] found = contentRoot(written);
            if (!Arrays.equals(found, wanted)) {
                throw new OtherDiskException(
                        "the disk has the content root %s, not %s"
                                .formatted(
                                        HexFormat.of().formatHex(found),
                                        HexFormat.of().formatHex(wanted)));
            }
            return written.size();
        }
    }

    private static byte[] contentRoot(BlockDevice disk) throws IOException {
        int processors = Runtime.getRuntime().availableProcessors();
        try (var workers = Executors.newFixedThreadPool(processors)) {
            return ContentTree.of(disk, workers, processors, _ -> {}).root();
        }
    }

    private static byte[] sha512(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var digest = MessageDigest.getInstance("SHA-512");
            byte[] buffer = new byte[AT_ONCE];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("the JDK has SHA-512", e);
        }
    }
}
