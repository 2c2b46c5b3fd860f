package org.imprimatur.node.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * A node's own directory, readable by its user alone, and locked while a node uses it: two nodes on
 * one directory would sign two histories with one key. The lock is the kernel's, so it goes with
 * the process, however that ends.
 */
public final class DataDirectory implements AutoCloseable {

    private final Path path;
    private final FileChannel channel;
    private final FileLock lock;

    private DataDirectory(Path path, FileChannel channel, FileLock lock) {
        this.path = path;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Makes the directory where it is not there, and takes its lock.
     *
     * @throws StoreException when another process holds it
     */
    public static DataDirectory open(Path path) {
        try {
            Files.createDirectories(path);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
            var channel =
                    FileChannel.open(
                            path.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            FileLock lock = lock(channel);
            if (lock == null) {
                channel.close();
                throw new StoreException(
                        path
                                + " is in use by another node: stop it, or use another data directory");
            }
            return new DataDirectory(path, channel, lock);
        } catch (IOException e) {
            throw new StoreException("cannot use the data directory " + path + ": " + e, e);
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null; // held by this very process
        }
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Whether this process runs as root, told by whom its files belong to. */
    boolean ownedByRoot() throws IOException {
        return Integer.valueOf(0).equals(Files.getAttribute(path.resolve("lock"), "unix:uid"));
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
