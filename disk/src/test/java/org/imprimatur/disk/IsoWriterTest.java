package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.TreeMap;
import org.imprimatur.disk.VolumeContent.FileSystemContent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IsoWriterTest {

    @TempDir private Path work;

    private Path tree;

    @BeforeEach
    void directory() throws IOException {
        tree = Files.createDirectory(work.resolve("tree"));
    }

    @Test
    void whatIsWrittenIsReadBackTheSame() throws IOException {
        var expected = new TreeMap<String, String>();
        put(expected, "prolog.sh", "date\n");
        put(expected, "epilog.sh", "");
        put(expected, "a longer name than eight.conf", "x".repeat(2048));
        put(expected, "a longer name than ten.conf", "y".repeat(2049));
        put(expected, "naïve-ü", "z");
        put(expected, "CASE", "1");
        put(expected, "case", "2");
        put(expected, ".hidden", "3");
        put(expected, "d/e/f/g/h/i/deep", "4");
        for (int i = 0; i < 200; i++) {
            put(expected, "many/file with a name " + i, "content " + i);
        }

        assertThat(read(written("a.iso"))).isEqualTo(expected);
    }

    @Test
    void theSameTreeGivesTheSameBytesWheneverItIsWritten() throws IOException {
        put(new TreeMap<>(), "prolog.sh", "date\n");
        put(new TreeMap<>(), "d/x", "y");
        var first = written("a.iso");
        Files.setLastModifiedTime(tree.resolve("prolog.sh"), FileTime.fromMillis(1));

        assertThat(written("b.iso")).hasSameBinaryContentAs(first);
        Files.writeString(tree.resolve("d/x"), "z");
        assertThat(Files.mismatch(first, written("c.iso"))).isNotNegative();
    }

    @Test
    void whatCannotBeOnTheMediumIsRefused() throws IOException {
        Files.createSymbolicLink(tree.resolve("link"), Path.of("/etc/passwd"));
        refused("link or device");
        Files.delete(tree.resolve("link"));
        Files.writeString(tree.resolve("n".repeat(129)), "");
        refused("more than 128 bytes");
        Files.delete(tree.resolve("n".repeat(129)));
        Files.createDirectories(tree.resolve("1/2/3/4/5/6/7"));
        written("deep.iso");
        Files.createDirectories(tree.resolve("1/2/3/4/5/6/7/8"));
        refused("directories deep");
    }

    @Test
    void aFileThatIsThereIsNotOverwritten() throws IOException {
        written("a.iso");

        assertThatThrownBy(() -> written("a.iso")).isInstanceOf(FileAlreadyExistsException.class);
    }

    private void refused(String why) {
        assertThatThrownBy(() -> written("refused.iso"))
                .isInstanceOf(UnsupportedImageException.class)
                .hasMessageContaining(why);
        assertThat(work.resolve("refused.iso")).doesNotExist();
    }

    private void put(Map<String, String> expected, String name, String text) throws IOException {
        var file = tree.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        expected.put("/" + name, text);
    }

    private Path written(String name) throws IOException {
        IsoWriter.write(tree, "CONTEXTUALISATION", work.resolve(name));
        return work.resolve(name);
    }

    private static Map<String, String> read(Path image) throws IOException {
        var found = new TreeMap<String, String>();
        try (var disk = DiskImage.open(image, Limits.DEFAULT)) {
            assertThat(disk.unread()).isEmpty();
            var content = (FileSystemContent) disk.volumes().getFirst().content();
            var files = content.fileSystem();
            assertThat(files.type()).isEqualTo("iso9660");
            assertThat(files.label()).contains("CONTEXTUALISATION");
            assertThat(files.faults()).isEmpty();
            var unread =
                    new FileTree(files, disk.disk().size(), Limits.DEFAULT)
                            .walk(
                                    (path, inode, _) -> {
                                        assertThat(inode.mode()).isEqualTo(0500);
                                        assertThat(inode.modified().getEpochSecond()).isZero();
                                        if (inode.isRegular()) {
                                            found.put(
                                                    path.toString(),
                                                    new String(
                                                            files.readAll(inode, 1 << 20),
                                                            StandardCharsets.UTF_8));
                                        }
                                    });
            assertThat(unread).isEmpty();
        }
        return found;
    }
}
