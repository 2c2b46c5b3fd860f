package org.imprimatur.register;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a site asks beyond the rules that have names, in an expression of its own. Whoever
 * implements it sees to it that the answer follows from the facts alone, and takes bounded time.
 */
public interface Condition {

    /**
     * What a condition may look at.
     *
     * @param candidate what speaks for the image; of an entry of a list less is known than of an
     *     endorsement
     * @param request the question; null where none was asked, as when the site considers what it
     *     may approve
     */
    record Facts(Candidate candidate, @Nullable DecisionRequest request, Instant at) {}

    /** How reasons name it: {@code [a-z0-9][a-z0-9-]*}. */
    String name();

    /** Whether it looks at the question, and so cannot be asked without one. */
    boolean looksAtRequest();

    /** Whether what it says of one endorsement may change with time. */
    default boolean looksAtMoment() {
        return true;
    }

    /** Why it does not hold, in a few words; null where it holds. */
    @Nullable String against(Facts facts);
}
