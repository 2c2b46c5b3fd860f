package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One disk in every container ({@code images/fixtures/containers}), made by qemu-img. */
class ContainerTest {

    private static final Pattern PACKED = Pattern.compile("ova|stream|zlib|zstd");

    private static final byte[] DISK = Fixtures.bytes("containers/disk.raw.gz");

    static Stream<String> names() throws IOException {
        try (var files = Files.list(Fixtures.ROOT.resolve("containers"))) {
            return files
                    .map(file -> "containers/" + file.getFileName())
                    .filter(name -> name.endsWith(".gz"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    private static Container open(String name) throws IOException {
        return Container.open(new MemoryDevice(Fixtures.bytes(name)), Limits.DEFAULT);
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyByteIsThatOfTheRawDisk(String name) throws IOException {
        try (BlockDevice disk = open(name).disk()) {
            assertThat(disk.size()).isEqualTo(DISK.length);
            assertThat(Arrays.mismatch(Fixtures.content(disk), DISK)).isEqualTo(-1);
            var random = new Random(1);
            for (int i = 0; i < 400; i++) {
                int from = random.nextInt(DISK.length);
                int length = random.nextInt(Math.min(200_000 >> i % 16, DISK.length - from) + 1);
                byte[] read = new byte[length + 2];
                disk.read(from, read, 1, length);
                assertThat(Arrays.mismatch(read, 1, length + 1, DISK, from, from + length))
                        .as("%d bytes at %d", length, from)
                        .isEqualTo(-1);
                assertThat(read[0] + read[length + 1]).isZero();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void theMapTellsWhereInTheFileTheBytesOfTheDiskAre(String name) throws IOException {
        byte[] file = Fixtures.bytes(name);
        var stored = new BitSet();
        DiskMap.runs(
                new MemoryDevice(file),
                Limits.DEFAULT,
                (start, place, length) -> {
                    int from = (int) start;
                    int to = (int) (start + length);
                    assertThat(stored.length()).isLessThanOrEqualTo(from);
                    assertThat(
                                    Arrays.mismatch(
                                            file,
                                            (int) place,
                                            (int) (place + length),
                                            DISK,
                                            from,
                                            to))
                            .isEqualTo(-1);
                    stored.set(from, to);
                });

        boolean packed = PACKED.matcher(name).find();
        for (int i = 0; i < DISK.length && !packed; i++) {
            if (DISK[i] != 0 && !stored.get(i)) {
                fail("byte %d of the disk is not on the map", i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void holesAreZerosAndTakeTurnsWithData(String name) throws IOException {
        try (BlockDevice disk = open(name).disk()) {
            long at = 0;
            while (at < disk.size()) {
                long data = disk.nextData(at);
                assertThat(data).isBetween(at, disk.size());
                assertThat(ZeroSearch.isZero(DISK, (int) at, (int) (data - at))).isTrue();
                if (data > at) {
                    assertThat(disk.nextHole(at)).isEqualTo(at);
                    assertThat(disk.nextData(at + (data - at) / 2)).isEqualTo(data);
                }
                if (data == disk.size()) {
                    break;
                }
                long hole = disk.nextHole(data);
                assertThat(hole).isGreaterThan(data).isLessThanOrEqualTo(disk.size());
                assertThat(disk.nextData(hole - 1)).isEqualTo(hole - 1);
                at = hole;
            }
            assertThat(disk.nextData(disk.size())).isEqualTo(disk.size());
            assertThat(disk.nextHole(disk.size())).isEqualTo(disk.size());
        }
    }

    /** What is data at most, in KiB: holes as fine as the container has them. */
    @ParameterizedTest
    @CsvSource({
        "zstd-64k.qcow2, 1000",
        "zstd-4k.qcow2, 300",
        "zlib-512.qcow2, 300",
        "plain-2m.qcow2, 5200",
        "extended-16k.qcow2, 400",
        "sparse.vmdk, 1000",
        "sparse-zeroed-grain.vmdk, 1000",
        "stream.vmdk, 1000",
        "stream-footer.vmdk, 1000",
        "dynamic-bitmaps.vhd, 260",
        "dynamic.vhdx, 6000",
        "dynamic.vdi, 6000",
        "disk.ova, 1000",
    })
    void holesAreNotReadAsData(String name, int atMost) throws IOException {
        try (BlockDevice disk = open("containers/" + name + ".gz").disk()) {
            long sum = 0;
            long at = disk.nextData(0);
            while (at < disk.size()) {
                long hole = disk.nextHole(at);
                sum += hole - at;
                at = disk.nextData(hole);
            }
            assertThat(sum / 1024).isLessThanOrEqualTo(atMost);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void theFormatIsNamedAndNothingIsStrange(String name) throws IOException {
        try (DiskImage image = Fixtures.open(name)) {
            String suffix = name.substring(0, name.length() - 3);
            assertThat(image.format()).isEqualTo(suffix.substring(suffix.lastIndexOf('.') + 1));
            var notes = image.notes().stream().map(Note::toString).toList();
            assertThat(notes)
                    .isEqualTo(
                            switch (suffix) {
                                case "containers/disk.ova" ->
                                        List.of("ova: the disk is 'disk.vmdk', vmdk");
                                case "containers/dynamic-4k-sectors.vhdx" ->
                                        List.of("vhdx: the disk has sectors of 4096 bytes");
                                default ->
                                        notes.stream()
                                                .filter(each -> each.contains("geometry"))
                                                .toList();
                            });
            assertThat(image.unread()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"zstd-64k.qcow2", "stream.vmdk", "dynamic-bitmaps.vhd", "disk.ova"})
    void severalThreadsReadTheSame(String name) throws Exception {
        try (var pool = Executors.newFixedThreadPool(4);
                BlockDevice disk = open("containers/" + name + ".gz").disk()) {
            Callable<byte[]> read = () -> Fixtures.content(disk);
            for (Future<byte[]> each : pool.invokeAll(List.of(read, read, read, read))) {
                assertThat(Arrays.mismatch(each.get(), DISK)).isEqualTo(-1);
            }
        }
    }
}
