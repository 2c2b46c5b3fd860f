package org.imprimatur.node.catalogue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.imprimatur.ledger.EntryBundle;
import org.imprimatur.ledger.Tile;
import org.imprimatur.node.http.Body;

/**
 * Entry bundles as they are served, of which a follower reads each once, and all followers the
 * newest. A bundle of one width never changes. Threads may share an object.
 */
final class BundleCache {

    private static final long MAX_BYTES = 48L << 20;

    // Guarded by this. The least recently used goes first.
    private final Map<EntryBundle, Body> bundles = new LinkedHashMap<>(64, 0.75f, true);
    private long bytes;

    /** The bundle; made outside of the lock when it is not here, so that nobody waits for it. */
    Body get(EntryBundle bundle, Supplier<byte[]> make) {
        synchronized (this) {
            Body known = bundles.get(bundle);
            if (known != null) {
                return known;
            }
        }
        byte[] bytes = make.get();
        // Of those that grow still, hardly two are asked for alike.
        var made = bundle.width() == Tile.FULL ? Body.kept(bytes) : Body.of(bytes);
        keep(bundle, made);
        return made;
    }

    private synchronized void keep(EntryBundle bundle, Body made) {
        var other = bundles.put(bundle, made);
        bytes += made.length() - (other == null ? 0 : other.length());
        var oldest = bundles.values().iterator();
        while (bytes > MAX_BYTES && oldest.hasNext()) {
            bytes -= oldest.next().length();
            oldest.remove();
        }
    }
}
