package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.Trial.expect;

import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a site with SIGKILL while images are approved, asked for and refused, five times. */
class ApprovalKillIT {

    private static final int ROUNDS = 5;
    private static final int IMAGES = 6;

    private final Random random = new Random(815);
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final List<String> wrong = new CopyOnWriteArrayList<>();
    private Trial trial;
    private SiteTrial at;
    private volatile RunningNode site;

    /** An image that is approved and refused in turns, and what the site was told last of it. */
    private final class Contested {

        private final Endorsed image;
        private boolean approved;
        private byte[] envelope = {};

        Contested(Endorsed image) {
            this.image = image;
        }

        /** Goes on until the site is killed; what it did not answer may have happened or not. */
        void approveAndRefuse() {
            try {
                while (wrong.isEmpty()) {
                    approved = !approved;
                    envelope = signed();
                    submit();
                    check();
                }
            } catch (UncheckedIOException e) {
                return; // killed
            }
        }

        private byte[] signed() {
            var statement =
                    approved ? at.approval(image, trial.origin) : at.refusal(image, trial.origin);
            return trial.sign(statement, at.approver);
        }

        private void submit() {
            var answer = ask("/api/v1/statements", envelope);
            assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
            acknowledged.add(SiteTrial.json(answer).get("id").asText());
        }

        private void check() {
            if (permitted(image) != approved) {
                wrong.add(approved ? "approved, and denied" : "refused, and permitted");
            }
        }

        /** Of what was under way, the client makes sure by saying it once more. */
        void makeSure() {
            boolean before = permitted(image);
            if (envelope.length > 0) {
                submit();
                check();
            } else {
                assertThat(before).as("nobody approved it").isFalse();
            }
        }
    }

    @Test
    @Clause({"WLCG-3", "END-2.operator"})
    void aKilledSiteLosesNoApprovalThatItAcknowledgedAndPermitsNothingThatNobodyApproved(
            @TempDir Path directory) throws Exception {
        trial = new Trial(directory, "catalogue.example/approvals");
        try (var catalogue = trial.start()) {
            trial.prepare(catalogue);
            at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "1s");
            var contested = new ArrayList<Contested>();
            for (int i = 0; i < IMAGES; i++) {
                contested.add(new Contested(at.endorse(catalogue, ("image " + i).getBytes(UTF_8))));
            }
            var untouched = at.endorse(catalogue, "nobody approves".getBytes(UTF_8));
            try (var first = at.start()) {
                at.prepare(first);
                at.await(first, untouched, "eligible"::equals);
            }
            Files.writeString(directory.resolve("site-node.yaml"), at.yaml());

            for (int round = 0; round <= ROUNDS; round++) {
                try (var running = new RunningNode(directory, "site-node.yaml")) {
                    site = running;
                    Eventually.await(() -> get("/health/ready").statusCode(), code -> code == 200);
                    contested.forEach(Contested::makeSure);
                    assertThat(permitted(untouched)).isFalse();
                    for (var id : acknowledged) {
                        expect(200, get("/api/v1/statements/" + id));
                    }
                    if (round < ROUNDS) {
                        killWhile(contested);
                    }
                }
            }

            assertThat(wrong).isEmpty();
            assertThat(acknowledged).hasSizeGreaterThan(ROUNDS * IMAGES);
        }
    }

    private void killWhile(List<Contested> contested) throws InterruptedException {
        var threads = new ArrayList<Thread>();
        for (var one : contested) {
            threads.add(
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            one.approveAndRefuse();
                                        } catch (RuntimeException | AssertionError e) {
                                            wrong.add(e.toString());
                                        }
                                    }));
        }
        int before = acknowledged.size();
        Eventually.await(acknowledged::size, size -> size > before + IMAGES || !wrong.isEmpty());
        Thread.sleep(random.nextInt(300));
        site.kill();
        for (var thread : threads) {
            thread.join();
        }
    }

    private boolean permitted(Endorsed one) {
        var name = one.statement().image().toString();
        var answer =
                ask(
                        "/access/v1/evaluation",
                        SiteTrial.question(name, "infrastructure", "instantiate").getBytes(UTF_8));
        return SiteTrial.json(expect(200, answer)).get("decision").asBoolean();
    }

    private HttpResponse<String> ask(String path, byte[] body) {
        return trial.send(
                HttpRequest.newBuilder(site.uri(path))
                        .timeout(Duration.ofSeconds(30))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build());
    }

    private HttpResponse<String> get(String path) {
        return trial.send(
                HttpRequest.newBuilder(site.uri(path)).timeout(Duration.ofSeconds(30)).build());
    }
}
