package org.imprimatur.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BodyTest {

    private static final long ROOM = 1L << 30;

    @ParameterizedTest
    @CsvSource({"0, false", "131072, false", "131073, true"})
    void whatIsLargeIsKeptOutsideOfTheHeap(int length, boolean outside) {
        byte[] bytes = bytes(length);

        var body = Body.kept(bytes, ROOM);

        assertThat(body.isOutside()).isEqualTo(outside);
        assertThat(body.length()).isEqualTo(length);
        assertThat(body.bytes()).isEqualTo(bytes);
    }

    @Test
    void whatFindsNoRoomStaysInTheHeap() {
        byte[] bytes = bytes(200_000);

        var body = Body.kept(bytes, 199_999);

        assertThat(body.isOutside()).isFalse();
        assertThat(body.bytes()).isEqualTo(bytes);
    }

    @Test
    void whoReadsItLeavesItAsItIs() {
        var body = Body.kept(bytes(200_000), ROOM);
        var first = body.reader();

        first.position(150_000);

        assertThat(body.reader().remaining()).isEqualTo(200_000);
        assertThat(body.length()).isEqualTo(200_000);
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
