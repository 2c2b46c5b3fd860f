package org.imprimatur.node.instance;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.imprimatur.node.admission.Admission;
import org.imprimatur.node.admission.Decided;
import org.imprimatur.node.follow.Bell;
import org.imprimatur.node.follow.SiteView;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.DecisionRequest.Action;
import org.imprimatur.register.Owner;
import org.jspecify.annotations.Nullable;

/**
 * The site's record of what runs and what ran.
 *
 * <p>A machine is registered before it runs, on the permit that was given for it, so that nothing
 * runs that is not on record. One that is found running is registered also where it may not go on,
 * and condemned at once. Its end is noted whatever else is true: stopping is never blocked.
 */
public final class Instances {

    /** A permit speaks of the moment at which it was given. */
    static final Duration DECISION_VALID = Duration.ofMinutes(10);

    private final SiteView view;
    private final Owner site;
    private final Supplier<InstanceSettings> settings;
    private final Admission admission;
    private final Database database;
    private final InstantSource clock;
    private final Bell watch;

    /**
     * The record of one site.
     *
     * @param settings the ones in force, asked for each instance
     * @param watch rung when something runs that may not
     */
    public Instances(
            SiteView view,
            Owner site,
            Supplier<InstanceSettings> settings,
            Admission admission,
            Database database,
            InstantSource clock,
            Bell watch) {
        this.view = view;
        this.site = site;
        this.settings = settings;
        this.admission = admission;
        this.database = database;
        this.clock = clock;
        this.watch = watch;
    }

    /**
     * An instance that was registered.
     *
     * @param isNew whether it was not there before
     */
    record Registered(Instance instance, boolean isNew) {}

    /**
     * Registers an instance. What is there already stays as it is, so that a caller who got no
     * answer asks again.
     *
     * @throws ProblemException when no permit bears it, or when its operator or a consumer may not
     *     have machines
     */
    Registered register(Instance.Report report) {
        var known = database.read(db -> new InstanceTable(db).find(report.id()));
        if (known.isPresent()) {
            return same(known.get(), report);
        }
        var now = now();
        var decided = decided(report, now);
        var operator = decided.asked().operator();
        var rules = new OperatorRules(site, settings.get().acceptanceAsked());
        view.ask(standing -> rules.against(standing, operator, report.consumers(), now))
                .ifPresent(
                        problem -> {
                            throw new ProblemException(problem);
                        });
        var meant = Objects.requireNonNull(decided.meant());
        var instance =
                new Instance(
                        report,
                        meant.image(),
                        meant.converted(),
                        decided.asked().useClass(),
                        operator,
                        now,
                        null,
                        null,
                        null);
        var stands =
                database.write(
                        db -> {
                            var table = new InstanceTable(db);
                            table.add(instance);
                            return table.find(report.id())
                                    .or(() -> table.ofDecision(report.decision()));
                        });
        if (!decided.permitted()) {
            watch.ring();
        }
        return stands.filter(found -> found.report().id().equals(report.id())).isPresent()
                ? new Registered(same(stands.get(), report).instance(), true)
                : decisionUsed(stands.orElse(null));
    }

    private Decided decided(Instance.Report report, Instant now) {
        var decided =
                admission
                        .decided(report.decision())
                        .orElseThrow(
                                () ->
                                        refused(
                                                "unknown-decision",
                                                "The decision is not on record",
                                                "no decision has the id " + report.decision()));
        var host = decided.asked().host();
        boolean runs = decided.asked().action() == Action.CONTINUE && decided.meant() != null;
        if (!decided.permitted() && !runs) {
            throw refused(
                    "decision-denies",
                    "The decision is a denial",
                    "the decision %s of %s denies".formatted(report.decision(), decided.at()));
        }
        if (Duration.between(decided.at(), now).compareTo(DECISION_VALID) > 0) {
            throw refused(
                    "decision-too-old",
                    "The decision was given too long ago",
                    "the decision is of %s; an instance is registered within %d minutes"
                            .formatted(decided.at(), DECISION_VALID.toMinutes()));
        }
        if (host != null && !host.equals(report.host())) {
            throw refused(
                    "decision-for-another-host",
                    "The decision is for another host",
                    "the decision is for the host \"%s\", the instance on \"%s\""
                            .formatted(host, report.host()));
        }
        return decided;
    }

    private static Registered same(Instance known, Instance.Report report) {
        if (!known.report().equals(report)) {
            throw new ProblemException(
                    conflict(
                            "instance-differs",
                            "Another instance has that id",
                            "the instance %s was registered with other members"
                                    .formatted(report.id())));
        }
        return new Registered(known, false);
    }

    private static Registered decisionUsed(@Nullable Instance other) {
        throw new ProblemException(
                conflict(
                        "decision-used",
                        "Another instance rests on the decision",
                        other == null
                                ? "the instance cannot be found again"
                                : "the instance %s rests on the decision %s"
                                        .formatted(
                                                other.report().id(), other.report().decision())));
    }

    private static ProblemException refused(String code, String title, String detail) {
        return new ProblemException(
                new Problem(
                        422,
                        code,
                        title,
                        detail,
                        List.of("EGI-2.operator", "EGI-4.4"),
                        null,
                        null,
                        "Ask for a decision (POST /access/v1/evaluation) and register on its permit.",
                        0));
    }

    private static Problem conflict(String code, String title, String detail) {
        return new Problem(
                409,
                code,
                title,
                detail,
                List.of(),
                null,
                null,
                "Give each run an id and a decision of its own.",
                0);
    }

    /** Notes that an instance runs, by now or since then; empty when there is no such instance. */
    Optional<Instance> started(UUID id, Optional<Instant> at) {
        return noted(id, at, InstanceTable::started);
    }

    /** Notes that an instance has ended, by now or then; empty when there is no such instance. */
    Optional<Instance> stopped(UUID id, Optional<Instant> at) {
        return noted(id, at, InstanceTable::stopped);
    }

    private interface Note {
        void put(InstanceTable table, UUID id, Instant at);
    }

    private Optional<Instance> noted(UUID id, Optional<Instant> at, Note note) {
        var now = now();
        return database.write(
                db -> {
                    var table = new InstanceTable(db);
                    var found = table.find(id);
                    found.ifPresent(
                            instance ->
                                    note.put(
                                            table,
                                            id,
                                            between(instance.registeredAt(), at.orElse(now), now)));
                    return found.flatMap(_ -> table.find(id));
                });
    }

    /** The caller's clock is another one: what it says is kept within what is possible. */
    private static Instant between(Instant first, Instant at, Instant last) {
        var notAfter = at.isAfter(last) ? last : at;
        return (notAfter.isBefore(first) ? first : notAfter).truncatedTo(ChronoUnit.MICROS);
    }

    Optional<Instance> find(UUID id) {
        return database.read(db -> new InstanceTable(db).find(id));
    }

    /** Instances registered before the one with that number, newest first. */
    List<InstanceTable.Row> newest(InstanceTable.Filter filter, long before, int limit) {
        return database.read(db -> new InstanceTable(db).newest(filter, before, limit));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
