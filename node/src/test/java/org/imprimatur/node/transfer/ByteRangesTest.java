package org.imprimatur.node.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.Optional;
import java.util.Random;
import org.imprimatur.node.transfer.ByteRanges.Range;
import org.junit.jupiter.api.Test;

class ByteRangesTest {

    @Test
    void itIsWhatASetOfSingleBytesWouldBe() {
        var random = new Random(20261121);
        for (int round = 0; round < 300; round++) {
            var ranges = new ByteRanges();
            var bits = new BitSet();
            for (int step = 0; step < 40; step++) {
                int from = random.nextInt(64);
                int to = from + random.nextInt(20);
                if (random.nextInt(3) > 0) {
                    ranges.add(from, to);
                    bits.set(from, to);
                } else {
                    ranges.remove(from, to);
                    bits.clear(from, to);
                }
                assertThat(ranges.count()).isEqualTo(bits.cardinality());
                assertThat(ranges.prefix()).isEqualTo(bits.nextClearBit(0));
                int start = random.nextInt(64);
                int end = start + random.nextInt(30);
                assertThat(ranges.gap(start, end)).isEqualTo(gap(bits, start, end));
                assertThat(ranges.ranges().stream().mapToLong(Range::length).sum())
                        .isEqualTo(bits.cardinality());
                for (int i = 1; i < ranges.ranges().size(); i++) {
                    assertThat(ranges.ranges().get(i).from())
                            .isGreaterThan(ranges.ranges().get(i - 1).to());
                }
            }
        }
    }

    private static Optional<Range> gap(BitSet bits, int start, int end) {
        int from = bits.nextClearBit(start);
        int next = bits.nextSetBit(from);
        int to = Math.min(next < 0 ? end : next, end);
        return from < to ? Optional.of(new Range(from, to)) : Optional.empty();
    }

    @Test
    void anEmptyRangeIsNone() {
        assertThatThrownBy(() -> new Range(3, 3)).isInstanceOf(IllegalArgumentException.class);
    }
}
