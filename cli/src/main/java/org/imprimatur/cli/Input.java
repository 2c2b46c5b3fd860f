package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads small files whole, up to a limit. */
final class Input {

    private Input() {}

    static byte[] read(Path file, int limit) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var bytes = in.readNBytes(limit + 1);
            if (bytes.length > limit) {
                throw new CommandFailure(
                        ExitCode.UNREADABLE,
                        "%s is larger than %d bytes, the most that is read".formatted(file, limit));
            }
            return bytes;
        }
    }
}
