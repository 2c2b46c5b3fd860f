package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadStartTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "--version", "inspect x.qcow2", "verify x.bundle.json"})
    void aHeadStartEndsByItselfAndHoldsNothingUp(String line) throws InterruptedException {
        var thread = HeadStart.begin(line.isEmpty() ? new String[0] : line.split(" "));

        assertThat(thread.isDaemon()).isTrue();
        assertThat(thread.join(Duration.ofMinutes(1))).isTrue();
    }
}
