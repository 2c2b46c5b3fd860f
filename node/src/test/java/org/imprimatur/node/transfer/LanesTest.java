package org.imprimatur.node.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class LanesTest {

    @Test
    void noMoreThanSoManyOfOneHostAndInAll() throws InterruptedException {
        var lanes = new Lanes(() -> 3, () -> 2);
        lanes.enter("a");
        var second = lanes.another("a").orElseThrow();
        assertThat(lanes.another("a")).isEmpty();
        assertThat(lanes.another("b")).isPresent();
        assertThat(lanes.another("c")).isEmpty();
        second.close();
        assertThat(lanes.another("c")).isPresent();
    }

    @Test
    void whoWaitsComesBeforeThoseWhoWantMore() throws InterruptedException {
        var lanes = new Lanes(() -> 2, () -> 2);
        lanes.enter("a");
        var second = lanes.another("a").orElseThrow();
        var entered = new CountDownLatch(1);
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                lanes.enter("b");
                                entered.countDown();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        while (!lanes.contested()) {
            Thread.onSpinWait();
        }
        second.close();
        assertThat(lanes.another("a")).isEmpty();
        entered.await();
        assertThat(lanes.contested()).isFalse();
    }

    @Test
    void allTogetherBringNoMoreThanTheBandwidth() throws InterruptedException {
        var bandwidth = new Bandwidth(() -> OptionalLong.of(1_000_000));
        long start = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            bandwidth.take(50_000);
        }
        // A quarter of a second's worth is free at most.
        assertThat(System.nanoTime() - start).isGreaterThan(240_000_000L);
    }

    @Test
    void withoutALimitNobodyWaits() {
        var bandwidth = new Bandwidth(() -> OptionalLong.empty());
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> {
                    for (int i = 0; i < 1000; i++) {
                        bandwidth.take(Integer.MAX_VALUE);
                    }
                });
    }
}
