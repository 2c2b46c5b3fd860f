package org.imprimatur.register;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a site asks of an image before it runs. A class that is not in the map is run by nobody.
 *
 * @param site the site, an owner {@code site:NAME}
 * @param classes the rules of each use-case class that the site serves
 * @param maxStaleness how old the site's view of a followed ledger may be when a start is decided
 * @param digest SHA-256 of the policy's file as it was given, for the record
 */
public record SitePolicy(
        Owner site, Map<UseClass, ClassPolicy> classes, Duration maxStaleness, Sha256 digest) {

    /**
     * The rules of one class.
     *
     * @param trusted owners whose endorsements the site relies on; not asked for in the class
     *     {@code payload}
     * @param approvalRequired whether the site must have approved the endorsement (WLCG-3)
     * @param obligations what a permit carries, besides what the class itself brings
     * @param contributors what is asked of those who contributed to an image (TVM-4); null for
     *     nothing
     * @param endorsers how many must have endorsed the same file; null where one is enough
     */
    public record ClassPolicy(
            Set<Owner> trusted,
            boolean approvalRequired,
            List<Obligation> obligations,
            @Nullable ContributorRule contributors,
            @Nullable Endorsers endorsers) {

        /** Rules that ask nothing of contributors and are content with one endorser. */
        public ClassPolicy(
                Set<Owner> trusted, boolean approvalRequired, List<Obligation> obligations) {
            this(trusted, approvalRequired, obligations, null, null);
        }

        public ClassPolicy {
            trusted = Set.copyOf(trusted);
            obligations = List.copyOf(obligations);
        }
    }

    /**
     * Several endorsers of one image.
     *
     * @param atLeast how many different people, 2 to 16
     * @param of the owners for which they endorse; an endorsement for another owner is not counted
     */
    public record Endorsers(int atLeast, Set<Owner> of) {

        public Endorsers {
            Text.range("atLeast", atLeast, 2, 16);
            of = Set.copyOf(of);
            if (of.isEmpty()) {
                throw new MalformedInput("of", "at least one owner", "none");
            }
        }
    }

    public SitePolicy {
        if (site.kind() != Owner.Kind.SITE) {
            throw new MalformedInput("site", "an owner site:NAME", "'" + site + "'");
        }
        if (maxStaleness.isNegative() || maxStaleness.isZero()) {
            throw new MalformedInput("maxStaleness", "a positive time", maxStaleness.toString());
        }
        classes = Map.copyOf(classes);
    }
}
