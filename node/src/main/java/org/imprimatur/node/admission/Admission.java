package org.imprimatur.node.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.imprimatur.node.driver.PublishedImages;
import org.imprimatur.node.driver.PublishedImages.Meant;
import org.imprimatur.node.follow.Seen;
import org.imprimatur.node.follow.SiteView;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Inquiry;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.Standing;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /access/v1/evaluation} and {@code /access/v1/evaluations}: whether images may run,
 * decided from memory, and written down a moment later (END-2.operator).
 */
public final class Admission implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final SiteView view;
    private final PublishedImages published;
    private final Database database;
    private final DecisionRecord record;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Counter decisions;
    private final Histogram durations;
    private volatile @Nullable Seen lastSeen;

    /** Decides for one site. */
    public Admission(
            SiteView view,
            PublishedImages published,
            Database database,
            InstantSource clock,
            RandomGenerator random,
            Metrics metrics) {
        this.view = view;
        this.published = published;
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
        var question = read(request, DecisionJson.MAX_BYTES, DecisionJson::inquiry);
        return answered(request, DecisionJson.answer(give(question)));
    }

    /** Answers several questions, one after the other. */
    public Answer evaluateAll(Request request) throws IOException {
        var batch = read(request, DecisionJson.MAX_BATCH_BYTES, DecisionJson::batch);
        if (batch.single()) {
            return answered(request, DecisionJson.answer(give(batch.questions().getFirst())));
        }
        var json = Json.object();
        var answers = json.putArray("evaluations");
        for (var question : batch.questions()) {
            var given = give(question);
            answers.add(DecisionJson.answer(given));
            if (batch.semantic().endsWith(given.judged().decision().permitted())) {
                break;
            }
        }
        return answered(request, json);
    }

    private static <T> T read(Request request, int most, Function<byte[], T> form)
            throws IOException {
        request.checkQuery();
        request.checkType("application/json");
        try {
            return form.apply(request.body(most));
        } catch (MalformedInput e) {
            throw new ProblemException(Problem.malformed(e.explanation()));
        }
    }

    // AuthZEN 1.0, "Request Identification": the caller's name for the request comes back.
    private static Answer answered(Request request, ObjectNode json) {
        var answer = Answer.json(200, json);
        return request.header("X-Request-ID")
                .filter(id -> id.matches("[!-~]{1,128}"))
                .map(id -> answer.with("X-Request-ID", id))
                .orElse(answer);
    }

    /**
     * Decides, and queues the decision to be written a moment later: a node that is killed may lose
     * the records of its last moment. What there is no room to queue is not given.
     */
    private Given give(Inquiry question) {
        var given = decide(question);
        if (!record.add(given)) {
            throw new ProblemException(
                    Problem.unavailable(
                            "decision-not-recorded",
                            "no more decisions are given until those that wait are written down",
                            1));
        }
        return given;
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

    private Given decide(Inquiry question) {
        long start = System.nanoTime();
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        // One look for the many whose name the ledgers in view explain.
        var given =
                view.ask(
                                (standing, policy) ->
                                        PublishedImages.aloneTell(standing, question.image())
                                                ? Optional.<Given>empty()
                                                : Optional.of(
                                                        given(
                                                                standing, policy, question, null,
                                                                now)))
                        .orElseGet(() -> lookingAtPublished(question, now));
        var decision = given.judged().decision();
        durations.observe((System.nanoTime() - start) / 1e9);
        decisions
                .labelValues(
                        question.useClass().wire(),
                        decision.permitted() ? "permit" : "deny",
                        decision.reasons().getFirst().code().wire())
                .inc();
        return given;
    }

    private Given lookingAtPublished(Inquiry question, Instant now) {
        var ofTheSite = published.find(question.image()).orElse(null);
        return view.ask((standing, policy) -> given(standing, policy, question, ofTheSite, now));
    }

    private Given given(
            Standing standing,
            SitePolicy policy,
            Inquiry question,
            @Nullable Meant ofTheSite,
            Instant now) {
        var seen = Seen.of(standing, lastSeen);
        lastSeen = seen;
        var judged = Judged.of(standing, policy, question, ofTheSite, now);
        return new Given(newId(now), now, question, judged, seen);
    }

    /**
     * A UUID of version 7 (RFC 9562 section 5.7): those of one time are beside each other in the
     * database's index, which takes them in much faster so.
     */
    private UUID newId(Instant now) {
        // All at once: a secure generator works for each time that it is asked.
        var bytes = new byte[2 * Long.BYTES];
        random.nextBytes(bytes);
        var bits = ByteBuffer.wrap(bytes);
        return new UUID(
                now.toEpochMilli() << 16 | 0x7000L | bits.getLong() & 0xfffL,
                bits.getLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L);
    }

    @Override
    public void close() {
        record.close();
    }
}
