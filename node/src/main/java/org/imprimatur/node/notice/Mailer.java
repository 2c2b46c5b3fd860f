package org.imprimatur.node.notice;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;
import org.imprimatur.node.driver.Program;

/**
 * Hands messages to a program, or leaves them in a directory.
 *
 * @param settings the ones in force, asked for each message
 * @param spool where messages are left when no program takes them, unless the settings say
 */
record Mailer(Supplier<NoticeSettings> settings, Path spool) {

    static final Duration WITHIN = Duration.ofSeconds(30);

    /**
     * Hands one on.
     *
     * @throws IOException when it was not taken, and why
     */
    void deliver(Message message, Instant now) throws IOException {
        var how = settings.get();
        byte[] bytes = message.bytes(how.from(), now);
        if (how.command().isEmpty()) {
            leave(how.spool().orElse(spool), message.name() + ".eml", bytes);
            return;
        }
        var ran = Program.run(how.command(), Map.of(), bytes, WITHIN);
        if (ran.exit() != 0) {
            throw new IOException(
                    "%s ended with status %d%s"
                            .formatted(
                                    how.command().getFirst(),
                                    ran.exit(),
                                    ran.said().isEmpty() ? "" : ": " + ran.said()));
        }
    }

    /** Whole or not at all, under a name that says whether it was left before. */
    private static void leave(Path spool, String name, byte[] message) throws IOException {
        Files.createDirectories(spool);
        var part = spool.resolve("." + name + ".part");
        Files.write(part, message);
        Files.move(part, spool.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
}
