package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.SiteTrial.json;
import static org.imprimatur.node.Trial.expect;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk with a node's own data runs full. */
class DataDiskFullIT {

    private static final int MOST = 5_000;

    private final List<String> acknowledged = new ArrayList<>();
    private Trial trial;
    private int images;

    @Test
    void aNodeWithoutRoomAcknowledgesNothingThatItDoesNotKeepAndGoesOnOnceThereIsSome(
            @TempDir Path directory) throws Exception {
        trial = new Trial(directory, "catalogue.example/full");
        try (var data = new SmallDisk(directory.resolve("data"), 160)) {
            try (var node = trial.start()) {
                trial.prepare(node);
                assertThat(post(node).statusCode()).isEqualTo(201);
                data.fill();

                HttpResponse<String> refused = post(node);
                while (refused.statusCode() == 201 && images < MOST) {
                    refused = post(node);
                }
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.headers().firstValue("Content-Type"))
                        .contains("application/problem+json");
                checkAll(node);

                data.free();
                Eventually.await(() -> post(node).statusCode() == 201);
                checkAll(node);
            }
            try (var node = trial.start()) {
                checkAll(node);
                assertThat(post(node).statusCode()).isEqualTo(201);
            }
        }
    }

    /** One more endorsement, which counts as acknowledged when it was. */
    private HttpResponse<String> post(Node node) {
        var statement = trial.endorsement(trial.endorser, "image " + images++);
        var answer = trial.post(node, trial.sign(statement, trial.endorser));
        if (answer.statusCode() == 201) {
            acknowledged.add(json(answer).get("id").asText());
        }
        return answer;
    }

    /** Whatever was acknowledged is there, and nothing that was not. */
    private void checkAll(Node node) {
        for (var id : acknowledged) {
            expect(200, trial.get(node, "/api/v1/statements/" + id));
        }
        // Before them came an appointment and an acceptance.
        assertThat(trial.get(node, "/checkpoint").body().lines().skip(1).findFirst())
                .contains(Integer.toString(2 + acknowledged.size()));
    }
}
