package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.imprimatur.disk.VolumeContent.FileSystemContent;
import org.imprimatur.disk.VolumeContent.UnreadContent;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each image of {@code images/fixtures/bad} has one thing wrong, and is refused for that thing. */
class BadImageTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "qcow2-backing-file.qcow2 | unsupported | backing file",
                "qcow2-external-data-file.qcow2 | unsupported | external data file",
                "qcow2-encrypted.qcow2 | unsupported | encrypted",
                "qcow2-unknown-feature.qcow2 | unsupported | 0x4000000000000000",
                "qcow2-cluster-bits.qcow2 | corrupt | 2^63",
                "qcow2-huge-disk.qcow2 | corrupt | L1 table",
                "qcow2-huge-l1.qcow2 | corrupt | L1 table",
                "qcow2-l1-outside-file.qcow2 | corrupt | L1 table",
                "qcow2-l1-loop.qcow2 | corrupt | loop",
                "qcow2-l2-loop.qcow2 | corrupt | loop",
                "qcow2-data-outside-file.qcow2 | corrupt | outside",
                "qcow2-deflate-garbage.qcow2 | corrupt | damaged",
                "qcow2-truncated.qcow2 | corrupt | outside",
                "gpt-crc-wrong.raw.gz | corrupt | checksum of its header",
                "gpt-entries-huge.raw.gz | corrupt | 4294967295 entries",
                "gpt-partition-outside-disk.raw.gz | corrupt | of a disk of",
                "mbr-extended-loop.raw.gz | corrupt | loop",
                "ext4-impossible-block-size.raw.gz | corrupt | blocks of 2^",
                "ext4-impossible-inode-count.raw.gz | corrupt | 4294967295 inodes",
                "ext4-inodes-per-group-zero.raw.gz | corrupt | 0 inodes in a group",
                "ext4-truncated.raw.gz | corrupt | 256 blocks",
                "ext4-unknown-incompat.raw.gz | unsupported | 0x40000000",
            })
    void isRefusedAsAWhole(String file, String kind, String saying) {
        assertThatThrownBy(
                        () ->
                                Assertions.assertTimeoutPreemptively(
                                        SOON, () -> Fixtures.open("bad/" + file)))
                .isInstanceOf(
                        kind.equals("corrupt")
                                ? CorruptImageException.class
                                : UnsupportedImageException.class)
                .hasMessageContaining(saying);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ext4-encrypted-feature.raw.gz | /data | encrypted",
                "ext4-extent-loop.raw.gz | /data/victim | depth 1; 0 is expected",
                "ext4-extent-depth-too-deep.raw.gz | /data/victim | depth 6",
                "ext4-directory-rec-len-zero.raw.gz | /data | entry of 0 bytes",
                "ext4-directory-loop.raw.gz | /data/inner | second name",
                "ext4-file-larger-than-disk.raw.gz | /data/victim | 30000 blocks",
            })
    void onlyTheDamagedPlaceIsUnread(String file, String path, String saying) throws IOException {
        Map<String, String> unread = unread(file);

        assertThat(unread.keySet()).containsExactly(path);
        assertThat(unread.get(path)).contains(saying);
    }

    @Test
    void aJournalThatWaitsForReplayAndIsEmptyIsOnlyWorthANote() throws IOException {
        try (DiskImage image = Fixtures.open("bad/ext4-needs-recovery.raw.gz")) {
            assertThat(Fixtures.fileSystem(image).faults()).isEmpty();
            assertThat(Fixtures.fileSystem(image).notes().toString())
                    .contains("0 transactions of its journal");
        }
    }

    @Test
    void aBrokenFirstGptIsReportedAndTheBackupUsed() throws IOException {
        try (DiskImage image = Fixtures.open("bad/gpt-first-header-wrong.raw.gz")) {
            assertThat(image.unread().toString()).contains("primary table is damaged");
            assertThat(image.volumes()).hasSize(1);
            assertThat(image.volumes().getFirst().content()).isInstanceOf(FileSystemContent.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"good.raw.gz", "ext4-huge-sparse-file.raw.gz", "ext4-symlink-loop.raw.gz"})
    void theStrangeButValidIsReadToTheEnd(String file) throws IOException {
        assertThat(unread(file)).isEmpty();
    }

    @Test
    void aLoopOfLinksEndsWithAClearRefusal() throws IOException {
        try (DiskImage image = Fixtures.open("bad/ext4-symlink-loop.raw.gz")) {
            assertThatThrownBy(() -> Fixtures.tree(image).resolve(FilePath.of("/etc/sudoers")))
                    .isInstanceOf(CorruptImageException.class)
                    .hasMessageContaining("40 symbolic links");
        }
    }

    @Test
    void everyBadImageIsTested() throws IOException {
        String source =
                Files.readString(
                        Fixtures.ROOT.resolve(
                                "../../disk/src/test/java/org/imprimatur/disk/BadImageTest.java"));
        try (var files = Files.list(Fixtures.ROOT.resolve("bad"))) {
            List<String> names = files.map(file -> file.getFileName().toString()).toList();
            assertThat(names)
                    .allSatisfy(
                            name ->
                                    assertThat(name.equals("README.md") || source.contains(name))
                                            .as(name)
                                            .isTrue());
        }
    }

    /** Everything unread after all that can be read was read, by path. */
    private static Map<String, String> unread(String file) throws IOException {
        return Assertions.assertTimeoutPreemptively(
                SOON,
                () -> {
                    var all = new ArrayList<Unread>();
                    try (DiskImage image = Fixtures.open("bad/" + file)) {
                        all.addAll(image.unread());
                        for (Volume volume : image.volumes()) {
                            switch (volume.content()) {
                                case FileSystemContent(FileSystem fileSystem) -> {
                                    all.addAll(fileSystem.faults());
                                    all.addAll(
                                            Fixtures.tree(image)
                                                    .walk(
                                                            (path, inode, _) ->
                                                                    read(
                                                                            fileSystem, path,
                                                                            inode, all)));
                                }
                                case UnreadContent(String reason) ->
                                        all.add(new Unread(volume.id(), reason));
                                case VolumeContent.MemberContent _,
                                        VolumeContent.EmptyContent _ -> {}
                            }
                        }
                    }
                    var byPath = new TreeMap<String, String>();
                    for (Unread each : all) {
                        byPath.merge(each.where(), each.reason(), (a, b) -> a + "; " + b);
                    }
                    return byPath;
                });
    }

    private static void read(FileSystem fileSystem, FilePath path, Inode inode, List<Unread> unread)
            throws IOException {
        try {
            if (inode.isRegular()) {
                fileSystem.read(inode, (_, _, _, _) -> {});
            } else if (inode.type() == FileType.SYMLINK) {
                fileSystem.readLink(inode);
            }
            fileSystem.attributes(inode);
        } catch (ImageException e) {
            unread.add(new Unread(path.toString(), e.explanation()));
        }
    }
}
