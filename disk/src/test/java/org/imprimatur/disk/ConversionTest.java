package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ConversionTest {

    private static final byte[] DISK = Fixtures.bytes("containers/disk.raw.gz");

    @TempDir private Path work;
    private Path from;
    private Path to;

    @BeforeEach
    void paths() {
        from = work.resolve("from");
        to = work.resolve("to");
    }

    static Stream<Arguments> everyContainerInEachFormat() throws IOException {
        return ContainerTest.names()
                .flatMap(
                        name ->
                                Stream.of(DiskFormat.values())
                                        .map(format -> Arguments.of(name, format)));
    }

    @ParameterizedTest
    @MethodSource("everyContainerInEachFormat")
    void theNewFileHasEveryByteOfTheDisk(String name, DiskFormat format) throws IOException {
        Files.write(from, Fixtures.bytes(name));

        var converted = convert(format, null);

        try (var image = DiskImage.open(to, Limits.DEFAULT)) {
            assertThat(image.format()).isEqualTo(format.wire());
            assertThat(Arrays.mismatch(Fixtures.content(image.disk()), DISK)).isEqualTo(-1);
            assertThat(image.notes()).isEmpty();
            assertThat(converted.contentRoot())
                    .isEqualTo(ContentTree.of(new MemoryDevice(DISK)).root());
            assertThat(converted.diskBytes()).isEqualTo(DISK.length);
            assertThat(converted.fileBytes()).isEqualTo(Files.size(to));
        }
    }

    @ParameterizedTest
    @EnumSource(DiskFormat.class)
    void aDiskOfSeveralTablesThatIsMostlyHolesStaysSmall(DiskFormat format) throws IOException {
        long size = (3L << 29) + 512;
        var places = List.of(0L, (1L << 29) - 1, 1L << 29, (1L << 30) + 77, size - 1);
        try (var file = new RandomAccessFile(from.toFile(), "rw")) {
            file.setLength(size);
            for (long place : places) {
                file.seek(place);
                file.write(1 + places.indexOf(place));
            }
        }

        convert(format, null);

        try (var image = DiskImage.open(to, Limits.DEFAULT)) {
            byte[] one = new byte[1];
            assertThat(image.disk().size()).isEqualTo(size);
            for (long place : places) {
                image.disk().read(place, one, 0, 1);
                assertThat(one[0]).isEqualTo((byte) (1 + places.indexOf(place)));
            }
        }
        if (format == DiskFormat.QCOW2) {
            assertThat(Files.size(to)).isLessThan(1 << 20);
        }
    }

    @ParameterizedTest
    @EnumSource(DiskFormat.class)
    void aDiskOfZerosIsConverted(DiskFormat format) throws IOException {
        Files.write(from, new byte[1 << 20]);

        convert(format, null);

        try (var image = DiskImage.open(to, Limits.DEFAULT)) {
            assertThat(Fixtures.content(image.disk())).isEqualTo(new byte[1 << 20]);
        }
    }

    @Test
    void aDiskThatIsNotTheExpectedOneGetsNoName() throws IOException {
        Files.write(from, DISK);
        byte[] other = ContentTree.of(new MemoryDevice(new byte[512])).root();

        assertThatThrownBy(() -> convert(DiskFormat.QCOW2, other))
                .isInstanceOf(OtherDiskException.class)
                .hasMessageContaining("content root");

        assertThat(names()).containsExactly("from");
    }

    @Test
    void theExpectedDiskIsConverted() throws IOException {
        Files.write(from, DISK);

        convert(DiskFormat.QCOW2, ContentTree.of(new MemoryDevice(DISK)).root());

        assertThat(names()).containsExactly("from", "to");
    }

    @Test
    void whatIsThereIsNotReplaced() throws IOException {
        Files.write(from, DISK);
        Files.writeString(to, "another's");

        assertThatThrownBy(() -> convert(DiskFormat.RAW, null))
                .isInstanceOf(FileAlreadyExistsException.class);

        assertThat(to).hasContent("another's");
    }

    @Test
    void aDiskThatEndsInsideASectorIsNoQcow2() throws IOException {
        Files.write(from, new byte[1000]);

        assertThatThrownBy(() -> convert(DiskFormat.QCOW2, null))
                .isInstanceOf(UnsupportedImageException.class)
                .hasMessageContaining("sectors of 512");

        assertThat(names()).containsExactly("from");
    }

    /** Whoever opens a raw file by its magic would see another disk than the guest did. */
    @Test
    void aRawDiskThatLooksLikeAnotherFormatGetsNoName() throws IOException {
        byte[] inner = Fixtures.bytes("containers/disk.raw.gz");
        Files.write(from, inner);
        convert(DiskFormat.QCOW2, null);
        Path nested = work.resolve("nested");
        // A disk whose content is a qcow2 file, inside a qcow2 file.
        try (var file =
                java.nio.channels.FileChannel.open(
                        nested,
                        java.nio.file.StandardOpenOption.CREATE_NEW,
                        java.nio.file.StandardOpenOption.WRITE)) {
            byte[] content = Files.readAllBytes(to);
            var writer = new Qcow2Writer(file, content.length);
            for (int at = 0; at < content.length; at += ContentTree.BLOCK_SIZE) {
                writer.block(
                        at, content, at, Math.min(ContentTree.BLOCK_SIZE, content.length - at));
            }
            writer.finish();
        }

        assertThatThrownBy(
                        () ->
                                Conversion.convert(
                                        nested,
                                        work.resolve("raw"),
                                        DiskFormat.RAW,
                                        null,
                                        Limits.DEFAULT,
                                        _ -> {}))
                .isInstanceOf(ImageException.class);

        assertThat(names()).containsExactly("from", "nested", "to");
    }

    private Conversion.Converted convert(DiskFormat format, byte[] expected) throws IOException {
        return Conversion.convert(from, to, format, expected, Limits.DEFAULT, _ -> {});
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(work)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
