package org.imprimatur.node.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.imprimatur.node.driver.FileStamp;
import org.imprimatur.register.Sha512;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReverificationTest {

    private static final byte[] IMAGE = Trials.image(1_000_000, 9);

    @TempDir Path directory;

    private boolean good(Path file) {
        var told = new CompletableFuture<Boolean>();
        Reverification.start(file, Sha512.of(IMAGE), told::complete);
        return told.join();
    }

    @Test
    void onlyTheSameBytesAreGood() throws IOException {
        var file = Files.write(directory.resolve("a"), IMAGE);
        assertThat(good(file)).isTrue();

        byte[] damaged = IMAGE.clone();
        damaged[777_777] ^= 1;
        Files.write(file, damaged);
        assertThat(good(file)).isFalse();

        Files.delete(file);
        assertThat(good(file)).isFalse();
    }

    @Test
    void bytesThatAreChangedBehindAnOldTimeShow() throws IOException {
        var file = Files.write(directory.resolve("a"), IMAGE);
        var time = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
        Files.setLastModifiedTime(file, time);
        var before = FileStamp.of(file);
        assertThat(FileStamp.of(file)).isEqualTo(before);

        byte[] damaged = IMAGE.clone();
        damaged[5] ^= 1;
        Files.write(file, damaged);
        Files.setLastModifiedTime(file, time);

        assertThat(FileStamp.of(file)).isNotEqualTo(before);
        assertThat(FileStamp.of(file).alike(before)).isTrue();
    }

    @Test
    void anotherFileOfTheSameSizeAndTimeShows() throws IOException {
        var file = Files.write(directory.resolve("a"), IMAGE);
        var before = FileStamp.of(file);
        var other = Files.write(directory.resolve("b"), new byte[IMAGE.length]);
        Files.setLastModifiedTime(other, FileTime.from(before.modifiedAt()));
        Files.move(other, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        assertThat(FileStamp.of(file).alike(before)).isFalse();
    }

    @Test
    void whatIsNoPlainFileHasASizeThatNothingEndorses() throws IOException {
        var link = Files.createSymbolicLink(directory.resolve("link"), directory);

        assertThat(FileStamp.of(link).bytes()).isEqualTo(-1);
    }
}
