package org.imprimatur.node.transfer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.imprimatur.disk.ImageException;
import org.imprimatur.node.fetch.FetchFailed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers one image's bytes in the store's {@code .incoming}: from each location in turn, resumed
 * where the last one or the last run broke off, and digested while they arrive. No location is
 * believed; a digest that is not the endorsed one throws the gathered bytes away.
 */
final class Download {

    private static final Logger LOG = LoggerFactory.getLogger(Download.class);
    private static final int MOST_RESUMES = 8;

    /** What came of it. */
    sealed interface Outcome {

        /** The file is whole, verified and on disk, and not yet offered. */
        record Whole(Path file) implements Outcome {}

        /** No location has it. */
        record Failed(String why) implements Outcome {}

        /** Nobody wants it any more. */
        record Stopped() implements Outcome {}
    }

    private final Means means;
    private final ImageFile image;
    private final Supplier<Optional<Path>> older;
    private final Set<String> faults = new LinkedHashSet<>();

    /**
     * A download.
     *
     * @param older a file of another version of the image, where the store has one
     */
    Download(Means means, ImageFile image, Supplier<Optional<Path>> older) {
        this.means = means;
        this.image = image;
        this.older = older;
    }

    /** Returns soon when its thread is interrupted; what is there is gone on with another time. */
    Outcome run() {
        var store = means.store();
        var digest = image.digest();
        try (var part =
                PartFile.open(store.incoming(digest), store.incomingMap(digest), image.bytes())) {
            return run(part);
        } catch (InterruptedException e) {
            return new Outcome.Stopped();
        } catch (IOException e) {
            return new Outcome.Failed("the store cannot take it: " + e.getMessage());
        }
    }

    private Outcome run(PartFile part) throws IOException, InterruptedException {
        LongSupplier missing = () -> image.bytes() - part.have();
        var room = means.space().keep(missing);
        if (room.isEmpty()) {
            return new Outcome.Failed(
                    "the store has %d bytes free, and %d more are needed"
                            .formatted(means.store().space(), means.space().needed(missing)));
        }
        try (var _ = room.get()) {
            if (part.whole() && verified(part)) {
                return new Outcome.Whole(part.path());
            }
            for (var address : image.locations()) {
                if (gather(part, address)) {
                    return new Outcome.Whole(part.path());
                }
            }
        }
        return new Outcome.Failed(
                faults.isEmpty() ? "the endorsement names no location" : String.join("; ", faults));
    }

    /** Whether a whole file is the endorsed one; it is on disk then, and thrown away otherwise. */
    private boolean verified(PartFile part) throws IOException, InterruptedException {
        try (var digest = PrefixDigest.follow(part)) {
            return verified(part, digest);
        }
    }

    private boolean verified(PartFile part, PrefixDigest digest)
            throws IOException, InterruptedException {
        if (!digest.await().equals(image.digest())) {
            part.discard();
            return false;
        }
        part.finish();
        return true;
    }

    private boolean gather(PartFile part, String address) throws IOException, InterruptedException {
        Location location;
        try {
            location = means.locations().at(address, image.bytes());
        } catch (FetchFailed e) {
            faults.add(e.explanation());
            return false;
        }
        fill(part, location);
        boolean mixed = part.have() > 0;
        if (gather(part, location, mixed)) {
            return true;
        }
        // Some of the bytes were not this location's: it gets a chance of its own.
        return mixed && part.have() == 0 && gather(part, location, false);
    }

    /** Fills in what another version has. */
    private void fill(PartFile part, Location location) throws IOException, InterruptedException {
        var disk = image.disk();
        if (disk == null || part.whole() || !OlderVersion.serves(disk)) {
            return;
        }
        var other = older.get();
        if (other.isEmpty()) {
            return;
        }
        try {
            OlderVersion.fill(other.get(), disk, part, location, means);
            LOG.info(
                    "{} of {} bytes of {} are there, with the blocks of {}",
                    part.have(),
                    image.bytes(),
                    location.name(),
                    other.get().getFileName());
        } catch (FetchFailed | WrongContent | ImageException e) {
            LOG.info("no blocks of {} are used: {}", other.get(), e.getMessage());
        }
    }

    /** Whether the location has brought the image. */
    private boolean gather(PartFile part, Location location, boolean mixed)
            throws IOException, InterruptedException {
        try (var digest = PrefixDigest.follow(part)) {
            for (int resumes = 0; resumes < MOST_RESUMES; resumes++) {
                long before = part.have();
                try {
                    new Gathering(part, location, means).run();
                    boolean verified = verified(part, digest);
                    if (!verified && !mixed) {
                        fault(location.name() + " serves other bytes than those endorsed");
                    }
                    return verified;
                } catch (WrongContent e) {
                    fault(e.explanation());
                    if (part.have() != before) {
                        part.discard();
                    }
                    return false;
                } catch (FetchFailed e) {
                    if (part.have() <= before) {
                        fault(e.explanation());
                        return false;
                    }
                }
            }
            fault(location.name() + " broke off " + MOST_RESUMES + " times");
            return false;
        }
    }

    private void fault(String fault) {
        faults.add(fault);
    }
}
