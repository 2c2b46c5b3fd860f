package org.imprimatur.node;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.node.admission.Admission;
import org.imprimatur.node.admission.DecisionRoutes;
import org.imprimatur.node.admission.Replays;
import org.imprimatur.node.approval.QueueRoute;
import org.imprimatur.node.approval.SiteRoutes;
import org.imprimatur.node.driver.Conversions;
import org.imprimatur.node.driver.DirectoryStore;
import org.imprimatur.node.driver.DriverException;
import org.imprimatur.node.driver.DriverSettings;
import org.imprimatur.node.driver.PublicationRoutes;
import org.imprimatur.node.driver.Publications;
import org.imprimatur.node.driver.PublishedImages;
import org.imprimatur.node.driver.StoredImage;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.FetchFailed;
import org.imprimatur.node.follow.Bell;
import org.imprimatur.node.follow.Follows;
import org.imprimatur.node.follow.Ledgers;
import org.imprimatur.node.follow.OwnChanges;
import org.imprimatur.node.follow.SiteView;
import org.imprimatur.node.instance.InstanceRoutes;
import org.imprimatur.node.instance.Instances;
import org.imprimatur.node.instance.Reevaluation;
import org.imprimatur.node.instance.Terminations;
import org.imprimatur.node.instance.Watch;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.notice.Notices;
import org.imprimatur.node.policy.PolicyInForce;
import org.imprimatur.node.policy.PolicyRoute;
import org.imprimatur.node.retention.Expiry;
import org.imprimatur.node.store.Database;
import org.imprimatur.node.subscription.Subscriptions;
import org.imprimatur.node.transfer.ApprovedStock;
import org.imprimatur.node.transfer.StoredFileRoute;
import org.imprimatur.node.transfer.Transfers;
import org.imprimatur.node.watch.DecisionFlaws;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node serves besides, when it is a site: it decides, and holds approved images. To learn
 * what depends on what, read {@link #start}.
 */
record Site(
        PolicyRoute policy,
        Admission admission,
        DecisionRoutes decisions,
        SiteRoutes routes,
        QueueRoute queue,
        PublicationRoutes publications,
        InstanceRoutes instances,
        StoredFileRoute files) {

    private static final Logger LOG = LoggerFactory.getLogger(Site.class);
    private static final Duration FOR_A_BUNDLE = Duration.ofSeconds(30);

    /**
     * Opens what a site is made of.
     *
     * @param lookEvery how often its file is looked at
     * @param inForce its file, which it exchanges
     * @param flaws what is known of flaws in images, and was known before
     * @param changed rings whenever a register, the policy or what is known of flaws has changed
     * @param condemned is told how many instances are condemned whenever they are others
     * @param parts takes in whatever must be closed
     */
    static Site start(
            Path file,
            Duration lookEvery,
            AtomicReference<SiteConfig> inForce,
            Ledgers ledgers,
            Follows follows,
            Subscriptions subscriptions,
            DecisionFlaws flaws,
            Fetch fetch,
            Notices notices,
            Database database,
            InstantSource clock,
            RandomGenerator random,
            Metrics metrics,
            Bell changed,
            IntConsumer condemned,
            Parts parts) {
        var config = inForce.get();
        var own = ledgers.own();
        var policy =
                new PolicyInForce(config.policy(), config.policyText(), database, clock, metrics);
        var site = config.policy().site();
        if (config.policy().limitsAdvisories() && !flaws.watched()) {
            LOG.warn(
                    "{} has a limit \"advisory\", and this node watches no advisories: only"
                            + " revocations count, until its configuration names \"advisories\"",
                    file);
        }
        var view = new SiteView(ledgers, policy);
        parts.opened(DirectoryStore.lock(config.store()));
        var store = DirectoryStore.open(config.store(), random);
        var published = new PublishedImages(view, database);
        var admission =
                parts.opened(new Admission(view, published, database, clock, random, metrics));
        var transfers =
                parts.opened(
                        new Transfers(
                                view,
                                store,
                                fetch,
                                () -> inForce.get().transfers(),
                                database,
                                clock,
                                random,
                                metrics,
                                changed));
        var conversions =
                parts.opened(
                        new Conversions(
                                store,
                                () -> inForce.get().transfers().verifyEvery(),
                                database,
                                clock));
        var publications =
                parts.opened(
                        new Publications(
                                config.drivers(),
                                new DriverSettings.Wiring(
                                        site,
                                        clock,
                                        image -> bundle(follows, fetch, image),
                                        fetch.proxies()),
                                new ApprovedStock(transfers, store, view),
                                conversions,
                                database,
                                clock,
                                random,
                                metrics));
        transfers.whenChanged(publications::ring);
        var look = changed.another();
        var instances =
                new Instances(
                        view,
                        site,
                        () -> inForce.get().instances(),
                        admission,
                        database,
                        clock,
                        look);
        var reevaluation = new Reevaluation(view, database);
        var terminations =
                parts.opened(
                        new Terminations(
                                () -> inForce.get().instances(),
                                policy::since,
                                reevaluation,
                                view,
                                publications::terminate,
                                database,
                                clock,
                                metrics));
        parts.opened(
                new Watch(reevaluation, terminations, database, clock, metrics, look, condemned));
        parts.opened(new Expiry(() -> inForce.get().retention(), database, clock, metrics));
        parts.opened(new OwnChanges(own, changed));
        parts.opened(
                new SiteFile(
                        file,
                        own.ask(register -> register.charter().origin()),
                        new SiteExchange(
                                inForce,
                                policy,
                                follows,
                                subscriptions,
                                publications,
                                transfers,
                                changed),
                        lookEvery));
        return new Site(
                new PolicyRoute(policy),
                admission,
                new DecisionRoutes(
                        admission,
                        new Replays(view, published, database, subscriptions, flaws, clock)),
                new SiteRoutes(view, follows, subscriptions, transfers, store, notices, clock),
                new QueueRoute(view, follows, clock),
                new PublicationRoutes(publications),
                new InstanceRoutes(instances),
                new StoredFileRoute(transfers, store, conversions));
    }

    /** From the catalogue: it is not believed here, but verified by whoever gets it. */
    private static byte[] bundle(Follows follows, Fetch fetch, StoredImage image)
            throws DriverException {
        var source =
                follows.source(image.catalogue())
                        .orElseThrow(
                                () ->
                                        new DriverException(
                                                "a registry takes an image with its bundle, and bundles are had only from ledgers that the site follows"));
        var base = source.url().toString().replaceAll("/+$", "");
        var id = image.candidate().id().hex();
        try {
            return fetch.bytes(
                    URI.create(base + "/api/v1/statements/" + id + "/bundle"),
                    Bundle.MAX_BYTES,
                    FOR_A_BUNDLE);
        } catch (FetchFailed e) {
            throw new DriverException(e.explanation(), e);
        }
    }
}
