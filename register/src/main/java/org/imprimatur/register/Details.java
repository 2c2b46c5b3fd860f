package org.imprimatur.register;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an endorsement may say besides what every endorsement says. All of it is optional; {@link
 * #NONE} says nothing.
 *
 * @param lineage the kind of image and what it was made from; null where it is not said, which
 *     means {@link Lineage#BASE}
 * @param contributors providers of additional software; empty says that there are none, null does
 *     not say
 * @param replaces endorsements in whose place this one comes
 * @param until the planned end: from this moment on the endorsement does not count; null for none
 * @param generation how the image was made; null where it is not said
 * @param patchedAt every security patch that was published by then is applied (END-4.2.b); null
 *     where it is not said
 * @param licences declarations on licensed software
 * @param team in whose name the endorser acts; null for their own
 */
public record Details(
        @Nullable Lineage lineage,
        @Nullable List<Contributor> contributors,
        List<StatementId> replaces,
        @Nullable Instant until,
        @Nullable Generation generation,
        @Nullable Instant patchedAt,
        List<LicenceDeclaration> licences,
        @Nullable TeamAct team) {

    /** In the endorser's own name. */
    public Details(
            @Nullable Lineage lineage,
            @Nullable List<Contributor> contributors,
            List<StatementId> replaces,
            @Nullable Instant until,
            @Nullable Generation generation,
            @Nullable Instant patchedAt,
            List<LicenceDeclaration> licences) {
        this(lineage, contributors, replaces, until, generation, patchedAt, licences, null);
    }

    /** Nothing said. */
    public static final Details NONE =
            new Details(null, null, List.of(), null, null, null, List.of());

    static final int MAX_CONTRIBUTORS = 64;
    static final int MAX_REPLACED = 16;
    static final int MAX_LICENCES = 64;

    public Details {
        contributors =
                contributors == null
                        ? null
                        : Text.atMost("contributors", contributors, MAX_CONTRIBUTORS);
        replaces = Text.atMost("replaces", replaces, MAX_REPLACED);
        if (new HashSet<>(replaces).size() != replaces.size()) {
            throw new MalformedInput("replaces", "each endorsement once", "one twice");
        }
        until = until == null ? null : Text.instant("until", until);
        patchedAt = patchedAt == null ? null : Text.instant("patchedAt", patchedAt);
        licences = Text.atMost("licences", licences, MAX_LICENCES);
    }

    /** The same in the name of a team, or in the endorser's own for null. */
    public Details inTeam(@Nullable TeamAct act) {
        return new Details(
                lineage, contributors, replaces, until, generation, patchedAt, licences, act);
    }

    /** Whether the planned end has come. */
    boolean ended(Instant at) {
        return until != null && !at.isBefore(until);
    }
}
