package org.imprimatur.inspect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** The small images of the repository ({@code images/fixtures}), unpacked where needed. */
final class Fixtures {

    static final Instant AT = Instant.parse("2026-11-21T01:02:03Z");
    static final Options FULL = Options.full("imprimatur test", AT);

    private static final Path DIRECTORY =
            Path.of(System.getProperty("imprimatur.root", ".."), "images", "fixtures");

    private Fixtures() {}

    /** Names of the images that begin so, in order; {@code bad/} for the bad ones. */
    static List<String> names(String start) {
        var directory = start.startsWith("bad/") ? DIRECTORY.resolve("bad") : DIRECTORY;
        try (var files = Files.list(directory)) {
            return files.map(file -> DIRECTORY.relativize(file).toString())
                    .filter(name -> name.startsWith(start))
                    .filter(name -> name.endsWith(".gz") || name.endsWith(".qcow2"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The image as a plain file. */
    static Path image(String name, Path temporary) throws IOException {
        var file = DIRECTORY.resolve(name);
        if (!name.endsWith(".gz")) {
            return file;
        }
        var plain = temporary.resolve(name.replace('/', '-').replace(".gz", ""));
        try (var in = new GZIPInputStream(Files.newInputStream(file), 1 << 16)) {
            Files.copy(in, plain, StandardCopyOption.REPLACE_EXISTING);
        }
        return plain;
    }

    /** Lines of a listing that lies beside the images. */
    static List<String> lines(String name) throws IOException {
        return Files.readAllLines(DIRECTORY.resolve(name));
    }

    static Report inspect(String name, Path temporary) throws IOException {
        return Inspection.run(image(name, temporary), FULL, ProgressListener.NONE);
    }
}
