package org.imprimatur.node.transfer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.imprimatur.node.driver.DirectoryStore;

/** The store's free space, shared by the transfers that are under way. */
final class Space {

    private final DirectoryStore store;

    // Guarded by this: what each transfer still has to bring.
    private final List<LongSupplier> promised = new ArrayList<>();

    Space(DirectoryStore store) {
        this.store = store;
    }

    /** Room that is kept until it is closed. */
    interface Room extends AutoCloseable {

        @Override
        void close();
    }

    /**
     * Keeps room for what a transfer still has to bring.
     *
     * @return empty when there is not enough
     */
    synchronized Optional<Room> keep(LongSupplier missing) throws IOException {
        if (store.space() < needed(missing)) {
            return Optional.empty();
        }
        promised.add(missing);
        return Optional.of(() -> give(missing));
    }

    /** How many bytes must be free for it, beside all that is promised to others. */
    synchronized long needed(LongSupplier missing) {
        return promised.stream().mapToLong(LongSupplier::getAsLong).sum()
                + missing.getAsLong()
                + DirectoryStore.SPARE_BYTES;
    }

    private synchronized void give(LongSupplier missing) {
        promised.remove(missing);
    }
}
