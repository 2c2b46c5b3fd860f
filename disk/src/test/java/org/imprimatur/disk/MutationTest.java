package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Thousands of damaged images: whatever is in the bytes, a reader ends soon, allocates little, and
 * throws nothing but an {@link ImageException}.
 *
 * <p>The damage is drawn from a seed, so a failure can be repeated. Set {@code
 * imprimatur.mutations} to a factor above 1 for a longer search.
 */
class MutationTest {

    private static final int FACTOR = Integer.getInteger("imprimatur.mutations", 1);
    private static final long MAX_ALLOCATED = 256 << 20;
    private static final long MAX_MILLIS = 10_000;
    private static final long[] INTERESTING = {
        0,
        1,
        2,
        3,
        7,
        8,
        11,
        12,
        60,
        127,
        128,
        255,
        256,
        1023,
        1024,
        4095,
        4096,
        32767,
        32768,
        65535,
        65536,
        0x7fffffffL,
        0x80000000L,
        0xffffffffL,
        0x7fffffffffffffffL,
        -1L,
        Long.MIN_VALUE,
        1L << 62,
        1L << 40,
    };

    @ParameterizedTest
    @CsvSource({
        "bad/good.raw.gz, 6000, 0, 300000",
        "bad/ext4-extent-loop.raw.gz, 1000, 0, 300000",
        "bad/ext4-encrypted-feature.raw.gz, 500, 0, 300000",
        "bad/ext4-needs-recovery.raw.gz, 500, 0, 300000",
        "bad/mbr-extended-loop.raw.gz, 1000, 440, 512",
        "bad/gpt-first-header-wrong.raw.gz, 1000, 0, 20000",
        "bad/qcow2-l2-loop.qcow2, 4000, 0, 40000",
        "bad/qcow2-deflate-garbage.qcow2, 2000, 0, 22000",
        "mini-clean.ext2-1k.raw.gz, 60, 1024, 2000000",
        "mini-clean.ext4-no-extents.raw.gz, 60, 1024, 2000000",
        "mini-clean.ext4-32bit-nocsum.raw.gz, 60, 1024, 2000000",
        "mini-clean.ext4-inline-data.raw.gz, 40, 1024, 2000000",
        "mini-clean.ext4-bigalloc.raw.gz, 40, 1024, 2000000",
        "lvm.raw.gz, 40, 1048576, 1064960",
        "journal-csum-v3.raw.gz, 60, 1024, 2000000",
        "journal-no-csum.raw.gz, 100, 40000, 300000",
        "journal-ext3.raw.gz, 100, 1024, 300000",
        "journal-orphan-file.raw.gz, 40, 1024, 2000000",
        "free-crc16.ext4.raw.gz, 60, 1024, 100000",
        "xfs-v4.raw.gz, 60, 0, 4000000",
        "xfs-v4-512.raw.gz, 60, 0, 4000000",
        "xfs-default.raw.gz, 40, 512, 4000000",
        "xfs-dirty.raw.gz, 40, 0, 30000000",
        "btrfs-old.raw.gz, 60, 65536, 30000000",
        "btrfs-log.raw.gz, 100, 65536, 30000000",
        "mini-clean.mbr-ext4.raw.gz, 100, 440, 512",
        "fat-12.raw.gz, 500, 0, 40000",
        "iso-rr-joliet.raw.gz, 300, 32768, 300000",
        "iso-rr-moved.raw.gz, 300, 32768, 300000",
        "iso-joliet.raw.gz, 300, 32768, 100000",
        "iso-hybrid-gpt.raw.gz, 200, 0, 60000",
        "squash-plain.raw.gz, 200, 0, 400000",
        "squash-gzip.raw.gz, 50, 0, 100000",
        "squash-xz.raw.gz, 50, 0, 100000",
        "squash-zstd.raw.gz, 50, 0, 100000",
        "squash-lz4.raw.gz, 50, 0, 100000",
        "squash-lzo.raw.gz, 50, 0, 100000",
        "squash-large-blocks.raw.gz, 30, 0, 100000",
        "fat-16.raw.gz, 100, 0, 60000",
        "mini-clean.v3.qcow2.gz, 60, 0, 400000",
        "mini-clean.v3-zlib.qcow2, 60, 0, 400000",
    })
    void damageEndsInAnImageExceptionSoon(String name, int count, int from, int to) {
        damage(name, count, from, to, ReadEverything::of);
    }

