package org.imprimatur.node.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.imprimatur.node.transfer.ByteRanges.Range;
import org.imprimatur.register.Sha512;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartFileTest {

    private static final byte[] BYTES = new byte[1000];

    static {
        new Random(1).nextBytes(BYTES);
    }

    @TempDir Path directory;

    private PartFile open() throws IOException {
        return PartFile.open(directory.resolve("a.part"), directory.resolve("a.map"), BYTES.length);
    }

    private static void write(PartFile part, int from, int to) throws IOException {
        part.write(from, BYTES, from, to - from);
    }

    @Test
    void whatWasSavedIsGoneOnWith() throws IOException {
        try (var part = open()) {
            write(part, 0, 100);
            write(part, 500, 600);
            part.save();
            write(part, 600, 700);
        }
        try (var part = open()) {
            assertThat(part.have()).isEqualTo(200);
            assertThat(part.claim(1000)).contains(new Range(100, 500));
            assertThat(part.claim(1000)).contains(new Range(600, 1000));
            assertThat(part.claim(1000)).isEmpty();
        }
    }

    @Test
    void aFileWithoutAMapWasGatheredFromItsBeginning() throws IOException {
        Files.write(directory.resolve("a.part"), Arrays.copyOf(BYTES, 300));
        try (var part = open()) {
            assertThat(part.claim(50)).contains(new Range(300, 350));
        }
    }

    @Test
    void aMapNeverVouchesForMoreThanTheFileHas() throws IOException {
        Files.write(directory.resolve("a.part"), Arrays.copyOf(BYTES, 300));
        Files.writeString(directory.resolve("a.map"), "imprimatur-part/1 1000\n0 200\n250 700\n");
        try (var part = open()) {
            assertThat(part.have()).isEqualTo(250);
        }
    }

    @Test
    void aMapThatCannotBeReadMeansThatNothingIsThere() throws IOException {
        for (String map :
                new String[] {
                    "",
                    "imprimatur-part/1 999\n0 200\n",
                    "imprimatur-part/1 1000\n0 200",
                    "imprimatur-part/1 1000\n0 200\n100 300\n",
                    "imprimatur-part/1 1000\n0 1001\n",
                    "imprimatur-part/1 1000\n-1 100\n",
                    "imprimatur-part/1 1000\n0 0\n",
                    "imprimatur-part/1 1000\n0 x\n",
                    "imprimatur-part/1 1000\n0 1 2\n",
                }) {
            Files.write(directory.resolve("a.part"), Arrays.copyOf(BYTES, 300));
            Files.writeString(directory.resolve("a.map"), map);
            try (var part = open()) {
                assertThat(part.have()).as(map).isZero();
            }
        }
    }

    @Test
    void aFileThatIsTooLongIsOfSomethingElse() throws IOException {
        Files.write(directory.resolve("a.part"), new byte[1001]);
        try (var part = open()) {
            assertThat(part.have()).isZero();
        }
    }

    @Test
    void whatIsThereIsNeverWrittenAgain() throws IOException {
        try (var part = open()) {
            write(part, 100, 200);
            part.write(0, new byte[1000], 0, 1000);
            part.finish();
        }
        byte[] expected = new byte[1000];
        System.arraycopy(BYTES, 100, expected, 100, 100);
        assertThat(directory.resolve("a.part")).hasBinaryContent(expected);
        assertThat(directory.resolve("a.map")).doesNotExist();
    }

    @Test
    void whatDidNotComeIsMissingAgain() throws IOException {
        try (var part = open()) {
            var piece = part.claim(400).orElseThrow();
            write(part, 0, 150);
            part.release(piece);
            assertThat(part.claim(1000)).contains(new Range(150, 1000));
        }
    }

    @Test
    void theDigestFollowsWhatIsThereWithoutAGap() throws Exception {
        try (var part = open();
                var digest = PrefixDigest.follow(part)) {
            write(part, 500, 1000);
            write(part, 200, 400);
            write(part, 0, 200);
            write(part, 400, 500);
            assertThat(digest.await()).isEqualTo(Sha512.of(BYTES));
        }
    }

    @Test
    void theDigestOfAFileThatIsClosedEnds() throws Exception {
        var part = open();
        try (var digest = PrefixDigest.follow(part)) {
            part.close();
            assertThatThrownBy(digest::await).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anInterruptDoesNotCloseTheFile() throws IOException {
        try (var part = open()) {
            Thread.currentThread().interrupt();
            write(part, 0, 100);
            part.save();
            assertThat(Thread.interrupted()).isTrue();
            write(part, 100, 200);
            assertThat(part.have()).isEqualTo(200);
        }
    }
}
