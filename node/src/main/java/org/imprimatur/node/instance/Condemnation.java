package org.imprimatur.node.instance;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * That a running instance no longer passes.
 *
 * @param since when it was first found
 * @param reasons the JSON of the reasons, as decisions have them
 * @param attempts how often its end was asked for
 * @param failure why the last attempt failed; null where none did
 * @param terminatedAt when its driver ended it; null where it did not
 */
public record Condemnation(
        Instant since,
        String reasons,
        int attempts,
        @Nullable String failure,
        @Nullable Instant terminatedAt) {}
