package org.imprimatur.node.catalogue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.imprimatur.ledger.EntryBundle;

/**
 * Entry bundles as they are served, of which a follower reads each once, and all followers the
 * newest. A bundle of one width never changes. Threads may share an object.
 */
final class BundleCache {

    private static final long MAX_BYTES = 48L << 20;

    // Guarded by this. The least recently used goes first.
    private final Map<EntryBundle, byte[]> bundles = new LinkedHashMap<>(64, 0.75f, true);
    private long bytes;

    /** The bundle; made outside of the lock when it is not here, so that nobody waits for it. */
    byte[] get(EntryBundle bundle, Supplier<byte[]> make) {
        synchronized (this) {
            byte[] known = bundles.get(bundle);
            if (known != null) {
                return known;
            }
        }
        byte[] made = make.get();
        keep(bundle, made);
        return made;
    }

    private synchronized void keep(EntryBundle bundle, byte[] made) {
        byte[] other = bundles.put(bundle, made);
        bytes += made.length - (other == null ? 0 : other.length);
        var oldest = bundles.values().iterator();
        while (bytes > MAX_BYTES && oldest.hasNext()) {
            bytes -= oldest.next().length;
            oldest.remove();
        }
    }
}
