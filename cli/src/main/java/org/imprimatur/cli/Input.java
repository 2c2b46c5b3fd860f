package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.imprimatur.register.MalformedInput;

/** Reads small files whole, up to a limit. */
final class Input {

    private Input() {}

    static byte[] read(Path file, int limit) throws IOException {
        if (Files.isDirectory(file)) {
            throw new CommandFailure(
                    ExitCode.UNREADABLE, "%s is a directory; expected a file".formatted(file));
        }
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

    /** The same, for a file of a form of its own; what is wrong with it is said with its name. */
    static <T> T read(Path file, int limit, Function<byte[], T> parser) throws IOException {
        var bytes = read(file, limit);
        try {
            return parser.apply(bytes);
        } catch (MalformedInput bad) {
            throw new CommandFailure(
                    ExitCode.UNREADABLE, "%s: %s".formatted(file, bad.explanation()), bad);
        }
    }
}
