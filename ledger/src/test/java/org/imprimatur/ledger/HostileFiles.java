package org.imprimatur.ledger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The named files in {@code hostile}, each with its verdict in {@code verdicts.txt}. */
final class HostileFiles {

    static final Path HOME =
            Path.of(System.getProperty("imprimatur.root", ".."))
                    .resolve("ledger/src/test/resources/hostile");

    private HostileFiles() {}

    /** Verdicts by file, such as {@code note/cut-off}. */
    static Map<String, String> verdicts() {
        try (var lines = Files.lines(HOME.resolve("verdicts.txt"))) {
            var verdicts = new TreeMap<String, String>();
            lines.map(line -> line.split(" ")).forEach(p -> verdicts.put(p[0], p[1]));
            return verdicts;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] read(String name) {
        try {
            return Files.readAllBytes(HOME.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The files of one kind, for a fuzz target to begin with. */
    static Stream<byte[]> of(String kind) {
        return verdicts().keySet().stream()
                .filter(name -> name.startsWith(kind + "/"))
                .map(HostileFiles::read);
    }
}
