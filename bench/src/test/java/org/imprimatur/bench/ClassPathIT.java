package org.imprimatur.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code bench/run} starts with. */
class ClassPathIT {

    private static final Path TARGET =
            Path.of(System.getProperty("imprimatur.root", ".."), "bench", "target");

    @Test
    void everyPartFindsTheClassesThatItIsMadeOf() throws IOException {
        var parts = classes();

        assertThat(parts).contains(Main.class.getName(), TransferFigures.class.getName());
        try (var loader = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
            for (var part : parts) {
                assertThatCode(() -> Class.forName(part, true, loader).getDeclaredMethods())
                        .as(part)
                        .doesNotThrowAnyException();
            }
        }
    }

    private static List<String> classes() throws IOException {
        var root = TARGET.resolve("classes");
        try (var files = Files.walk(root.resolve("org/imprimatur/bench"))) {
            return files.map(file -> root.relativize(file).toString())
                    .filter(file -> file.endsWith("Figures.class") || file.endsWith("Main.class"))
                    .map(file -> file.replaceFirst("\\.class$", "").replace('/', '.'))
                    .toList();
        }
    }

    private static URL[] classPath() throws IOException {
        var urls = new ArrayList<URL>();
        urls.add(TARGET.resolve("classes").toUri().toURL());
        for (var entry : Files.readString(TARGET.resolve("class-path")).split(File.pathSeparator)) {
            urls.add(Path.of(entry.strip()).toUri().toURL());
        }
        return urls.toArray(URL[]::new);
    }
}
