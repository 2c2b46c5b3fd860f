package org.imprimatur.node.transfer;

import java.time.InstantSource;
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

    static Means of(
            DirectoryStore store, Fetch fetch, TransferSettings settings, InstantSource clock) {
        return new Means(
                store,
                new Space(store),
                new Locations(fetch, settings, clock),
                new Lanes(settings.connections(), settings.connectionsPerHost()),
                new Bandwidth(settings.bandwidth()),
                PIECE);
    }
}
