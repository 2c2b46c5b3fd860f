package org.imprimatur.exchange.hepix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.imprimatur.register.MalformedInput;
import org.junit.jupiter.api.Test;

class MeanwhileTest {

    @Test
    void nothingIsWorkedOutAfterItWasClosed() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var done = new AtomicBoolean();
        try (var work =
                Meanwhile.of(
                        () -> {
                            begun.countDown();
                            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
                            done.set(true);
                            throw new MalformedInput("", "nothing", "something");
                        })) {
            assertThat(work).isNotNull();
            begun.await();
        }
        assertThat(done).isTrue();
    }

    @Test
    void whoeverAsksIsToldOfTheFailure() {
        try (var work =
                Meanwhile.of(
                        () -> {
                            throw new MalformedInput("", "nothing", "something");
                        })) {
            assertThatThrownBy(work::get).isInstanceOf(MalformedInput.class);
        }
    }
}
