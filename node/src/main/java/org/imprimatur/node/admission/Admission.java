package org.imprimatur.node.admission;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.imprimatur.node.follow.SiteView;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.DecisionRequest;
import org.imprimatur.register.Decisions;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.SitePolicy;

/**
 * {@code POST /access/v1/evaluation}: whether an image may run, decided from memory and written
 * down (END-2.operator).
 */
public final class Admission implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final SiteView view;
    private final Supplier<SitePolicy> policy;
    private final Database database;
    private final DecisionRecord record;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Counter decisions;
    private final Histogram durations;

    /**
     * Decides for one site.
     *
     * @param policy the policy that is in force, and kept
     */
    public Admission(
            SiteView view,
            Supplier<SitePolicy> policy,
            Database database,
            InstantSource clock,
            RandomGenerator random,
            Metrics metrics) {
        this.view = view;
        this.policy = policy;
        this.database = database;
        this.record = new DecisionRecord(database);
        this.clock = clock;
        this.random = random;
        decisions =
                Counter.builder()
                        .name("imprimatur_decisions_total")
                        .help("Decisions, by class, outcome and first reason.")
                        .labelNames("class", "outcome", "reason")
                        .register(metrics.registry());
        durations =
                Histogram.builder()
                        .name("imprimatur_decision_seconds")
                        .help("How long deciding took, without HTTP.")
                        .classicOnly()
                        .classicUpperBounds(5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1)
                        .register(metrics.registry());
        metrics.gauge(
                "imprimatur_decisions_waiting",
                "Decisions that were given and are not written down yet.",
                record::waiting);
    }

    /** Answers one question. */
    public Answer evaluate(Request request) throws IOException {
        request.checkQuery();
        request.checkType("application/json");
        DecisionRequest question;
        try {
            question = DecisionJson.request(request.body(DecisionJson.MAX_BYTES));
        } catch (MalformedInput e) {
            throw new ProblemException(Problem.malformed(e.explanation()));
        }
        var given = decide(question);
        if (!record.add(given)) {
            throw new ProblemException(
                    Problem.unavailable(
                            "decision-not-recorded",
                            "the decision cannot be written down, and what is not written down is not given",
                            1));
        }
        var answer = Answer.json(200, DecisionJson.answer(given));
        // AuthZEN 1.0, "Request Identification": the caller's name for the request comes back.
        return request.header("X-Request-ID")
                .filter(id -> id.matches("[!-~]{1,128}"))
                .map(id -> answer.with("X-Request-ID", id))
                .orElse(answer);
    }

    /**
     * A decision that was given, once it is written down; for one that was given a moment ago this
     * waits a little.
     */
    public Optional<Decided> decided(UUID id) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var decided = database.read(db -> new DecisionTable(db).find(id));
            if (decided.isPresent() || System.nanoTime() > end) {
                return decided;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private Given decide(DecisionRequest question) {
        long start = System.nanoTime();
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var inForce = policy.get();
        var decision = view.ask(standing -> Decisions.decide(standing, inForce, question, now));
        durations.observe((System.nanoTime() - start) / 1e9);
        decisions
                .labelValues(
                        question.useClass().wire(),
                        decision.permitted() ? "permit" : "deny",
                        decision.reasons().getFirst().code().wire())
                .inc();
        return new Given(newId(), now, question, decision);
    }

    /** A UUID of version 4 (RFC 9562 section 5.4). */
    private UUID newId() {
        return new UUID(
                random.nextLong() & ~0xf000L | 0x4000L,
                random.nextLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L);
    }

    @Override
    public void close() {
        record.close();
    }
}
