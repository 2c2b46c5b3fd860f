package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Sha512;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decisions that were given while much happened, made again afterwards. */
class ReplayIT {

    private static final int STEPS = 150;

    private final SplittableRandom random = new SplittableRandom(20261121);
    private final List<Endorsed> images = new ArrayList<>();
    private final List<String> decisions = new ArrayList<>();
    private final HashSet<String> codes = new HashSet<>();

    @Test
    @Clause("END-2.operator")
    void aDecisionIsMadeAgainExactlyAsItWasGiven(@TempDir Path directory) {
        var trial = new Trial(directory, "catalogue.example/replay");
        try (var catalogue = trial.start()) {
            trial.prepare(catalogue);
            var at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "30s");
            try (var site = at.start()) {
                at.prepare(site);
                for (int step = 0; step < STEPS; step++) {
                    happen(trial, at, catalogue, site);
                    decide(at, site);
                }
                var last = at.endorse(catalogue, "the last".getBytes(UTF_8));
                at.await(site, last, _ -> true);
                var image = last.statement().image();
                var quiet = at.decide(site, image, "trusted-payload", "continue");
                decisions.add(quiet.get("context").get("id").asText());
                assertThat(replayed(trial, site, decisions.getLast()).get("differs").asBoolean())
                        .as("nothing has happened since")
                        .isFalse();
            }
            // Another policy from now on, and a restart.
            var rules = at.siteYaml().replace("approval: required", "approval: none");
            var config = at.config();
            at.writeSite(rules);
            try (var site = Node.start(config, at.clock)) {
                decide(at, site);
                at.clock.forward(Duration.ofHours(1));
                int differ = 0;
                for (var id : decisions) {
                    differ += replayed(trial, site, id).get("differs").asBoolean() ? 1 : 0;
                }
                assertThat(differ).isPositive();
                var first = replayed(trial, site, decisions.getFirst());
                assertThat(first.get("why").toString()).contains("the site policy was sha256:");
                assertThat(first.get("why").toString()).contains("entries and has");

                assertThat(trial.get(site, path("00000000-0000-4000-8000-000000000000")).body())
                        .contains("no decision has the id");
            }
        }
        assertThat(codes)
                .contains(
                        "endorsed-and-approved",
                        "not-approved",
                        "refused-by-site",
                        "image-revoked",
                        "image-unknown",
                        "view-stale");
    }

    private static String path(String id) {
        return "/api/v1/site/decisions/" + id + "/replay";
    }

    private static JsonNode replayed(Trial trial, Node site, String id) {
        var answer = SiteTrial.json(expect(200, trial.get(site, path(id))));
        assertThat(answer.get("same").asBoolean()).as(answer.toPrettyString()).isTrue();
        assertThat(answer.get("replayed").get("context").get("reasons"))
                .isEqualTo(answer.get("recorded").get("context").get("reasons"));
        return answer;
    }

    /** Something, at the catalogue, at the site or to the clock. */
    private void happen(Trial trial, SiteTrial at, Node catalogue, Node site) {
        int what = images.isEmpty() ? 0 : random.nextInt(10);
        switch (what) {
            case 0, 1, 2 ->
                    images.add(at.endorse(catalogue, ("image " + images.size()).getBytes(UTF_8)));
            case 3, 4 -> {
                var one = some();
                at.await(site, one, _ -> true);
                at.submit(site, at.approval(one, trial.origin));
            }
            case 5 -> {
                var one = some();
                at.await(site, one, _ -> true);
                at.submit(site, at.refusal(one, trial.origin));
            }
            case 6 -> {
                var one = some(); // perhaps again, which the catalogue refuses
                trial.post(
                        catalogue,
                        trial.sign(
                                trial.revocation(trial.endorser, one.statement(), one.id()),
                                trial.endorser));
            }
            case 7 -> at.clock.forward(Duration.ofSeconds(random.nextInt(1200)));
            default -> {}
        }
    }

    private Endorsed some() {
        return images.get(random.nextInt(images.size()));
    }

    private void decide(SiteTrial at, Node site) {
        var statement = some().statement();
        var resource =
                switch (random.nextInt(6)) {
                    case 0 -> statement.guid().toString();
                    case 1 -> statement.guid() + "@1.0";
                    case 2 -> statement.guid() + "@9.9";
                    case 3 -> Sha512.of(new byte[] {(byte) random.nextInt(4)}).toString();
                    default -> statement.image().toString();
                };
        var answer =
                SiteTrial.json(
                        expect(
                                200,
                                at.evaluate(
                                        site,
                                        """
                                        {"subject": {"type": "operator", "id": "CN=Olga %d"},
                                         "action": {"name": "%s"},
                                         "resource": {"type": "image", "id": "%s"},
                                         "context": {"class": "%s", "host": "wn%d"}}
                                        """
                                                .formatted(
                                                        random.nextInt(3),
                                                        one("instantiate", "continue"),
                                                        resource,
                                                        one(
                                                                "infrastructure",
                                                                "trusted-payload",
                                                                "payload"),
                                                        random.nextInt(3)))));
        decisions.add(answer.get("context").get("id").asText());
        codes.addAll(SiteTrial.codes(answer));
    }

    private String one(String... of) {
        return of[random.nextInt(of.length)];
    }
}
