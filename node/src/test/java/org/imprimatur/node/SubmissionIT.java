package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubmissionIT {

    private static Trial trial;
    private static Node node;

    @BeforeAll
    static void start(@TempDir Path directory) {
        trial = new Trial(directory, "catalogue.example/trial");
        node = trial.start();
        trial.prepare(node);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void anEndorsementIsAdmittedOnceAndAnsweredTwice() {
        byte[] envelope = trial.sign(trial.endorsement(trial.endorser, "one"), trial.endorser);

        var first = trial.post(node, envelope);
        var second = trial.post(node, envelope);

        assertThat(first.statusCode()).as(first.body()).isEqualTo(201);
        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(second.body()).isEqualTo(first.body());
    }
}
