package org.imprimatur.register;

import java.time.Instant;
import java.util.Set;
import org.imprimatur.register.Statement.Policy;
import org.jspecify.annotations.Nullable;

/**
 * One version of a policy, in force in a ledger.
 *
 * @param number its place among the versions of that name, the first is 1
 * @param roles whom it binds
 * @param acceptBefore from when on the acceptance of an older version no longer suffices; null for
 *     the charter's, which bound from the start
 * @param statement what put it in force; null for the charter's
 */
public record PolicyVersion(
        PolicyRef policy,
        int number,
        Set<Role> roles,
        @Nullable Instant acceptBefore,
        @Nullable Recorded<Policy> statement) {

    public PolicyVersion {
        roles = Set.copyOf(roles);
    }

    /** Whether it must have been accepted by now. */
    boolean asked(Instant at) {
        return acceptBefore == null || !at.isBefore(acceptBefore);
    }
}
