package org.imprimatur.register;

import java.util.List;
import java.util.Map;

/**
 * Permit or deny at one moment; what it rests on is named, so that it can be made again from the
 * ledgers at these positions.
 *
 * @param reasons all of them, gravest first; a denial always has one
 * @param audited in a permit what would have been said against it, were each check enforced; empty
 *     where it would have been permitted all the same, and in a denial
 * @param obligations what a permit carries; empty in a denial
 * @param positions the size of each ledger, by origin
 * @param policyDigest the site policy
 */
public record Decision(
        boolean permitted,
        List<Reason> reasons,
        List<Reason> audited,
        List<Obligation> obligations,
        Map<Origin, Long> positions,
        Sha256 policyDigest) {

    public Decision {
        reasons = List.copyOf(reasons);
        audited = List.copyOf(audited);
        obligations = List.copyOf(obligations);
        positions = Map.copyOf(positions);
    }
}
