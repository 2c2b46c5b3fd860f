package org.imprimatur.node.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A body that must keep coming: where a reader has waited for a whole window of time and got fewer
 * bytes than the least, it is closed from outside and its reader gets a {@link FetchFailed}. So
 * neither a silent server nor one that drips holds a reader for ever; a reader that takes its time
 * is no fault of the server.
 */
final class PatientStream extends InputStream {

    /** How much of a window a stall may be noticed too late. */
    private static final int LOOKS = 4;

    private final InputStream in;
    private final String from;
    private final Duration window;
    private final long least;
    private final ScheduledFuture<?> watch;
    private volatile boolean stalled;

    // All guarded by this.
    private long count;
    private long waited;
    private long waitingSince;
    private boolean waiting;
    private long countBefore;
    private long waitedBefore;

    PatientStream(
            InputStream in,
            String from,
            Duration window,
            long least,
            ScheduledExecutorService scheduler) {
        this.in = in;
        this.from = from;
        this.window = window;
        this.least = least;
        long every = Math.max(1, window.toMillis() / LOOKS);
        watch = scheduler.scheduleAtFixedRate(this::look, every, every, TimeUnit.MILLISECONDS);
    }

    private void look() {
        if (!patienceIsOver(System.nanoTime())) {
            return;
        }
        stalled = true;
        watch.cancel(false);
        try {
            in.close();
        } catch (IOException _) {
            // The reader hears of the stall in any case.
            return;
        }
    }

    private synchronized boolean patienceIsOver(long now) {
        long all = waited + (waiting ? now - waitingSince : 0);
        if (all - waitedBefore < window.toNanos()) {
            return false;
        }
        if (count - countBefore < least) {
            return true;
        }
        countBefore = count;
        waitedBefore = all;
        return false;
    }

    private synchronized void begin() {
        waiting = true;
        waitingSince = System.nanoTime();
    }

    private synchronized void end(int read) {
        waiting = false;
        waited += System.nanoTime() - waitingSince;
        count += Math.max(read, 0);
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read = 0;
        begin();
        try {
            read = in.read(bytes, offset, length);
        } catch (IOException e) {
            throw stalled ? stall() : new FetchFailed(from + " broke off: " + e.getMessage(), e);
        } finally {
            end(read);
        }
        if (read < 0 && stalled) {
            throw stall();
        }
        return read;
    }

    @Override
    public int available() throws IOException {
        return in.available();
    }

    private FetchFailed stall() {
        return new FetchFailed(
                "%s stalled: fewer than %d bytes in %d s"
                        .formatted(from, least, window.toSeconds()));
    }

    @Override
    public void close() throws IOException {
        watch.cancel(false);
        in.close();
    }
}
