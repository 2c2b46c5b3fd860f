package org.imprimatur.node.follow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RoundsTest {

    private final Bell wake = new Bell();
    private final CountDownLatch storing = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicBoolean stored = new AtomicBoolean();

    private Rounds rounds(Duration first, BooleanSupplier look) {
        return new Rounds("a test", first, Duration.ofHours(1), wake, new Random(1), look);
    }

    @Test
    void aLookThatFailsUnexpectedlyIsNotTheLast() throws InterruptedException {
        var looks = new CountDownLatch(3);
        try (var rounds =
                rounds(
                        Duration.ofMillis(1),
                        () -> {
                            looks.countDown();
                            throw new IllegalStateException("nobody thought of it");
                        })) {
            rounds.begin();

            assertThat(looks.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void theBellBringsALookBeforeItsTime() throws InterruptedException {
        var looks = new CountDownLatch(2);
        try (var rounds =
                rounds(
                        Duration.ofHours(1),
                        () -> {
                            looks.countDown();
                            return true;
                        })) {
            rounds.begin();
            wake.ring();

            assertThat(looks.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void closingWaitsForWhatIsBeingStoredAndLetsNothingElseBegin() throws InterruptedException {
        var rounds = rounds(Duration.ofHours(1), () -> true);
        rounds.begin();
        var storer = Thread.ofVirtual().start(() -> rounds.store(this::storeSlowly));
        storing.await();
        var closer = Thread.ofVirtual().start(rounds::close);
        while (!rounds.closed()) {
            Thread.sleep(1);
        }
        boolean waited = closer.isAlive();
        go.countDown();
        storer.join();
        closer.join();

        assertThat(waited).isTrue();
        assertThat(stored).isTrue();
        assertThat(rounds.store(() -> stored.set(false))).isFalse();
        assertThat(stored).isTrue();
    }

    private void storeSlowly() {
        storing.countDown();
        try {
            go.await();
            stored.set(true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
