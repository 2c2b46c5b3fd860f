package org.imprimatur.node.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetryTest {

    private final Retry retry = new Retry(Duration.ofSeconds(10), Duration.ofHours(1));

    @Test
    void eachFurtherFailureDoublesThePauseUpToTheLongest() {
        assertThat(retry.after(1)).isEqualTo(Duration.ofSeconds(10));
        assertThat(retry.after(2)).isEqualTo(Duration.ofSeconds(20));
        assertThat(retry.after(9)).isEqualTo(Duration.ofSeconds(2560));
        assertThat(retry.after(10)).isEqualTo(Duration.ofHours(1));
        assertThat(retry.after(Integer.MAX_VALUE)).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void thoseWhoFailTogetherComeBackApartAndNotBeforeHalfThePause() {
        var random = new Random(1);
        for (int failures = 1; failures < 100; failures++) {
            assertThat(retry.after(failures, random))
                    .isBetween(retry.after(failures).dividedBy(2), retry.after(failures));
        }
        assertThat(retry.after(3, random)).isNotEqualTo(retry.after(3, random));
    }
}
