package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class BtrfsKeyTest {

    private static final List<BtrfsKey> RISING =
            List.of(
                    new BtrfsKey(0, 0, 0),
                    new BtrfsKey(0, 0, Long.MAX_VALUE),
                    new BtrfsKey(0, 0, -1),
                    new BtrfsKey(0, 128, 0),
                    new BtrfsKey(0, 255, -1),
                    new BtrfsKey(1, 0, 0),
                    new BtrfsKey(Long.MIN_VALUE, 1, 7),
                    BtrfsKey.LAST);

    @Test
    void keysSortByTheirUnsignedPartsHoweverTheyAreCompared() {
        for (int i = 0; i < RISING.size(); i++) {
            for (int j = 0; j < RISING.size(); j++) {
                var one = RISING.get(i);
                var other = RISING.get(j);
                byte[] bytes = bytes(one, other);
                int order = Integer.compare(i, j);

                assertThat(Integer.signum(one.compareTo(other))).isEqualTo(order);
                assertThat(Integer.signum(BtrfsKey.compare(bytes, 1, other))).isEqualTo(order);
                assertThat(Integer.signum(BtrfsKey.compare(bytes, 1, 1 + BtrfsKey.SIZE)))
                        .isEqualTo(order);
            }
        }
    }

    /** Two keys, one behind the other, from the second byte on. */
    private static byte[] bytes(BtrfsKey one, BtrfsKey other) {
        var bytes = ByteBuffer.allocate(1 + 2 * BtrfsKey.SIZE).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 9);
        for (var each : List.of(one, other)) {
            bytes.putLong(each.object()).put((byte) each.type()).putLong(each.offset());
        }
        return bytes.array();
    }
}
