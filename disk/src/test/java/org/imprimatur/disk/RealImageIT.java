package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real Debian disks of {@code images/build-debian.sh}, where they have been built. */
class RealImageIT {

    private static Path cached(String name) {
        String cache = System.getenv("IMPRIMATUR_CACHE");
        Path folder =
                cache == null || cache.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".cache", "imprimatur")
                        : Path.of(cache);
        Path file = folder.resolve("images").resolve(name);
        assumeTrue(Files.exists(file), () -> file + " is made by images/build-debian.sh");
        return file;
    }

    @ParameterizedTest
    @ValueSource(strings = {"debian-clean", "debian-faulty"})
    void everyEntryIsAsTheTreeThatTheDiskWasMadeFrom(String name) throws IOException {
        List<String> oracle = Fixtures.oracle(cached(name + ".files.tsv"));
        try (DiskImage image = DiskImage.open(cached(name + ".qcow2"), Limits.DEFAULT)) {
            FileSystem fileSystem = Fixtures.fileSystem(image);

            Fixtures.Told told = Fixtures.tell(fileSystem, Fixtures.tree(image));

            assertThat(image.unread()).isEmpty();
            assertThat(fileSystem.faults()).isEmpty();
            assertThat(told.unread()).isEmpty();
            assertThat(withoutLostAndFound(told.lines())).isEqualTo(withoutLostAndFound(oracle));
        }
    }

    private static List<String> withoutLostAndFound(List<String> lines) {
        return lines.stream().filter(line -> !line.startsWith("/lost+found\t")).toList();
    }

    @Test
    void theRawDiskAndTheQcow2HaveOneContentRoot() throws IOException {
        try (DiskImage raw = DiskImage.open(cached("debian-clean.raw"), Limits.DEFAULT);
                DiskImage qcow2 = DiskImage.open(cached("debian-clean.qcow2"), Limits.DEFAULT);
                var workers = Executors.newFixedThreadPool(2)) {
            assertThat(ContentTree.of(raw.disk(), workers, 2, _ -> {}).root())
                    .isEqualTo(ContentTree.of(qcow2.disk(), workers, 2, _ -> {}).root());
        }
    }
}
