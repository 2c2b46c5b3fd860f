package org.imprimatur.node;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.node.admission.Admission;
import org.imprimatur.node.admission.DecisionRoutes;
import org.imprimatur.node.admission.Replays;
import org.imprimatur.node.approval.Notices;
import org.imprimatur.node.approval.QueueRoute;
import org.imprimatur.node.approval.SiteRoutes;
import org.imprimatur.node.catalogue.LedgerState;
import org.imprimatur.node.driver.DirectoryStore;
import org.imprimatur.node.driver.DriverException;
import org.imprimatur.node.driver.DriverSettings;
import org.imprimatur.node.driver.PublicationRoutes;
import org.imprimatur.node.driver.Publications;
import org.imprimatur.node.driver.StoredImage;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.FetchFailed;
import org.imprimatur.node.follow.Bell;
import org.imprimatur.node.follow.Follows;
import org.imprimatur.node.follow.OwnChanges;
import org.imprimatur.node.follow.SiteView;
import org.imprimatur.node.instance.InstanceRoutes;
import org.imprimatur.node.instance.Instances;
import org.imprimatur.node.instance.Reevaluation;
import org.imprimatur.node.instance.Terminations;
import org.imprimatur.node.instance.Watch;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.policy.PolicyInForce;
import org.imprimatur.node.policy.PolicyRoute;
import org.imprimatur.node.store.Database;
import org.imprimatur.node.transfer.ApprovedStock;
import org.imprimatur.node.transfer.StoredFileRoute;
import org.imprimatur.node.transfer.Transfers;

/** What a node has besides, when it is a site: it decides, and holds approved images. */
final class Site implements AutoCloseable {

    private static final Duration FOR_A_BUNDLE = Duration.ofSeconds(30);

    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final SiteFile file;
    private final PolicyInForce policy;
    private final Admission admission;
    private final DecisionRoutes decisions;
    private final Transfers transfers;
    private final Publications publications;
    private final OwnChanges ownChanges;
    private final Notices notices;
    private final SiteRoutes routes;
    private final QueueRoute queue;
    private final InstanceRoutes instances;
    private final StoredFileRoute files;
    private final Terminations terminations;
    private final Watch watch;

    private Site(
            SiteFile file,
            PolicyInForce policy,
            Admission admission,
            DecisionRoutes decisions,
            Transfers transfers,
            Publications publications,
            OwnChanges ownChanges,
            Notices notices,
            SiteRoutes routes,
            QueueRoute queue,
            InstanceRoutes instances,
            StoredFileRoute files,
            Terminations terminations,
            Watch watch) {
        this.file = file;
        this.policy = policy;
        this.admission = admission;
        this.decisions = decisions;
        this.transfers = transfers;
        this.publications = publications;
        this.ownChanges = ownChanges;
        this.notices = notices;
        this.routes = routes;
        this.queue = queue;
        this.instances = instances;
        this.files = files;
        this.terminations = terminations;
        this.watch = watch;
    }

    static Site start(
            Path file,
            SiteConfig config,
            LedgerState own,
            Follows follows,
            Fetch fetch,
            Path noticesLeft,
            Database database,
            InstantSource clock,
            RandomGenerator random,
            Metrics metrics,
            Bell changed) {
        var policy =
                new PolicyInForce(config.policy(), config.policyText(), database, clock, metrics);
        var site = config.policy().site();
        var view = new SiteView(own, follows);
        var store = DirectoryStore.open(config.store(), random);
        var admission = new Admission(view, policy, database, clock, random, metrics);
        var transfers =
                new Transfers(
                        view,
                        policy,
                        store,
                        fetch,
                        config.transfers(),
                        database,
                        clock,
                        random,
                        metrics,
                        changed);
        var publications =
                new Publications(
                        config.drivers(),
                        new DriverSettings.Wiring(
                                site, clock, image -> bundle(config, fetch, image)),
                        new ApprovedStock(transfers, store, view),
                        database,
                        clock,
                        random,
                        metrics);
        transfers.whenChanged(publications::ring);
        policy.whenExchanged(changed::ring);
        var siteFile =
                new SiteFile(
                        file,
                        own.ask(register -> register.charter().origin()),
                        config,
                        policy,
                        LOOK_EVERY);
        var notices =
                new Notices(
                        config.notices(),
                        noticesLeft,
                        config.policy().site(),
                        own,
                        view,
                        database,
                        clock);
        var routes = new SiteRoutes(view, follows, policy, transfers, store, notices, clock);
        var instances = new Instances(view, site, config.instances(), admission, database, clock);
        var reevaluation = new Reevaluation(view, policy, database);
        var terminations =
                new Terminations(
                        config.instances(),
                        reevaluation,
                        view,
                        publications::terminate,
                        database,
                        clock,
                        metrics);
        return new Site(
                siteFile,
                policy,
                admission,
                new DecisionRoutes(admission, new Replays(view, policy, database, clock)),
                transfers,
                publications,
                new OwnChanges(own, changed),
                notices,
                routes,
                new QueueRoute(view, follows, policy, clock),
                new InstanceRoutes(instances),
                new StoredFileRoute(transfers, store),
                terminations,
                new Watch(reevaluation, terminations, database, clock, metrics, changed.another()));
    }

    /** From the catalogue: it is not believed here, but verified by whoever gets it. */
    private static byte[] bundle(SiteConfig config, Fetch fetch, StoredImage image)
            throws DriverException {
        var source =
                config.sources().stream()
                        .filter(s -> s.charter().origin().equals(image.catalogue()))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new DriverException(
                                                "bundles are had only from ledgers that the site follows"));
        var base = source.url().toString().replaceAll("/+$", "");
        var id = image.endorsement().id().hex();
        try {
            return fetch.bytes(
                    URI.create(base + "/api/v1/statements/" + id + "/bundle"),
                    Bundle.MAX_BYTES,
                    FOR_A_BUNDLE);
        } catch (FetchFailed e) {
            throw new DriverException(e.explanation(), e);
        }
    }

    PolicyRoute policy() {
        return new PolicyRoute(policy);
    }

    Admission admission() {
        return admission;
    }

    DecisionRoutes decisions() {
        return decisions;
    }

    SiteRoutes routes() {
        return routes;
    }

    QueueRoute queue() {
        return queue;
    }

    PublicationRoutes publications() {
        return new PublicationRoutes(publications);
    }

    InstanceRoutes instances() {
        return instances;
    }

    StoredFileRoute files() {
        return files;
    }

    @Override
    public void close() {
        file.close();
        notices.close();
        ownChanges.close();
        watch.close();
        terminations.close();
        publications.close();
        transfers.close();
        admission.close();
    }
}
