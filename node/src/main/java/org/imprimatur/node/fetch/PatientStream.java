package org.imprimatur.node.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A body that must keep coming: where fewer bytes than the least arrive within a window of time, it
 * is closed from outside and its reader gets a {@link FetchFailed}. So neither a silent server nor
 * one that drips holds a reader for ever.
 */
final class PatientStream extends InputStream {

    private final InputStream in;
    private final String from;
    private final Duration window;
    private final long least;
    private final ScheduledFuture<?> watch;
    private final AtomicLong count = new AtomicLong();
    private volatile boolean stalled;

    // Owned by the watch.
    private long before;

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
        watch =
                scheduler.scheduleAtFixedRate(
                        this::look, window.toMillis(), window.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        long now = count.get();
        if (now - before < least) {
            stalled = true;
            watch.cancel(false);
            try {
                in.close();
            } catch (IOException _) {
                // The reader hears of the stall in any case.
                return;
            }
        }
        before = now;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read;
        try {
            read = in.read(bytes, offset, length);
        } catch (IOException e) {
            throw stalled ? stall() : new FetchFailed(from + " broke off: " + e.getMessage(), e);
        }
        if (read < 0 && stalled) {
            throw stall();
        }
        count.addAndGet(Math.max(read, 0));
        return read;
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
