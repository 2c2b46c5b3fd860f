package org.imprimatur.register;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
     */
    public record ClassPolicy(
            Set<Owner> trusted, boolean approvalRequired, List<Obligation> obligations) {

        public ClassPolicy {
            trusted = Set.copyOf(trusted);
            obligations = List.copyOf(obligations);
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
