package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** btrfs against what the kernel shows of the same images. */
class BtrfsFileSystemTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "btrfs-mixed",
                "btrfs-subvolumes",
                "btrfs-snapshot",
                "btrfs-old",
                "btrfs-xxhash",
                "btrfs-sha256",
                "btrfs-blake2"
            })
    void everyEntryIsAsTheKernelShowsIt(String name) throws IOException {
        List<String> oracle = Fixtures.oracle(Fixtures.ROOT.resolve(name + ".files.tsv"));
        try (DiskImage image = Fixtures.open(name + ".raw.gz")) {
            FileSystem fileSystem = Fixtures.fileSystem(image);

            Fixtures.Told told = Fixtures.tellAll(fileSystem, Fixtures.tree(image));

            assertThat(told.unread()).isEmpty();
            assertThat(fileSystem.faults()).isEmpty();
            assertThat(fileSystem.notes()).isEmpty();
            assertThat(image.unread()).isEmpty();
            assertThat(comparable(told.lines())).isEqualTo(comparable(oracle));
            assertThat(fileSystem.type()).isEqualTo("btrfs");
            assertThat(fileSystem.label()).contains(name);
            assertThat(fileSystem.uuid().orElseThrow())
                    .hasToString("0f0e0d0c-0b0a-4908-8706-050403020100");
        }
    }

    /** The kernel invents a time for a directory that stands for a missing subvolume. */
    private static List<String> comparable(List<String> lines) {
        return lines.stream()
                .map(
                        line ->
                                line.matches("/snapshots/old/[12]/var\t.*")
                                        ? line.replaceAll("\t[0-9]+[.][0-9]+", "\t?")
                                        : line)
                .toList();
    }

    @Test
    void snapshotsAreToldFromOtherSubvolumes() throws IOException {
        try (DiskImage image = Fixtures.open("btrfs-subvolumes.raw.gz")) {
            var byPath = new HashMap<String, Subvolume>();
            for (Subvolume each : Fixtures.fileSystem(image).subvolumes()) {
                byPath.put(each.path().toString(), each);
            }
            Subvolume root = byPath.get("/@");
            Subvolume kept = byPath.get("/snapshots/old/1");
            Subvolume written = byPath.get("/snapshots/old/2");

            assertThat(kept.isReadOnly()).isTrue();
            assertThat(kept.lineage()).isEqualTo(root.lineage()).isPresent();
            assertThat(kept.isSnapshotOf(root)).isTrue();
            assertThat(root.isSnapshotOf(kept)).isFalse();
            assertThat(root.isSnapshotOf(root)).isFalse();
            assertThat(written.lineage()).isEqualTo(root.lineage());
            assertThat(written.isSnapshotOf(root)).isFalse();
            assertThat(kept.isSnapshotOf(written)).isTrue();
            assertThat(byPath.get("/@home").lineage()).isNotEqualTo(root.lineage());
            assertThat(kept.isSnapshotOf(byPath.get("/@home"))).isFalse();
        }
    }

    @Test
    void subvolumesAreToldWithTheirPathsAndTheDefault() throws IOException {
        try (DiskImage image = Fixtures.open("btrfs-subvolumes.raw.gz")) {
            List<Subvolume> subvolumes = Fixtures.fileSystem(image).subvolumes();

            assertThat(subvolumes.stream().map(each -> each.path().toString()))
                    .containsExactlyInAnyOrder(
                            "/", "/@", "/@/var", "/snapshots/old/1", "/snapshots/old/2", "/@home");
            assertThat(subvolumes.stream().filter(Subvolume::isDefault))
                    .singleElement()
                    .satisfies(each -> assertThat(each.path()).isEqualTo(FilePath.of("/@")));
            Subvolume root =
                    subvolumes.stream().filter(Subvolume::isDefault).findFirst().orElseThrow();
            var tree = new FileTree(root.view(), Fixtures.volume(image).size(), Limits.DEFAULT);
            Inode inside = tree.resolve(FilePath.of("/etc/hostname")).orElseThrow();
            Inode outside =
                    Fixtures.tree(image).resolve(FilePath.of("/@/etc/hostname")).orElseThrow();
            assertThat(inside.number()).isEqualTo(outside.number());
            assertThat(root.view().readAll(inside, 10)).asString().isEqualTo("new");
            assertThat(tree.resolve(FilePath.of("/var/log"))).isPresent();
        }
    }

    @Test
    void theNumbersOfInodesAreUniqueAcrossSubvolumes() throws IOException {
        try (DiskImage image = Fixtures.open("btrfs-subvolumes.raw.gz")) {
            var numbers = new ArrayList<Long>();

            Fixtures.tree(image)
                    .walk(
                            (_, inode, first) -> {
                                assertThat(first).isTrue();
                                numbers.add(inode.number());
                            });

            assertThat(numbers).doesNotHaveDuplicates();
        }
    }

    @Test
    void theKeyOfContentIsEqualForSnapshotsAndDifferentForWhatWasChanged() throws IOException {
        try (DiskImage image = Fixtures.open("btrfs-subvolumes.raw.gz")) {
            assertThat(key(image, "/@/etc/os-release"))
                    .isEqualTo(key(image, "/snapshots/old/1/etc/os-release"));
            assertThat(key(image, "/@/large")).isEqualTo(key(image, "/snapshots/old/2/large"));
            assertThat(key(image, "/@/large")).isNotEqualTo(key(image, "/snapshots/old/1/large"));
        }
    }

    private static ContentKey key(DiskImage image, String path) throws IOException {
        return Fixtures.fileSystem(image)
                .contentKey(Fixtures.tree(image).resolve(FilePath.of(path)).orElseThrow())
                .orElseThrow();
    }

    @Test
    void aLogOfSyncedFilesIsAFault() throws IOException {
        try (DiskImage image = Fixtures.open("btrfs-log.raw.gz")) {
            assertThat(Fixtures.fileSystem(image).faults().toString())
                    .contains("log of synced files was not replayed");
            assertThat(Fixtures.tree(image).resolve(FilePath.of("/file"))).isPresent();
        }
    }

    @Test
    void whatIsFreeAndWhatIsReadDoNotOverlap() throws IOException {
        for (String name : List.of("btrfs-mixed", "btrfs-subvolumes", "btrfs-old")) {
            try (DiskImage image = Fixtures.open(name + ".raw.gz")) {
                FileSystem fileSystem = Fixtures.fileSystem(image);
                var free = new TreeMap<Long, Long>();
                long[] end = new long[1];
                fileSystem.unallocated(
                        (offset, length) -> {
                            assertThat(length).isPositive();
                            assertThat(offset).isGreaterThanOrEqualTo(end[0]);
                            end[0] = offset + length;
                            free.put(offset, end[0]);
                        });

                assertThat(end[0]).isLessThanOrEqualTo(Fixtures.volume(image).size());
                assertThat(free).isNotEmpty();
                Fixtures.tree(image)
                        .walk(
                                (path, inode, _) -> {
                                    long at = fileSystem.firstByte(inode);
                                    var before = free.floorEntry(at);
                                    assertThat(before == null || before.getValue() <= at)
                                            .as("%s at %d", path, at)
                                            .isTrue();
                                });
            }
        }
    }

    @Test
    void checksumsAreAsTheirSpecificationsSay() {
        byte[] abc = {'a', 'b', 'c'};
        assertThat(HexFormat.of().formatHex(Blake2b.digest(abc, 0, 3)))
                .isEqualTo("bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
        assertThat(Long.toHexString(BtrfsChecksum.xxHash64(abc, 0, 3)))
                .isEqualTo("44bc2cf5ad770999");
        assertThat(String.format(Locale.ROOT, "%016x", BtrfsChecksum.xxHash64(abc, 0, 0)))
                .isEqualTo("ef46db3751d8e999");
    }
}
