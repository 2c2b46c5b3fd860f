package org.imprimatur.inspect.packages;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Which package each file belongs to, by the path that the package gives it: absolute, one
 * character for each byte.
 */
final class OwnedFiles {

    /** Real systems have some hundred thousand; each costs about 200 bytes. */
    static final int MAX_FILES = 1_000_000;

    /** All paths together, in characters. */
    private static final long MAX_WEIGHT = 128L << 20;

    private static final int MAX_CLAIMS_OF_ONE = 8;

    private final Map<String, Claim> claims = new HashMap<>();
    private boolean overflowed;
    private long weight;

    /** Adds a claim; one without a digest gives way to one with it. */
    void add(String path, String owner, @Nullable ShippedDigest digest, boolean configuration) {
        var before = claims.get(path);
        if (before == null) {
            if (claims.size() >= MAX_FILES || weight + path.length() > MAX_WEIGHT) {
                overflowed = true;
            } else {
                weight += path.length();
                claims.put(path, new Claim(owner, digest, configuration, null));
            }
            return;
        }
        if (digest == null) {
            if (configuration && !before.configuration()) {
                claims.put(path, new Claim(before.owner(), before.digest(), true, before.next()));
            }
            return;
        }
        int count = 0;
        for (Claim each = before; each != null; each = each.next()) {
            if (digest.equals(each.digest()) || ++count >= MAX_CLAIMS_OF_ONE) {
                return;
            }
        }
        claims.put(
                path,
                before.digest() == null
                        ? new Claim(owner, digest, configuration || before.configuration(), null)
                        : new Claim(owner, digest, configuration, before));
    }

    /** True if there were more files than are kept, so that an answer may be missing. */
    boolean overflowed() {
        return overflowed;
    }

    /** What packages say of the file with this path as they write it; null if none does. */
    @Nullable Claim claim(String path) {
        return claims.get(path);
    }

    /**
     * Takes other names for files, where packages name them by directories that are links. Two
     * names that turn out to be one file keep the claims of both.
     */
    void rename(UnaryOperator<String> place) {
        var moved = new ArrayList<Map.Entry<String, Claim>>();
        for (var entries = claims.entrySet().iterator(); entries.hasNext(); ) {
            var entry = entries.next();
            var real = place.apply(entry.getKey());
            if (!real.equals(entry.getKey())) {
                moved.add(Map.entry(real, entry.getValue()));
                entries.remove();
            }
        }
        for (var entry : moved) {
            claims.merge(
                    entry.getKey(),
                    entry.getValue(),
                    (one, other) ->
                            other.next() == null
                                    ? new Claim(
                                            other.owner(),
                                            other.digest(),
                                            other.configuration(),
                                            one)
                                    : one);
        }
    }
}
