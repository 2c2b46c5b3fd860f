package org.imprimatur.node.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.imprimatur.disk.Conversion;
import org.imprimatur.disk.DiskFormat;
import org.imprimatur.disk.ImageException;
import org.imprimatur.disk.Limits;
import org.imprimatur.node.driver.Publication.State;
import org.imprimatur.node.follow.Bell;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Sha512;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The disks of a store's images in other formats, for drivers that want them so (WLCG-7).
 *
 * <p>A converted file is used only when it was read back and found to hold the endorsed disk, by
 * the content root of the endorsement. It is made once for all drivers, lies in the store beside
 * the original, is verified again like it, and goes with the last publication. Which digest it has
 * is noted in the publication before anybody gets it, so a file that no publication knows, as a
 * crash leaves it, is made again.
 */
public final class Conversions implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Conversions.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(30);

    /** A converted file whose bytes were verified, as it looked then. */
    private record Kept(ImageFileName name, Sha512 digest, FileStamp stamp, Instant verifiedAt) {}

    /** A converted file that is as it was verified. */
    public record Verified(Path file, Sha512 digest) {}

    private final DirectoryStore store;
    private final Supplier<Duration> verifyEvery;
    private final Database database;
    private final InstantSource clock;
    private final Bell bell = new Bell();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean closing;

    // Whoever makes or deletes a file holds it.
    private final ReentrantLock one = new ReentrantLock(true);
    private final Map<Path, Kept> kept = new ConcurrentHashMap<>();

    /**
     * Begins to keep what is in the store.
     *
     * @param verifyEvery how often each file is read again, asked whenever it matters
     */
    public Conversions(
            DirectoryStore store,
            Supplier<Duration> verifyEvery,
            Database database,
            InstantSource clock) {
        this.store = store;
        this.verifyEvery = verifyEvery;
        this.database = database;
        this.clock = clock;
        thread =
                Thread.ofPlatform()
                        .daemon()
                        .priority(Thread.MIN_PRIORITY)
                        .name("conversions")
                        .start(this::run);
    }

    /** Publications may have changed. */
    void ring() {
        bell.ring();
    }

    /** Tells a listener, who is quick, when publications are to be made again. */
    void whenDamaged(Runnable listener) {
        listeners.add(listener);
    }

    /**
     * An image in another format. An interrupt breaks it off.
     *
     * @param image as it was endorsed
     * @throws DriverException when it cannot be had so, with the reason
     */
    StoredImage in(StoredImage image, String format) throws DriverException {
        var into =
                DiskFormat.parse(format)
                        .orElseThrow(
                                () ->
                                        new DriverException(
                                                "the driver wants %s, and the image is %s; a site converts into raw and qcow2 only"
                                                        .formatted(format, image.format())));
        try {
            one.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DriverException("it is broken off", e);
        }
        try {
            var file = store.converted(image.image(), format);
            var there = there(image, format, file);
            var digest = there.isPresent() ? there.get() : convert(image, into, file);
            return image.converted(file, digest, Files.size(file), format);
        } catch (ImageException e) {
            throw new DriverException(
                    "it cannot be converted into %s: %s".formatted(format, e.getMessage()), e);
        } catch (DriverException e) {
            throw e;
        } catch (IOException e) {
            throw new DriverException(
                    "it cannot be converted into %s here: %s".formatted(format, e), e);
        } catch (UncheckedIOException e) {
            throw new DriverException(
                    "it cannot be converted into %s here: %s".formatted(format, e.getMessage()), e);
        } finally {
            one.unlock();
        }
    }

    /** What was made before, if it is what a publication knows; else it is deleted. */
    private Optional<Sha512> there(StoredImage image, String format, Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var known = kept.get(file);
        var stamp = FileStamp.of(file);
        if (known != null && known.stamp().equals(stamp)) {
            return Optional.of(known.digest());
        }
        var digest = digest(file);
        if (database.read(db -> new PublicationTable(db).isMadeOf(digest, image.image()))) {
            keep(file, image.name().in(format), digest, stamp);
            return Optional.of(digest);
        }
        delete(file);
        return Optional.empty();
    }

    private Sha512 convert(StoredImage image, DiskFormat format, Path file) throws IOException {
        LOG.info("{} is converted into {}", image.name(), format.wire());
        var disk = image.candidate().disk();
        var converted =
                Conversion.convert(
                        image.file(),
                        file,
                        format,
                        // A list does not say it: then it is that of the file.
                        disk == null ? null : disk.contentRoot().bytes(),
                        Limits.DEFAULT,
                        _ -> checkSpace());
        if (disk == null && !digest(image.file()).equals(image.image())) {
            delete(file);
            throw new DriverException("the file in the store is no longer the listed one");
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        var digest = Sha512.ofBytes(converted.sha512());
        keep(file, image.name().in(format.wire()), digest, FileStamp.of(file));
        return digest;
    }

    /** A disk in another file can be far larger than the file it is in. */
    private void checkSpace() {
        try {
            if (store.space() < DirectoryStore.SPARE_BYTES) {
                throw new IOException("no space is left but what is spared");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the store would be full: %d MiB stay free"
                            .formatted(DirectoryStore.SPARE_BYTES >> 20),
                    e);
        }
    }

    private void keep(Path file, ImageFileName name, Sha512 digest, FileStamp stamp) {
        kept.put(file, new Kept(name, digest, stamp, clock.instant()));
    }

    private void delete(Path file) throws IOException {
        kept.remove(file);
        Files.deleteIfExists(file);
    }

    private static Sha512 digest(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return DirectoryDriver.digest(channel);
        }
    }

    /** The converted file that is offered under a name, if it looks as it was verified. */
    public Optional<Verified> verified(ImageFileName name) {
        return kept.entrySet().stream()
                .filter(entry -> entry.getValue().name().equals(name))
                .filter(entry -> looksAs(entry.getValue().stamp(), entry.getKey()))
                .map(entry -> new Verified(entry.getKey(), entry.getValue().digest()))
                .findFirst();
    }

    private static boolean looksAs(FileStamp stamp, Path file) {
        try {
            return stamp.alike(FileStamp.of(file));
        } catch (IOException _) {
            return false; // it is gone, or nothing can be said of it
        }
    }

    // ---- What becomes of them -----------------------------------------------------------------

    private void run() {
        try {
            while (!closing) {
                try {
                    look();
                } catch (IOException | RuntimeException e) {
                    if (!closing) {
                        LOG.error("converted images cannot be looked after", e);
                    }
                }
                bell.await(LOOK_EVERY);
            }
        } catch (InterruptedException _) {
            LOG.debug("conversions end");
        }
    }

    /** Deletes what no publication needs, and verifies again what was not, or looks different. */
    private void look() throws IOException, InterruptedException {
        var needed = needed();
        for (var file : store.converted()) {
            if (needed.containsKey(file)) {
                verify(file, needed.get(file));
            } else if (!DirectoryStore.isBeingMade(file)) {
                forget(file);
            }
        }
    }

    /** The files of publications that are, or will be, each with one of them. */
    private Map<Path, Publication> needed() {
        var needed = new HashMap<Path, Publication>();
        database.read(db -> new PublicationTable(db).current())
                .forEach(p -> needed.put(store.converted(p.digest(), p.name().format()), p));
        return needed;
    }

    private void forget(Path file) throws IOException, InterruptedException {
        one.lockInterruptibly();
        try {
            if (!needed().containsKey(file)) {
                delete(file);
            }
        } finally {
            one.unlock();
        }
    }

    private void verify(Path file, Publication of) throws IOException, InterruptedException {
        FileStamp stamp;
        Sha512 digest;
        try {
            stamp = FileStamp.of(file);
            var known = kept.get(file);
            if (known != null
                    && known.stamp().equals(stamp)
                    && clock.instant().isBefore(known.verifiedAt().plus(verifyEvery.get()))) {
                return;
            }
            digest = digest(file);
        } catch (NoSuchFileException _) {
            return;
        }
        one.lockInterruptibly();
        try {
            if (!Files.exists(file) || !FileStamp.of(file).equals(stamp)) {
                return; // it is another meanwhile; the next look sees to it
            }
            var known = kept.get(file);
            boolean good =
                    known != null && known.digest().equals(digest)
                            || database.read(
                                    db -> new PublicationTable(db).isMadeOf(digest, of.digest()));
            if (good) {
                keep(file, of.name(), digest, stamp);
            } else {
                LOG.warn("{} in {} is damaged, and is made again", of.name(), file);
                publishAgain(of);
                delete(file);
            }
        } finally {
            one.unlock();
        }
    }

    /** What is published of it may be a link to the damaged file. */
    private void publishAgain(Publication of) {
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        database.change(
                db -> {
                    var table = new PublicationTable(db);
                    for (var same : table.current()) {
                        if (same.state() == State.PUBLISHED && same.isOf(of.name(), of.digest())) {
                            table.move(
                                    State.PUBLISHED,
                                    same.now(State.PUBLISHING, "its file was damaged", now));
                        }
                    }
                });
        listeners.forEach(Runnable::run);
    }

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
