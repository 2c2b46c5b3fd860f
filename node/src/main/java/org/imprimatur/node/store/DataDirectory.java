package org.imprimatur.node.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A node's own directory, readable by its user alone, and locked while a node uses it: two nodes on
 * one directory would sign two histories with one key.
 */
public final class DataDirectory implements AutoCloseable {

    private static final String LOCK = "lock";

    private final Path path;
    private final DirectoryLock lock;

    private DataDirectory(Path path, DirectoryLock lock) {
        this.path = path;
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
            return new DataDirectory(path, DirectoryLock.take(path, LOCK, "data directory"));
        } catch (IOException e) {
            throw new StoreException("cannot use the data directory " + path + ": " + e, e);
        }
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Whether this process runs as root, told by whom its files belong to. */
    boolean ownedByRoot() throws IOException {
        return Integer.valueOf(0).equals(Files.getAttribute(path.resolve(LOCK), "unix:uid"));
    }

    @Override
    public void close() {
        lock.close();
    }
}