    /** The disk alone, to its last stored byte; checksums that hide damage are made right again. */
    @ParameterizedTest
    @CsvSource({
        "containers/zstd-4k.qcow2.gz, 100, 0, 300000",
        "containers/zlib-512.qcow2.gz, 60, 0, 300000",
        "containers/extended-16k.qcow2.gz, 60, 0, 300000",
        "containers/extended-zstd-128k.qcow2.gz, 100, 0, 300000",
        "containers/sparse.vmdk.gz, 200, 0, 70000",
        "containers/stream.vmdk.gz, 300, 0, 200000",
        "containers/stream-footer.vmdk.gz, 300, 0, 300000",
        "containers/dynamic.vhd.gz, 60, 0, 5000",
        "containers/dynamic-bitmaps.vhd.gz, 60, 0, 5000",
        "containers/dynamic.vhdx.gz, 60, 65536, 4000000",
        "containers/dynamic.vdi.gz, 60, 0, 2048",
        "containers/disk.ova.gz, 100, 0, 4096",
    })
    void damageToAContainerEndsInAnImageExceptionSoon(String name, int count, int from, int to) {
        damage(name, count, from, to, device -> ReadDisk.of(ResealedDevice.of(device)));
    }

    private interface Reading {
        void read(BlockDevice device) throws IOException;
    }

    private static void damage(String name, int count, int from, int to, Reading reading) {
        byte[] good = Fixtures.bytes(name);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int seed = 0; seed < count * FACTOR; seed++) {
            BlockDevice device = damaged(good, new Random(seed), from, Math.min(to, good.length));
            if (name.startsWith("btrfs")) {
                device = sealed(device);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            try {
                reading.read(device);
            } catch (ImageException e) {
                assertThat(e.explanation()).isNotBlank();
            } catch (IOException | RuntimeException | Error e) {
                throw new AssertionError("%s with seed %d".formatted(name, seed), e);
            }
            assertThat(threads.getCurrentThreadAllocatedBytes() - allocated)
                    .as("bytes allocated for %s with seed %d", name, seed)
                    .isLessThan(MAX_ALLOCATED);
            assertThat((System.nanoTime() - start) / 1_000_000)
                    .as("milliseconds for %s with seed %d", name, seed)
                    .isLessThan(MAX_MILLIS);
        }
    }

    private static BlockDevice sealed(BlockDevice device) {
        try {
            return new SealedBtrfs(device);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One to four numbers written over places that are in use. */
    private static BlockDevice damaged(byte[] good, Random random, int from, int to) {
        var changes = new TreeMap<Integer, Byte>();
        int changesLeft = 1 + random.nextInt(4);
        for (int tries = 0; changesLeft > 0 && tries < 10_000; tries++) {
            int at = from + random.nextInt(to - from);
            if (random.nextInt(20) != 0
                    && ZeroSearch.isZero(good, at & -16, Math.min(16, good.length - (at & -16)))) {
                continue;
            }
            byte[] number =
                    ByteBuffer.allocate(8)
                            .order(
                                    random.nextBoolean()
                                            ? ByteOrder.LITTLE_ENDIAN
                                            : ByteOrder.BIG_ENDIAN)
                            .putLong(number(random, good))
                            .array();
            int width = 1 << random.nextInt(4);
            int start = at / width * width;
            for (int i = 0; i < width && start + i < good.length; i++) {
                boolean little = random.nextInt(8) != 0;
                changes.put(start + i, number[little ? i : 7 - i]);
            }
            changesLeft--;
        }
        byte[] bad = good.clone();
        changes.forEach((at, value) -> bad[at] = value);
        int length = random.nextInt(50) == 0 ? 1 + random.nextInt(good.length) : good.length;
        return new MemoryDevice(length == bad.length ? bad : Arrays.copyOf(bad, length));
    }

    private static long number(Random random, byte[] good) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextLong();
            case 1 -> random.nextInt(2 * Math.max(1, good.length / 1024));
            case 2 -> random.nextInt(300);
            default -> INTERESTING[random.nextInt(INTERESTING.length)];
        };
    }
}
