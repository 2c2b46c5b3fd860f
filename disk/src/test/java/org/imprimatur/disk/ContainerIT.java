package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Disks of chance in containers that {@code qemu-img} makes and reads back, where it is there. */
class ContainerIT {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "qcow2 | compat=0.10,cluster_size=512 | ",
                "qcow2 | cluster_size=1k | -c",
                "qcow2 | cluster_size=8k,compression_type=zstd | -c",
                "qcow2 | cluster_size=1M,compression_type=zstd | -c",
                "qcow2 | cluster_size=2M,compression_type=zstd,extended_l2=on | -c",
                "qcow2 | cluster_size=32k,extended_l2=on,preallocation=metadata | ",
                "qcow2 | cluster_size=64k,preallocation=full | ",
                "vmdk | subformat=monolithicSparse,compat6=on | ",
                "vmdk | subformat=streamOptimized | ",
                "vpc | subformat=dynamic,force_size=on | ",
                "vpc | subformat=dynamic | ",
                "vpc | subformat=fixed | ",
                "vhdx | block_size=1M,log_size=2M | ",
                "vhdx | block_size=8M | ",
                "vhdx | block_size=32M | ",
                "vdi | static=off | ",
                "vdi | static=on | ",
            })
    void everyByteIsAsQemuReadsIt(String format, String options, String more, @TempDir Path work)
            throws Exception {
        for (int seed = 0; seed < 3; seed++) {
            Path raw = work.resolve("disk.raw");
            Path image = work.resolve("image");
            Path back = work.resolve("back.raw");
            Files.write(raw, disk(new Random(seed)));
            var command =
                    new ArrayList<>(List.of("convert", "-f", "raw", "-O", format, "-o", options));
            if (more != null) {
                command.add(more);
            }
            command.addAll(List.of(raw.toString(), image.toString()));
            qemu(command);
            qemu(List.of("convert", "-f", format, "-O", "raw", image.toString(), back.toString()));
            byte[] expected = Files.readAllBytes(back);

            try (DiskImage read = DiskImage.open(image, Limits.DEFAULT)) {
                assertThat(read.disk().size()).isEqualTo(expected.length);
                byte[] content = Fixtures.content(read.disk());
                assertThat(Arrays.mismatch(content, expected)).isEqualTo(-1);
                assertThat(Arrays.mismatch(throughHoles(read.disk()), expected)).isEqualTo(-1);
                assertThat(read.notes().toString()).doesNotContain("belong to nothing");
            }
        }
    }

    @Test
    void qemuFindsNoFaultInAConvertedDisk(@TempDir Path work) throws Exception {
        for (int seed = 0; seed < 3; seed++) {
            Path raw = work.resolve("disk.raw");
            Path qcow2 = work.resolve("disk.qcow2");
            Path back = work.resolve("back.raw");
            Files.write(raw, disk(new Random(seed)));

            Conversion.convert(raw, qcow2, DiskFormat.QCOW2, null, Limits.DEFAULT, _ -> {});
            Conversion.convert(qcow2, back, DiskFormat.RAW, null, Limits.DEFAULT, _ -> {});

            qemu(List.of("check", "-f", "qcow2", qcow2.toString()));
            qemu(List.of("compare", "-f", "raw", "-F", "qcow2", raw.toString(), qcow2.toString()));
            assertThat(Files.mismatch(raw, back)).isEqualTo(-1);
            Files.delete(qcow2);
            Files.delete(back);
        }
    }

    /** Only what is said to be data. */
    private static byte[] throughHoles(BlockDevice disk) throws IOException {
        byte[] content = new byte[(int) disk.size()];
        long at = disk.nextData(0);
        while (at < disk.size()) {
            long hole = disk.nextHole(at);
            disk.read(at, content, (int) at, (int) (hole - at));
            at = disk.nextData(hole);
        }
        return content;
    }

    private static byte[] disk(Random random) {
        byte[] disk = new byte[(6 << 20) + 512 * random.nextInt(4000)];
        for (int i = 0; i < 12; i++) {
            int length = 1 + random.nextInt(200_000);
            int at = random.nextInt(disk.length - length);
            byte[] part = new byte[length];
            if (random.nextBoolean()) {
                random.nextBytes(part);
            } else {
                Arrays.fill(part, (byte) random.nextInt(256));
            }
            System.arraycopy(part, 0, disk, at, length);
        }
        return disk;
    }

    private static void qemu(List<String> arguments) throws Exception {
        var command = new ArrayList<>(List.of("qemu-img"));
        command.addAll(arguments);
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, "qemu-img is not installed");
            return;
        }
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
    }
}
