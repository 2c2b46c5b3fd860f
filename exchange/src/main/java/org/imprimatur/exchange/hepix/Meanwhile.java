package org.imprimatur.exchange.hepix;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * What is worked out on a thread of its own while there is something else to do. Whoever asks for
 * it waits for it, and is told of its failure; if nobody asks, the failure is nobody's. Whoever
 * closes it waits too, so that nothing is worked out behind the back of one who bounds it.
 */
public final class Meanwhile<T> implements Supplier<T>, AutoCloseable {

    private final CompletableFuture<T> result;

    private Meanwhile(CompletableFuture<T> result) {
        this.result = result;
    }

    /** Begins the work. */
    public static <T> Meanwhile<T> of(Supplier<T> work) {
        return new Meanwhile<>(
                CompletableFuture.supplyAsync(
                        work, task -> Thread.ofPlatform().daemon().start(task)));
    }

    @Override
    public T get() {
        try {
            return result.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : e;
        }
    }

    @Override
    public void close() {
        result.handle((_, _) -> true).join();
    }
}
