package org.imprimatur.node.catalogue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.imprimatur.node.store.Database;
import org.imprimatur.node.store.DurableFiles;
import org.imprimatur.node.store.StoreException;
import org.imprimatur.register.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports, SBOMs and other documents that statements name by their SHA-256. A file gets its name
 * only when all its bytes are on disk and have that digest; the row that makes it visible comes
 * after that. What no statement names within an hour is dropped, and all of that together has a
 * limit, so that nobody can fill the disk.
 */
public final class Attachments implements AutoCloseable {

    /** The largest attachment. */
    public static final long LARGEST = 64L << 20;

    /** The most bytes that may wait for a statement that names them. */
    static final long MOST_UNREFERENCED = 1L << 30;

    private static final Logger LOG = LoggerFactory.getLogger(Attachments.class);
    private static final Duration WAIT = Duration.ofHours(1);

    /** What came of storing one. */
    public enum Stored {
        /** It is here now. */
        NEW,
        /** It was here before. */
        KNOWN,
        /** The bytes have another digest. */
        WRONG_DIGEST,
        /** Too much waits already for statements. */
        FULL
    }

    private final Database database;
    private final Path directory;
    private final Path incoming;
    private final InstantSource clock;
    private final ScheduledExecutorService upkeep;

    /** Attachments below this directory. */
    public Attachments(Database database, Path directory, InstantSource clock) {
        this.database = database;
        this.directory = directory;
        this.incoming = directory.resolve("incoming");
        this.clock = clock;
        try {
            Files.createDirectories(incoming);
            try (var left = Files.list(incoming)) {
                for (Path file : left.toList()) {
                    Files.delete(file); // of uploads that a crash cut off
                }
            }
        } catch (IOException e) {
            throw new StoreException("cannot use " + directory + ": " + e, e);
        }
        upkeep =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofVirtual().name("attachment-upkeep").factory());
        upkeep.scheduleWithFixedDelay(this::sweep, 1, 1, TimeUnit.MINUTES);
    }

    /** The file of an attachment that is here, as long as it was when it was stored. */
    public Optional<Path> find(Sha256 digest) {
        return database.read(db -> new AttachmentTable(db).size(digest))
                .filter(size -> isThere(digest, size))
                .map(_ -> place(digest));
    }

    private boolean isThere(Sha256 digest, long size) {
        long found;
        try {
            found = Files.size(place(digest));
        } catch (IOException e) {
            LOG.error("the attachment {} cannot be read: {}", digest, e.toString());
            return false;
        }
        if (found != size) {
            LOG.error("the attachment {} has {} bytes in place of {}", digest, found, size);
        }
        return found == size;
    }

    /**
     * Stores the bytes as they arrive.
     *
     * @throws IOException when they stop coming
     */
    public Stored store(Sha256 digest, InputStream bytes) throws IOException {
        return find(digest).isPresent() ? Stored.KNOWN : take(digest, bytes);
    }

    private Stored take(Sha256 digest, InputStream bytes) throws IOException {
        boolean room =
                database.read(
                        db -> {
                            var table = new AttachmentTable(db);
                            return table.referenced(digest)
                                    || table.unreferencedBytes() < MOST_UNREFERENCED;
                        });
        if (!room) {
            return Stored.FULL;
        }
        Path fresh = Files.createTempFile(incoming, "attachment.", "");
        try {
            if (!receive(digest, bytes, fresh)) {
                return Stored.WRONG_DIGEST;
            }
            long size = Files.size(fresh);
            DurableFiles.sync(fresh);
            Path place = place(digest);
            Path parent = place.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            // The file goes into place within the transaction: the sweep, which deletes row and
            // file, holds the same row's lock or comes before or after.
            database.write(
                    db -> {
                        new AttachmentTable(db).add(digest, size, clock.instant());
                        move(fresh, place);
                        return size;
                    });
            return Stored.NEW;
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /**
     * Stores one that a statement in view names, for good, and mends what is damaged on disk.
     *
     * @return false when the bytes have another digest
     */
    public boolean keep(Sha256 digest, byte[] bytes) throws IOException {
        if (!Sha256.of(bytes).equals(digest)) {
            return false;
        }
        database.change(db -> new AttachmentTable(db).reference(List.of(digest)));
        if (!holds(digest, bytes)) {
            take(digest, new ByteArrayInputStream(bytes));
        }
        return true;
    }

    private boolean holds(Sha256 digest, byte[] bytes) {
        var here = find(digest);
        try {
            return here.isPresent() && Arrays.equals(Files.readAllBytes(here.get()), bytes);
        } catch (IOException e) {
            LOG.error("the attachment {} cannot be read: {}", digest, e.toString());
            return false;
        }
    }

    private static boolean receive(Sha256 digest, InputStream bytes, Path file) throws IOException {
        try (var in = new DigestInputStream(bytes, MessageDigest.getInstance("SHA-256"))) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            return Sha256.ofBytes(in.getMessageDigest().digest()).equals(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("the JDK has SHA-256", e);
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            DurableFiles.sync(to.getParent());
        } catch (IOException e) {
            throw new StoreException("cannot store " + to + ": " + e, e);
        }
    }

    private void sweep() {
        try {
            sweep(clock.instant().minus(WAIT));
        } catch (RuntimeException e) {
            LOG.warn("cannot drop old attachments: {}", e.toString());
        }
    }

    /** Drops what came before {@code before} and is named by no statement. */
    void sweep(Instant before) {
        database.write(
                db -> {
                    var dropped = new AttachmentTable(db).dropUnreferenced(before);
                    for (Sha256 digest : dropped) {
                        try {
                            Files.deleteIfExists(place(digest));
                        } catch (IOException e) {
                            LOG.warn("cannot delete attachment {}: {}", digest, e.toString());
                        }
                    }
                    return dropped.size();
                });
    }

    private Path place(Sha256 digest) {
        return directory.resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
    }

    @Override
    public void close() {
        upkeep.shutdownNow();
    }
}
