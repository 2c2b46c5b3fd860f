package org.imprimatur.node;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.imprimatur.node.approval.ApprovalCheck;
import org.imprimatur.node.catalogue.AttachmentRoutes;
import org.imprimatur.node.catalogue.Attachments;
import org.imprimatur.node.catalogue.Cosignatures;
import org.imprimatur.node.catalogue.DocumentCheck;
import org.imprimatur.node.catalogue.EventRoutes;
import org.imprimatur.node.catalogue.FileRoutes;
import org.imprimatur.node.catalogue.ImageRoutes;
import org.imprimatur.node.catalogue.Images;
import org.imprimatur.node.catalogue.Ledger;
import org.imprimatur.node.catalogue.LedgerRoutes;
import org.imprimatur.node.catalogue.PeopleRoutes;
import org.imprimatur.node.catalogue.StatementRoutes;
import org.imprimatur.node.catalogue.StatusRoutes;
import org.imprimatur.node.catalogue.SubmissionCheck;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.ServerAuthorities;
import org.imprimatur.node.follow.AlarmRoutes;
import org.imprimatur.node.follow.Bell;
import org.imprimatur.node.follow.Follows;
import org.imprimatur.node.follow.Ledgers;
import org.imprimatur.node.http.HttpServer;
import org.imprimatur.node.http.Routes;
import org.imprimatur.node.lists.ImageLists;
import org.imprimatur.node.lists.ListRoutes;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.notice.Notices;
import org.imprimatur.node.store.DataDirectory;
import org.imprimatur.node.store.Database;
import org.imprimatur.node.subscription.Subscriptions;
import org.imprimatur.node.watch.Advisories;
import org.imprimatur.node.watch.AdvisoryRoutes;
import org.imprimatur.node.watch.AdvisoryWatch;
import org.imprimatur.node.watch.DecisionFlaws;
import org.imprimatur.node.watch.Live;
import org.imprimatur.node.watch.OpenFlaws;
import org.imprimatur.node.web.PageRoutes;
import org.imprimatur.node.witness.AskedWitness;
import org.imprimatur.node.witness.Witness;
import org.imprimatur.node.witness.WitnessConfig;
import org.imprimatur.node.witness.WitnessRoutes;
import org.imprimatur.node.witness.Witnesses;
import org.imprimatur.node.witness.WitnessesRoute;
import org.imprimatur.register.Charter;
import org.imprimatur.register.PolicyRef;
import org.imprimatur.register.Sha256;
import org.imprimatur.trust.StatementVerifier;
import org.imprimatur.trust.TrustAnchors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running node, wired by hand: to learn what depends on what, read {@link #start}. */
public final class Node implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final Charter charter;
    private final InetSocketAddress address;
    private final Routes routes;

    private final Parts parts;

    private Node(Charter charter, InetSocketAddress address, Routes routes, Parts parts) {
        this.charter = charter;
        this.address = address;
        this.routes = routes;
        this.parts = parts;
    }

    /**
     * Starts a node: when this returns, it serves.
     *
     * @throws RuntimeException with a message for people when something it needs is not as it
     *     should be; nothing stays open then
     */
    public static Node start(NodeConfig config, InstantSource clock) {
        return start(config, clock, LOOK_EVERY);
    }

    /** As above, and looks so often at the site's file. */
    static Node start(NodeConfig config, InstantSource clock, Duration lookEvery) {
        var parts = new Parts();
        try {
            var random = new SecureRandom();
            var metrics = new Metrics();
            var siteConfig =
                    config.site().map(file -> SiteConfig.read(file, Optional.of(config.name())));
            byte[] policy = read(config.policy().file());
            var anchors = anchors(config);
            var verifier = StatementVerifier.ofMany(anchors);
            var upkeep =
                    parts.opened(
                            Executors.newSingleThreadScheduledExecutor(
                                    Thread.ofVirtual().name("anchors-upkeep").factory()));
            long every = config.anchorsEvery().toMillis();
            upkeep.scheduleWithFixedDelay(
                    () -> refresh(anchors), every, every, TimeUnit.MILLISECONDS);

            var data = parts.opened(DataDirectory.open(config.data()));
            var database =
                    parts.opened(Database.open(config.database(), data, config.programs(), random));

            // What a site follows is asked when something is submitted to its own ledger.
            var tls = config.tlsAuthorities().map(Node::believing);
            var fetch = parts.opened(new Fetch(config.proxies(), tls));
            var changed = new Bell();
            var follows =
                    parts.opened(
                            Follows.open(
                                    siteConfig.map(SiteConfig::sources).orElse(List.of()),
                                    database,
                                    anchors,
                                    config.crls(),
                                    data.path(),
                                    fetch,
                                    clock,
                                    random,
                                    metrics,
                                    changed));
            var subscriptions =
                    parts.opened(
                            Subscriptions.open(
                                    siteConfig.map(SiteConfig::lists).orElse(List.of()),
                                    database,
                                    anchors,
                                    follows.alarms(),
                                    fetch,
                                    clock,
                                    random,
                                    metrics,
                                    changed));
            var attachments =
                    parts.opened(
                            new Attachments(database, data.path().resolve("attachments"), clock));
            var checks = new ArrayList<SubmissionCheck>();
            checks.add(new DocumentCheck(attachments));
            if (siteConfig.isPresent()) {
                checks.add(new ApprovalCheck(follows, subscriptions));
            }

            var asked = AskedWitness.read(config.witnesses());
            var ledger =
                    parts.opened(
                            Ledger.open(
                                    database,
                                    data.path(),
                                    config.name(),
                                    new PolicyRef(
                                            config.policy().name(),
                                            config.policy().version(),
                                            Sha256.of(policy)),
                                    config.owners(),
                                    config.contributors(),
                                    AskedWitness.chartered(asked, config.witnessThreshold()),
                                    verifier,
                                    checks,
                                    clock,
                                    random,
                                    metrics));

            var events = new EventRoutes(ledger.state());
            var flaws = new OpenFlaws(database);
            var knownFlaws = new DecisionFlaws(flaws, config.advisories());
            var ledgers = new Ledgers(ledger.state(), follows, subscriptions::lists, knownFlaws);
            var inForce = siteConfig.map(AtomicReference::new);
            var notices =
                    parts.opened(
                            new Notices(
                                    () ->
                                            inForce.flatMap(file -> file.get().notices())
                                                    .orElse(config.notices()),
                                    data.path().resolve("notices"),
                                    ledgers,
                                    database,
                                    clock,
                                    metrics));
            var site =
                    inForce.map(
                            siteFile ->
                                    Site.start(
                                            config.site().orElseThrow(),
                                            lookEvery,
                                            siteFile,
                                            ledgers,
                                            follows,
                                            subscriptions,
                                            knownFlaws,
                                            fetch,
                                            notices,
                                            database,
                                            clock,
                                            random,
                                            metrics,
                                            changed,
                                            events::condemned,
                                            parts));
            var live = new Live(ledgers);
            var advisories =
                    config.advisories()
                            .map(settings -> new Advisories(settings, live, flaws, clock, metrics));
            config.advisories()
                    .ifPresent(
                            settings ->
                                    parts.opened(
                                            AdvisoryWatch.open(
                                                    settings,
                                                    live,
                                                    flaws,
                                                    attachments,
                                                    fetch,
                                                    notices,
                                                    database,
                                                    clock,
                                                    random,
                                                    changed)));
            var cosignatures = new Cosignatures();
            var witnesses =
                    parts.opened(
                            Witnesses.open(
                                    asked,
                                    ledger,
                                    cosignatures,
                                    database,
                                    fetch,
                                    clock,
                                    random,
                                    metrics));
            var witness =
                    WitnessConfig.read(config.witness(), config.name())
                            .map(
                                    w ->
                                            Witness.open(
                                                    w,
                                                    data.path(),
                                                    follows,
                                                    database,
                                                    clock,
                                                    random));
            var images = new Images(database, ledger.state());
            var lists =
                    ListConfig.read(config)
                            .map(
                                    settings ->
                                            new ImageLists(
                                                    settings,
                                                    ledger.charter(),
                                                    ledger.state(),
                                                    database,
                                                    anchors,
                                                    clock,
                                                    random));
            var listRoutes = lists.map(ListRoutes::new);

            var routes =
                    Api.routes(
                            new StatementRoutes(ledger, cosignatures),
                            new AttachmentRoutes(attachments),
                            new ImageRoutes(images, ledger, attachments, clock),
                            new StatusRoutes(ledger.state(), cosignatures),
                            new LedgerRoutes(ledger, cosignatures, policy),
                            new PeopleRoutes(ledger, attachments, policy, clock),
                            events,
                            new FileRoutes(config.files()),
                            new OperationRoutes(() -> obstacle(database, ledger), metrics),
                            site,
                            witness.map(WitnessRoutes::new),
                            new WitnessesRoute(witnesses),
                            new AlarmRoutes(follows.alarms()),
                            advisories.map(AdvisoryRoutes::new),
                            listRoutes,
                            new PageRoutes(
                                    images,
                                    ledger.state(),
                                    follows.alarms(),
                                    advisories,
                                    listRoutes,
                                    clock));
            var server =
                    parts.opened(
                            HttpServer.start(
                                    config.listen().host(),
                                    config.listen().port(),
                                    routes,
                                    metrics));
            // Closed before the server, which waits for open streams.
            parts.opened(events);
            return new Node(ledger.charter(), server.address(), routes, parts);
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    /** Where it serves HTTP. */
    public InetSocketAddress address() {
        return address;
    }

    /** What readers must know of its ledger. */
    public Charter charter() {
        return charter;
    }

    /** What it serves. */
    Routes routes() {
        return routes;
    }

    @Override
    public void close() {
        parts.close();
    }

    private static Optional<String> obstacle(Database database, Ledger ledger) {
        return ledger.fault()
                .or(
                        () ->
                                database.answers()
                                        ? Optional.empty()
                                        : Optional.of("the database does not answer"));
    }

    private static TrustAnchors anchors(NodeConfig config) {
        try {
            return TrustAnchors.directory(config.anchors(), config.crls());
        } catch (IOException e) {
            throw new BadConfiguration("cannot read the anchors in " + config.anchors() + ": " + e);
        }
    }

    private static SSLContext believing(Path authorities) {
        try {
            return ServerAuthorities.ofJavaAnd(authorities);
        } catch (IOException e) {
            throw new BadConfiguration("cannot believe tls-authorities: " + e.getMessage());
        }
    }

    /** New revocation lists count without a restart. */
    private static void refresh(TrustAnchors anchors) {
        try {
            if (anchors.refresh()) {
                LOG.info("the trust anchors have changed and are loaded again");
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("cannot look at the trust anchors again: {}", e.toString());
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new BadConfiguration("cannot read the policy " + file + ": " + e);
        }
    }
}
