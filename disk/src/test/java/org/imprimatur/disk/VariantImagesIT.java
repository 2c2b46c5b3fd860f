package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.imprimatur.disk.VolumeContent.FileSystemContent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real Debian tree on other file systems, on logical volumes and in compressed containers,
 * where {@code images/build-variants.sh} has been run. Each but the compressed ones has an
 * /etc/fstab of its own.
 */
class VariantImagesIT {

    private static final String FSTAB = "/etc/fstab\t";

    private static Path cached(String name) {
        String cache = System.getenv("IMPRIMATUR_CACHE");
        Path folder =
                cache == null || cache.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".cache", "imprimatur")
                        : Path.of(cache);
        Path file = folder.resolve("images").resolve(name);
        assumeTrue(Files.exists(file), () -> file + " is made by images/build-variants.sh");
        return file;
    }

    @ParameterizedTest
    @ValueSource(strings = {"debian-clean-zlib", "debian-clean-zstd"})
    void aCompressedDiskHoldsTheTree(String name) throws IOException {
        try (DiskImage image = open(name)) {
            same(told(image, Fixtures.fileSystem(image)), oracle());
        }
    }

    @Test
    void xfsHoldsTheTree() throws IOException {
        try (DiskImage image = open("debian-clean-xfs")) {
            same(without(FSTAB, told(image, Fixtures.fileSystem(image))), without(FSTAB, oracle()));
        }
    }

    @Test
    void aSubvolumeOfBtrfsAndItsSnapshotHoldTheTree() throws IOException {
        try (DiskImage image = open("debian-clean-btrfs")) {
            List<String> told = told(image, Fixtures.fileSystem(image));

            for (String top : List.of("/@", "/@snapshots/1")) {
                same(without(FSTAB, below(top, told)), without(FSTAB, oracle()));
            }
            assertThat(told).filteredOn(line -> line.startsWith("/@home")).hasSize(1);
        }
    }

    @Test
    void aLogicalVolumeInTwoPiecesAndAPartitionForBootHoldTheTree() throws IOException {
        try (DiskImage image = open("debian-clean-lvm")) {
            var told = new ArrayList<List<String>>();
            for (Volume volume : image.volumes()) {
                if (volume.content() instanceof FileSystemContent(FileSystem fileSystem)) {
                    told.add(without("/lost+found\t", told(image, fileSystem)));
                }
            }

            assertThat(told).hasSize(2);
            var root = told.stream().filter(each -> each.size() > 1_000).findFirst().orElseThrow();
            var boot = told.stream().filter(each -> each.size() < 1_000).findFirst().orElseThrow();
            List<String> oracle = without(FSTAB, without("/lost+found\t", oracle()));
            same(without(FSTAB, root), oracle.stream().filter(each -> !inBoot(each)).toList());
            same(
                    without("/\t", boot),
                    oracle.stream()
                            .filter(VariantImagesIT::inBoot)
                            .map(each -> each.substring("/boot".length()))
                            .toList());
        }
    }

    /** With what stands in one of the two only, and not all of both. */
    private static void same(List<String> told, List<String> oracle) {
        var onlyTold = new LinkedHashSet<>(told);
        oracle.forEach(onlyTold::remove);
        var onlyOracle = new LinkedHashSet<>(oracle);
        told.forEach(onlyOracle::remove);
        assertThat(onlyTold).as("told, and not in the tree").isEmpty();
        assertThat(onlyOracle).as("in the tree, and not told").isEmpty();
        assertThat(told).hasSameSizeAs(oracle);
    }

    private static boolean inBoot(String line) {
        return line.startsWith("/boot/");
    }

    private static DiskImage open(String name) throws IOException {
        return DiskImage.open(cached(name + ".qcow2"), Limits.DEFAULT);
    }

    private static List<String> oracle() throws IOException {
        return Fixtures.oracle(cached("debian-clean.files.tsv"));
    }

    /** Everything that a file system holds, none of it missed. */
    private static List<String> told(DiskImage image, FileSystem fileSystem) throws IOException {
        long size =
                image.volumes().stream()
                        .filter(
                                each ->
                                        each.content() instanceof FileSystemContent(var its)
                                                && its == fileSystem)
                        .findFirst()
                        .orElseThrow()
                        .size();
        var told = Fixtures.tell(fileSystem, new FileTree(fileSystem, size, Limits.DEFAULT));
        assertThat(image.unread()).isEmpty();
        assertThat(fileSystem.faults()).isEmpty();
        assertThat(told.unread()).isEmpty();
        return told.lines();
    }

    /** What stands below a directory, as if that were the root. */
    private static List<String> below(String top, List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith(top + "/") || line.startsWith(top + "\t"))
                .map(line -> line.substring(top.length()))
                .map(line -> line.startsWith("/") ? line : "/" + line)
                .toList();
    }

    private static List<String> without(String start, List<String> lines) {
        return lines.stream().filter(line -> !line.startsWith(start)).toList();
    }
}
