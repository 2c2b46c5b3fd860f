package org.imprimatur.register;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The records of the status map of one ledger as they grow, for whoever gives out proofs. Since
 * lines are only ever added, it has the records of every smaller ledger in it.
 *
 * <p>Not thread-safe; guarded by its owner, like the {@link Register} beside it.
 */
public final class StatusBook {

    private final Map<StatusKey, List<Recorded<?>>> statements = new HashMap<>();

    /** Takes the next statement of the ledger. */
    public void add(Recorded<?> entry) {
        for (var key : StatusLine.of(entry).keys()) {
            statements.computeIfAbsent(key, _ -> new ArrayList<>(2)).add(entry);
        }
    }

    /** A record as it was when the ledger had that many entries. */
    public List<StatusLine> lines(StatusKey key, long size) {
        return statements.getOrDefault(key, List.of()).stream()
                .takeWhile(entry -> entry.index() < size)
                .map(StatusLine::of)
                .toList();
    }
}
