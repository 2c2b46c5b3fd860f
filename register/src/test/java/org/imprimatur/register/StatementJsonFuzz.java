package org.imprimatur.register;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.stream.Stream;

/** Payloads of every kind, with all that they may say. */
public final class StatementJsonFuzz {

    private StatementJsonFuzz() {}

    /** The good payloads. */
    public static Stream<byte[]> seeds() throws IOException, URISyntaxException {
        var seeds = new ArrayList<byte[]>();
        var good = Path.of(StatementJsonFuzz.class.getResource("/good").toURI());
        try (var files = Files.list(good)) {
            for (var file : files.sorted().toList()) {
                seeds.add(Files.readAllBytes(file));
            }
        }
        return seeds.stream();
    }

    /** Ends with a statement that writes and reads back as the same, or with MalformedInput. */
    public static void fuzzerTestOneInput(byte[] input) {
        Statement statement;
        try {
            statement = StatementJson.parse(input);
        } catch (MalformedInput bad) {
            return;
        }
        byte[] written;
        try {
            written = StatementJson.write(statement);
        } catch (MalformedInput tooLarge) {
            return;
        }
        if (!StatementJson.parse(written).equals(statement)) {
            throw new IllegalStateException("a statement that reads back as another");
        }
    }
}
