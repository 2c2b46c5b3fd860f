package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.imprimatur.disk.VolumeContent.EmptyContent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every good image against the listing of the tree it was made from. */
class FixtureTest {

    static Stream<String> images() throws IOException {
        return Stream.concat(
                Fixtures.names("mini-clean").stream(), Fixtures.names("mini-faulty").stream());
    }

    @ParameterizedTest
    @MethodSource("images")
    void everyEntryIsAsTheTreeThatTheImageWasMadeFrom(String name) throws IOException {
        String tree = name.startsWith("mini-clean") ? "mini-clean" : "mini-faulty";
        List<String> oracle = Fixtures.oracle(Fixtures.ROOT.resolve(tree + ".files.tsv"));
        try (DiskImage image = Fixtures.open(name)) {
            FileSystem fileSystem = Fixtures.fileSystem(image);

            Fixtures.Told told = Fixtures.tell(fileSystem, Fixtures.tree(image));

            assertThat(told.unread()).isEmpty();
            assertThat(fileSystem.faults()).isEmpty();
            assertThat(image.unread()).isEmpty();
            assertThat(comparable(name, told.lines())).isEqualTo(comparable(name, oracle));
        }
    }

    /**
     * Without what the maker of the file system added or changed: lost+found, and, with inline
     * data, the size of the sparse file, which mke2fs 1.47.0 writes without its last hole (as
     * debugfs shows).
     */
    private static List<String> comparable(String name, List<String> lines) {
        return lines.stream()
                .filter(line -> !line.startsWith("/lost+found\t"))
                .filter(
                        line ->
                                !name.contains("inline-data")
                                        || !line.startsWith("/srv/shapes/sparse\t"))
                .toList();
    }

    @Test
    void containerPartitionsAndKindOfFileSystemAreNamed() throws IOException {
        try (DiskImage image = Fixtures.open("mini-clean.v3-zlib.qcow2")) {
            assertThat(image.format()).isEqualTo("qcow2");
            assertThat(image.volumes()).hasSize(2);
            assertThat(image.volumes().get(0).type()).isEqualTo("BIOS boot");
            assertThat(image.volumes().get(0).content()).isInstanceOf(EmptyContent.class);
            assertThat(image.volumes().get(1).title()).isEqualTo("p2 (root)");
            assertThat(image.volumes().get(1).type()).isEqualTo("Linux root (x86-64)");
            assertThat(image.outsidePartitions()).isEmpty();
        }
        assertThat(type("mini-clean.ext2-1k.raw.gz")).isEqualTo("ext2");
        assertThat(type("mini-clean.ext3.raw.gz")).isEqualTo("ext3");
        assertThat(type("mini-clean.ext4.raw.gz")).isEqualTo("ext4");
        assertThat(type("mini-clean.mbr-ext4.raw.gz")).isEqualTo("ext4");
    }

    private static String type(String name) throws IOException {
        try (DiskImage image = Fixtures.open(name)) {
            return Fixtures.fileSystem(image).type();
        }
    }

    @Test
    void everyContainerHoldsTheSameDisk() throws IOException {
        byte[] raw = Fixtures.bytes("mini-clean.gpt-ext4.raw.gz");
        for (String name :
                List.of(
                        "mini-clean.v3.qcow2.gz",
                        "mini-clean.v2-4k.qcow2.gz",
                        "mini-clean.v3-zlib.qcow2")) {
            try (DiskImage image = Fixtures.open(name)) {
                assertThat(image.disk().size()).isEqualTo(raw.length);
                assertThat(Fixtures.content(image.disk())).isEqualTo(raw);
            }
        }
    }

    @Test
    void linksAreFollowedInsideTheImageOnly() throws IOException {
        try (DiskImage image = Fixtures.open("mini-clean.ext4.raw.gz")) {
            FileTree tree = Fixtures.tree(image);

            assertThat(tree.find(FilePath.of("/bin")).orElseThrow().type())
                    .isEqualTo(FileType.SYMLINK);
            assertThat(tree.resolve(FilePath.of("/bin")).orElseThrow().isDirectory()).isTrue();
            assertThat(tree.resolve(FilePath.of("/../../bin/../bin/.")).orElseThrow().number())
                    .isEqualTo(tree.resolve(FilePath.of("/usr/bin")).orElseThrow().number());
            assertThat(tree.resolve(FilePath.of("/etc/passwd/x"))).isEmpty();
            assertThat(tree.resolve(FilePath.of("/nothing/here"))).isEmpty();
        }
    }
}
