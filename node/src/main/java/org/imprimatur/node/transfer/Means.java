package org.imprimatur.node.transfer;

import java.time.InstantSource;
import java.util.function.Supplier;
import org.imprimatur.node.driver.DirectoryStore;
import org.imprimatur.node.fetch.Fetch;

/**
 * What all transfers of a site share.
 *
 * @param piece so many bytes are asked for at once
 */
record Means(
        DirectoryStore store,
        Space space,
        Locations locations,
        Lanes lanes,
        Bandwidth bandwidth,
        long piece) {

    private static final long PIECE = 16L << 20;

    /**
     * The means of one site.
     *
     * @param settings asked again for each connection and each byte, so that new ones count at once
     */
    static Means of(
            DirectoryStore store,
            Fetch fetch,
            Supplier<TransferSettings> settings,
            InstantSource clock) {
        return new Means(
                store,
                new Space(store),
                new Locations(fetch, settings, clock),
                new Lanes(
                        () -> settings.get().connections(),
                        () -> settings.get().connectionsPerHost()),
                new Bandwidth(() -> settings.get().bandwidth()),
                PIECE);
    }
}
