package org.imprimatur.node;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits until something is so, and fails when it does not become so in time. */
public final class Eventually {

    private static final Duration LONG = Duration.ofSeconds(60);

    private Eventually() {}

    public static void await(BooleanSupplier wanted) {
        await(LONG, wanted);
    }

    public static void await(Duration within, BooleanSupplier wanted) {
        await(within, wanted::getAsBoolean, so -> so);
    }

    /** What is seen, once it is as wanted; the failure tells what was seen last. */
    public static <T> T await(Supplier<T> look, Predicate<? super T> wanted) {
        return await(LONG, look, wanted);
    }

    private static <T> T await(Duration within, Supplier<T> look, Predicate<? super T> wanted) {
        long end = System.nanoTime() + within.toNanos();
        T seen = look.get();
        while (!wanted.test(seen)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not in " + within + "; seen last: " + seen);
            }
            SiteTrial.pause();
            seen = look.get();
        }
        return seen;
    }
}
