package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A small file system of its own, which can run full; tests are skipped where none can be mounted.
 */
public final class SmallDisk implements AutoCloseable {

    private final Path directory;
    private final Path filler;

    /** Mounts one of so many MiB, in memory, at a new directory. */
    public SmallDisk(Path directory, int mebibytes) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.filler = directory.resolve("filler");
        var size = "size=%dm".formatted(mebibytes);
        assumeThat(run("mount", "-t", "tmpfs", "-o", size, "none", directory.toString()))
                .as("root mounts a file system of %d MiB", mebibytes)
                .isZero();
    }

    /** Takes all the room that is left. */
    public void fill() {
        var block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            return; // it is full, as it should be
        }
    }

    /** Whether it was ever filled. */
    public boolean filled() {
        return Files.exists(filler);
    }

    /** Gives the room back that was taken. */
    public void free() throws IOException {
        Files.write(filler, new byte[0]);
    }

    @Override
    public void close() throws IOException {
        assertThat(run("umount", "-l", directory.toString())).isZero();
    }

    private static int run(String... command) throws IOException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
