package org.imprimatur.node.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.imprimatur.node.fetch.FetchFailed;
import org.imprimatur.node.transfer.ByteRanges.Range;
import org.jspecify.annotations.Nullable;

/**
 * Brings what is missing of a file from one location, in pieces from the beginning on. Where the
 * location gives parts of a file, and lanes are free, several pieces come at once.
 */
final class Gathering {

    private static final int AT_ONCE = 1 << 17;
    private static final long SAVE_EVERY_MILLIS = 500;

    private final PartFile part;
    private final Location location;
    private final Means means;

    // All guarded by this.
    private final List<Thread> workers = new ArrayList<>();
    private int working;
    private boolean inPieces;
    private @Nullable Exception failure;

    Gathering(PartFile part, Location location, Means means) {
        this.part = part;
        this.location = location;
        this.means = means;
    }

    /**
     * Returns when nothing is missing any more. What has come stays, whatever happens.
     *
     * @throws FetchFailed when the location does not give all of it
     * @throws WrongContent when it gives something else
     * @throws InterruptedException when nobody wants it any more
     * @throws IOException when the store cannot take it
     */
    void run() throws IOException, InterruptedException {
        begin();
        try {
            while (!await()) {
                part.save();
            }
        } finally {
            end();
            part.save();
        }
        var why = failure();
        switch (why) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            default -> throw new IllegalStateException(why);
        }
        if (!part.whole()) {
            throw new FetchFailed(
                    "%s ended after %d of %d bytes"
                            .formatted(location.name(), part.have(), part.bytes()));
        }
    }

    private synchronized void begin() {
        working++;
        workers.add(Thread.ofVirtual().name("fetch " + location.name()).start(() -> work(true)));
    }

    /** Others help, as long as lanes are free. */
    private synchronized void helped() {
        if (inPieces || failure != null) {
            return;
        }
        inPieces = true;
        for (int i = 1; i < means.lanes().mostOfHost(); i++) {
            working++;
            workers.add(
                    Thread.ofVirtual().name("fetch " + location.name()).start(() -> work(false)));
        }
    }

    /** Whether all have ended; returns from time to time. */
    private synchronized boolean await() throws InterruptedException {
        if (working > 0 && failure == null) {
            wait(SAVE_EVERY_MILLIS);
        }
        return working == 0 || failure != null;
    }

    private synchronized @Nullable Exception failure() {
        return failure;
    }

    private void end() {
        List<Thread> all;
        synchronized (this) {
            all = List.copyOf(workers);
        }
        all.forEach(Thread::interrupt);
        boolean interrupted = false;
        for (var worker : all) {
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Brings these bytes alone.
     *
     * @throws FetchFailed when the location does not give them, or gives no parts of files
     */
    void bring(Range piece) throws IOException, InterruptedException {
        try (var _ = means.lanes().enter(location.host());
                var opened = location.open(piece.from(), piece.to())) {
            if (opened.from() != piece.from() || opened.to() != piece.to()) {
                throw new FetchFailed(location.name() + " gives no parts of the file");
            }
            copy(opened);
        }
    }

    private void work(boolean first) {
        try (var lane = first ? means.lanes().enter(location.host()) : another()) {
            if (lane == null) {
                return;
            }
            long most = location.inPieces() ? means.piece() : Long.MAX_VALUE / 2;
            for (var piece = part.claim(most);
                    piece.isPresent() && failure() == null;
                    piece = goesOn(first) ? part.claim(most) : Optional.empty()) {
                fetch(piece.get());
            }
        } catch (InterruptedException _) {
            return; // whoever interrupted it knows why
        } catch (IOException | RuntimeException e) {
            failed(e);
        } finally {
            ended();
        }
    }

    private Lanes.@Nullable Lane another() {
        return means.lanes().another(location.host()).orElse(null);
    }

    private boolean goesOn(boolean first) {
        return failure() == null && (first || !means.lanes().contested());
    }

    private synchronized void failed(Exception e) {
        if (failure == null) {
            failure = e;
        }
    }

    private synchronized void ended() {
        working--;
        notifyAll();
    }

    private void fetch(Range piece) throws IOException, InterruptedException {
        try (var opened = location.open(piece.from(), piece.to())) {
            boolean asAsked = opened.from() == piece.from() && opened.to() == piece.to();
            if (asAsked && location.inPieces()) {
                helped();
            } else if (!asAsked && !alone()) {
                throw new FetchFailed(location.name() + " gives parts of the file no longer");
            }
            copy(opened);
        } finally {
            part.release(piece);
        }
    }

    private synchronized boolean alone() {
        return working == 1;
    }

    private void copy(Location.Opened opened) throws IOException, InterruptedException {
        var buffer = new byte[AT_ONCE];
        long at = opened.from();
        long to = opened.to();
        boolean toTheEnd = to == part.bytes();
        while (at < to || toTheEnd) {
            // One byte more than there may be shows that the location has a longer file.
            int most = (int) Math.min(buffer.length, to - at + (toTheEnd ? 1 : 0));
            int read = read(opened.stream(), buffer, most);
            if (read < 0) {
                break;
            }
            if (read > to - at) {
                throw new WrongContent(
                        "%s serves more than the %d bytes endorsed"
                                .formatted(location.name(), part.bytes()));
            }
            part.write(at, buffer, 0, read);
            at += read;
            means.bandwidth().take(read);
        }
        if (at < to) {
            throw new FetchFailed(
                    "%s ended after %d of %d bytes".formatted(location.name(), at, part.bytes()));
        }
    }

    /** What is there already comes along, so that it is written at once. */
    private static int read(InputStream in, byte[] buffer, int most) throws IOException {
        int all = in.read(buffer, 0, most);
        while (all > 0 && all < most && in.available() > 0) {
            int more = in.read(buffer, all, most - all);
            if (more < 0) {
                break;
            }
            all += more;
        }
        return all;
    }
}
