package org.imprimatur.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.imprimatur.inspect.ProgressListener;
import org.imprimatur.inspect.Stage;

/** One line at the foot of a terminal that says how far an inspection is; silent elsewhere. */
final class Progress implements ProgressListener, AutoCloseable {

    private static final long EVERY_NANOS = 100_000_000;
    private static final int BAR = 24;

    private final PrintWriter err;
    private final boolean shown = Output.watched();
    private final Map<Stage, long[]> stages = new ConcurrentHashMap<>();

    // Guarded by this.
    private long drawnAt = System.nanoTime() - EVERY_NANOS;

    Progress(PrintWriter err) {
        this.err = err;
    }

    /** A line that counts the bytes of something that is fetched. */
    static LongConsumer ofBytes(PrintWriter err, String what) {
        if (!Output.watched()) {
            return _ -> {};
        }
        var drawn = new AtomicLong(System.nanoTime());
        return bytes -> {
            long now = System.nanoTime();
            if (now - drawn.get() >= EVERY_NANOS) {
                drawn.set(now);
                err.print("\r%s  %,d kB\u001b[K\r".formatted(what, bytes / 1000));
                err.flush();
            }
        };
    }

    @Override
    public void progress(Stage stage, long done, long total) {
        if (!shown) {
            return;
        }
        stages.put(stage, new long[] {done, total});
        synchronized (this) {
            long now = System.nanoTime();
            if (now - drawnAt >= EVERY_NANOS) {
                drawnAt = now;
                draw();
            }
        }
    }

    /** The bar is of the stage that has most left to do, since that is what one waits for. */
    private void draw() {
        var slowest = Stage.OPEN;
        double least = 1;
        for (var entry : stages.entrySet()) {
            long total = entry.getValue()[1];
            double part = total == 0 ? 0 : Math.min(1, (double) entry.getValue()[0] / total);
            if (part <= least) {
                least = part;
                slowest = entry.getKey();
            }
        }
        int full = (int) (least * BAR);
        err.print(
                "\r[%s%s] %3d %%  %s\u001b[K"
                        .formatted(
                                "#".repeat(full),
                                ".".repeat(BAR - full),
                                (int) (least * 100),
                                slowest.name().toLowerCase(Locale.ROOT).replace('_', ' ')));
        err.flush();
    }

    @Override
    public void close() {
        if (shown) {
            err.print("\r\u001b[K");
            err.flush();
        }
    }
}
