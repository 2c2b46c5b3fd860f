package org.imprimatur.node;

import java.util.concurrent.atomic.AtomicReference;
import org.imprimatur.node.driver.Publications;
import org.imprimatur.node.follow.Bell;
import org.imprimatur.node.follow.Follows;
import org.imprimatur.node.policy.PolicyInForce;
import org.imprimatur.node.subscription.Subscriptions;
import org.imprimatur.node.transfer.Transfers;

/**
 * Puts another site file in force while the node runs.
 *
 * <p>What may fail comes first and leaves all as it was: the policy is kept, drivers are opened,
 * ledgers and lists are taken up. Then all that decisions rest on is exchanged at one moment:
 * whoever decides sees the policy and the ledgers of the old file or those of the new one. A part
 * that only asks for its settings, whenever they matter, needs nothing but {@code inForce}. What
 * could not be fetched by the old file is tried by the new one at once. What is no longer followed
 * or published to ends last.
 */
record SiteExchange(
        AtomicReference<SiteConfig> inForce,
        PolicyInForce policy,
        Follows follows,
        Subscriptions subscriptions,
        Publications publications,
        Transfers transfers,
        Bell changed) {

    /**
     * Exchanges the file.
     *
     * @throws org.imprimatur.node.config.BadConfiguration when the node cannot do as it says
     */
    void take(SiteConfig next) {
        policy.keep(next.policy(), next.policyText());
        try (var drivers = publications.next(next.drivers());
                var ledgers = follows.next(next.sources());
                var lists = subscriptions.next(next.lists())) {
            ledgers.put(
                    () -> {
                        inForce.set(next);
                        policy.put(next.policy());
                        lists.put();
                    });
            transfers.tryAgain();
            changed.ring();
            drivers.put();
        }
    }
}
