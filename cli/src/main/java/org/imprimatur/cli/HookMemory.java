package org.imprimatur.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the hook of a hypervisor keeps from one call to the next: the instance that each machine
 * runs as, and the ends that the node has not been told yet. One small file each, put in place by
 * one rename.
 */
final class HookMemory {

    private static final int MOST_AT_ONCE = 64;

    private final Path running;
    private final Path ended;
    private final Path known;
    private final String boot;

    /**
     * Opens it.
     *
     * @param boot which boot of the host this is: what ran before it has ended
     */
    HookMemory(Path directory, String boot) throws IOException {
        this.running = directory.resolve("running");
        this.ended = directory.resolve("ended");
        this.known = directory.resolve("known");
        this.boot = boot;
        for (var part : List.of(running, ended, known)) {
            Files.createDirectories(
                    part,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
    }

    /** Where is kept what was read of files. */
    Path known() {
        return known;
    }

    /** An end to be told. */
    record End(UUID instance, Instant at) {}

    /** Remembers that a machine is about to run as this instance; what it ran as has ended. */
    void begin(UUID machine, UUID instance, Instant at) throws IOException {
        end(machine, at);
        write(running.resolve(machine.toString()), instance + "\n" + boot + "\n");
    }

    /** The instance that a machine runs as. */
    Optional<UUID> instance(UUID machine) throws IOException {
        return read(running.resolve(machine.toString()))
                .filter(lines -> lines.size() == 2 && lines.get(1).equals(boot))
                .map(lines -> uuid(lines.getFirst()));
    }

    /** Remembers that whatever a machine ran as has ended. */
    void end(UUID machine, Instant at) throws IOException {
        var file = running.resolve(machine.toString());
        var lines = read(file);
        if (lines.isPresent() && !lines.get().isEmpty()) {
            var instance = uuid(lines.get().getFirst());
            if (instance != null) {
                write(ended.resolve(instance.toString()), at + "\n");
            }
        }
        Files.deleteIfExists(file);
    }

    /** Remembers that whatever ran before this boot of the host ended with it. */
    void endEarlierBoots(Instant at) throws IOException {
        for (var file : some(running)) {
            var lines = read(file);
            var machine = uuid(file.getFileName().toString());
            if (machine != null && lines.isPresent() && !lines.get().contains(boot)) {
                end(machine, at);
            }
        }
    }

    /** Ends that are to be told, some of them. */
    List<End> untold() throws IOException {
        var ends = new ArrayList<End>();
        for (var file : some(ended)) {
            var lines = read(file);
            var instance = uuid(file.getFileName().toString());
            if (instance != null && lines.isPresent() && !lines.get().isEmpty()) {
                ends.add(new End(instance, Instant.parse(lines.get().getFirst())));
            }
        }
        return ends;
    }

    /** Forgets an end that was told. */
    void told(End end) throws IOException {
        Files.deleteIfExists(ended.resolve(end.instance().toString()));
    }

    private static List<Path> some(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(file -> !file.getFileName().toString().startsWith("."))
                    .limit(MOST_AT_ONCE)
                    .toList();
        }
    }

    private static @Nullable UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static Optional<List<String>> read(Path file) throws IOException {
        try {
            return Optional.of(Files.readAllLines(file));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    static void write(Path file, String text) throws IOException {
        var temporary =
                Files.createTempFile(file.getParent(), ".", ".new"); // readable by its owner only
        Files.writeString(temporary, text);
        try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
