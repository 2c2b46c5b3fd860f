package org.imprimatur.node.follow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.imprimatur.ledger.EntryBundle;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.ledger.Tile;
import org.imprimatur.ledger.TilePath;
import org.imprimatur.ledger.TileReader;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.FetchFailed;

/** The files of one ledger, as its server gives them: bounded, and not believed. */
final class LedgerReader implements TileReader<FetchFailed> {

    private static final Duration FOR_SMALL = Duration.ofSeconds(20);
    private static final Duration FOR_BUNDLE = Duration.ofSeconds(120);

    private final Fetch fetch;
    private final Source source;

    LedgerReader(Fetch fetch, Source source) {
        this.fetch = fetch;
        this.source = source;
    }

    byte[] checkpoint() throws FetchFailed {
        return fetch.bytes(source.address("checkpoint"), SignedNote.MAX_BYTES, FOR_SMALL);
    }

    /** The newest checkpoint with at least so many cosignatures, from a node that keeps them. */
    byte[] checkpoint(int cosignatures) throws FetchFailed {
        return fetch.bytes(
                source.address("checkpoint?cosignatures=" + cosignatures),
                SignedNote.MAX_BYTES,
                FOR_SMALL);
    }

    @Override
    public byte[] read(Tile tile) throws FetchFailed {
        try {
            return fetch(tile, Tile.FULL_BYTES, FOR_SMALL);
        } catch (FetchFailed e) {
            if (tile.full()) {
                throw e;
            }
            // A server may drop a partial tile once the full one is there.
            return fetch(tile.complete(), Tile.FULL_BYTES, FOR_SMALL);
        }
    }

    private byte[] fetch(TilePath file, int limit, Duration within) throws FetchFailed {
        return fetch.bytes(source.address(file.path()), limit, within);
    }

    private List<byte[]> read(EntryBundle bundle) throws FetchFailed {
        byte[] bytes;
        try {
            bytes = fetch(bundle, EntryBundle.MAX_BYTES, FOR_BUNDLE);
        } catch (FetchFailed e) {
            if (bundle.full()) {
                throw e;
            }
            bytes = fetch(bundle.complete(), EntryBundle.MAX_BYTES, FOR_BUNDLE);
        }
        return bundle.decode(bytes);
    }

    /**
     * The entries {@code from} (inclusive) to {@code to} (exclusive), where {@code to} is a
     * multiple of 256 or the ledger's size.
     *
     * @throws org.imprimatur.ledger.MalformedInput when a bundle has not the form of one
     */
    List<byte[]> entries(long from, long to) throws FetchFailed {
        var entries = new ArrayList<byte[]>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var bundles = new ArrayList<Future<List<byte[]>>>();
            EntryBundle.changed(from, to)
                    .forEach(bundle -> bundles.add(threads.submit(() -> read(bundle))));
            for (var bundle : bundles) {
                entries.addAll(bundle.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FetchFailed("the node is closing");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case FetchFailed failed -> throw failed;
                case RuntimeException malformed -> throw malformed;
                case null, default -> throw new IllegalStateException(e);
            }
        }
        return entries.subList((int) (from % Tile.FULL), entries.size());
    }
}
