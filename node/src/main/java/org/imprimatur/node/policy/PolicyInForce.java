package org.imprimatur.node.policy;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.imprimatur.node.config.ConfigFault;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.SitePolicy;

/**
 * The policy that a site decides by. It may be exchanged while the node runs; each is kept in the
 * database before anything is decided by it.
 */
public final class PolicyInForce implements Supplier<SitePolicy> {

    private final Database database;
    private final InstantSource clock;
    private volatile Held held;

    /** What holds now: the policy, since when, and what is wrong with the file that came after. */
    record Held(SitePolicy policy, Instant since, List<ConfigFault> faults) {

        Held {
            faults = List.copyOf(faults);
        }
    }

    /**
     * Puts the first policy in force.
     *
     * @param text what its digest is of
     */
    public PolicyInForce(
            SitePolicy policy,
            String text,
            Database database,
            InstantSource clock,
            Metrics metrics) {
        this.database = database;
        this.clock = clock;
        keep(policy, text);
        this.held = new Held(policy, clock.instant(), List.of());
        metrics.gauge(
                "imprimatur_site_file_faults",
                "What is wrong with the site's file as it is now; 0 when it is in force.",
                () -> held.faults().size());
    }

    /** The policy; a decision asks once and keeps what it got. */
    @Override
    public SitePolicy get() {
        return held.policy();
    }

    /** Since when it is in force, in this run of the node. */
    public Instant since() {
        return held.since();
    }

    Held held() {
        return held;
    }

    /**
     * Keeps a policy in the database, so that it may be put in force.
     *
     * @param text what its digest is of
     */
    public void keep(SitePolicy policy, String text) {
        var now = clock.instant();
        database.change(db -> new SitePolicyTable(db).keep(policy.digest(), text, now));
    }

    /** Puts a policy that is kept in place of the one in force; its file has no faults. */
    public void put(SitePolicy policy) {
        held = new Held(policy, clock.instant(), List.of());
    }

    /** What is wrong with the site's file as it is now; empty when it is in force. */
    public List<ConfigFault> faults() {
        return held.faults();
    }

    /** Notes what is wrong with the file as it is now, and leaves the policy as it is. */
    public void note(List<ConfigFault> faults) {
        var now = held;
        held = new Held(now.policy(), now.since(), faults);
    }
}
