package org.imprimatur.cli;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** One command line that was run in this process, and what came of it. */
record Ran(int status, String out, String err) {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    static Ran of(String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        int status = Main.run(new PrintWriter(out), new PrintWriter(err), args);
        return new Ran(status, out.toString(), err.toString());
    }

    static Ran of(List<String> args) {
        return of(args.toArray(String[]::new));
    }

    /** A command line that trusts what a story has written. */
    static Ran trusting(TrialStory story, String... command) {
        return of(story.trusting(command));
    }

    /** Standard output as the one JSON document it must be. */
    JsonNode json() {
        try {
            return JSON.readTree(out);
        } catch (IOException e) {
            throw new UncheckedIOException(out + err, e);
        }
    }

    String lastLine() {
        return out.lines().toList().getLast();
    }

    List<String> errLines() {
        return err.lines().toList();
    }

    /** A file of the repository's fixture images. */
    static Path fixture(String name) {
        return Path.of(System.getProperty("imprimatur.root", ".."), "images", "fixtures")
                .resolve(name);
    }

    /** Such a file, unpacked. */
    static Path unpacked(String name, Path directory) throws IOException {
        var target = directory.resolve(Path.of(name.replace(".gz", "")).getFileName());
        try (var in = new GZIPInputStream(Files.newInputStream(fixture(name)))) {
            Files.copy(in, target);
        }
        return target;
    }
}
