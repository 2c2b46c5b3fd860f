package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.imprimatur.trust.TrialAuthority.KeyKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The start-up caches that the build has made. */
class StartIT {

    private static final Path DIST =
            Path.of(System.getProperty("imprimatur.root", ".."), "cli", "target", "dist");

    /** Extends a class that is in no jar, so that no cache takes it. */
    private static final String NEVER_CACHED =
            "org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream";

    @TempDir Path directory;

    @Test
    void theVersionLoadsEveryClassFromTheCache() throws IOException, InterruptedException {
        assertThat(loadedFromJars("verify", "--version")).isSubsetOf(NEVER_CACHED);
    }

    @Test
    void aVerificationLoadsEveryClassFromTheCache() throws IOException, InterruptedException {
        var story = new TrialStory(directory, KeyKind.RSA_2048);
        var image = story.endorse(directory, "image.qcow2", new byte[] {1});

        var command = story.trusting("verify", image + ".bundle.json", "--require-crls");

        assertThat(loadedFromJars("verify", command)).isSubsetOf(NEVER_CACHED);
    }

    @Test
    void anInspectionLoadsEveryClassFromTheCache() throws IOException, InterruptedException {
        var image = Ran.fixture("mini-clean.v3-zlib.qcow2").toString();

        assertThat(loadedFromJars("inspect", "inspect", image)).isSubsetOf(NEVER_CACHED);
    }

    @Test
    void aQuickInspectionLoadsEveryClassFromTheCacheAndNoneOfASearch()
            throws IOException, InterruptedException {
        var image = Ran.fixture("mini-clean.v3-zlib.qcow2").toString();

        assertThat(loadedFromJars("quick", "inspect", image, "--quick")).isEmpty();
        assertThat(loaded()).noneMatch(each -> each.contains(".inspect.secrets.SecretSearch "));
    }

    @Test
    void theJarOfTheClassThatIsNeverCachedIsFirst() throws IOException {
        try (var first =
                new JarFile(DIST.resolve("lib").resolve(classPath().getFirst()).toFile())) {
            assertThat(first.getEntry(NEVER_CACHED.replace('.', '/') + ".class")).isNotNull();
        }
    }

    @Test
    void anInspectionNeedNotOpenTheLargeJarsToFindItsFiles() throws IOException {
        assertThat(classPath().stream().map(jar -> jar.replaceFirst("-.*", "")))
                .containsSubsequence("inspect", "bcprov");
    }

    private static List<String> classPath() throws IOException {
        try (var program = new JarFile(DIST.resolve("lib/imprimatur.jar").toFile())) {
            var path =
                    program.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            return List.of(path.split(" "));
        }
    }

    /** The classes that a command loads from jars. It must have loaded others from the cache. */
    private List<String> loadedFromJars(String cache, String... command)
            throws IOException, InterruptedException {
        var line =
                Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:AOTCache=" + DIST.resolve(cache + ".aot"),
                                "-XX:+UseSerialGC",
                                "-Xlog:disable",
                                "-Xlog:class+load:file=" + log(),
                                "-Dpicocli.disable.closures=true",
                                "-cp",
                                DIST.resolve("lib/imprimatur.jar").toString(),
                                "org.imprimatur.cli.Main"),
                        Stream.of(command));
        new ProcessBuilder(line.toList())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("out").toFile())
                .start()
                .waitFor();
        var lines = loaded();
        assertThat(lines).anyMatch(each -> each.contains(".cli.Main source: shared objects file"));
        return lines.stream()
                .filter(each -> each.contains(" source: file:"))
                .map(each -> each.replaceAll("^.*\\] | source: .*$", ""))
                .toList();
    }

    private List<String> loaded() throws IOException {
        return Files.readAllLines(log());
    }

    private Path log() {
        return directory.resolve("classes.log");
    }
}
