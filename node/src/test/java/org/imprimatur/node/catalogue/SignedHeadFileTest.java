package org.imprimatur.node.catalogue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.ledger.TreeHead;
import org.imprimatur.ledger.VerifiedCheckpoint;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignedHeadFileTest {

    private static final String ORIGIN = "catalogue.example/head";
    private static final NoteSigner KEY = NoteSigner.ofSeed(ORIGIN, new byte[32]);

    @TempDir private Path directory;
    private Path file;
    private SignedHeadFile head;

    @BeforeEach
    void begin() {
        file = directory.resolve("ledger-head");
        head = new SignedHeadFile(file);
    }

    private static SignedNote checkpoint(long size, NoteSigner key) {
        var root = Hash.ofLeaf(Long.toString(size).getBytes(UTF_8));
        return new Checkpoint(ORIGIN, new TreeHead(size, root), List.of()).sign(key);
    }

    private static SignedNote checkpoint(long size) {
        return checkpoint(size, KEY);
    }

    /** The size that the next start remembers. */
    private long remembered() {
        return new SignedHeadFile(file)
                .read(KEY.verifier())
                .map(VerifiedCheckpoint::size)
                .orElse(-1L);
    }

    @Test
    void theNewestCheckpointIsRemembered() throws IOException {
        assertThat(remembered()).isEqualTo(-1);
        head.begin(checkpoint(3));
        assertThat(remembered()).isEqualTo(3);
        for (long size = 4; size < 40; size++) {
            head.write(checkpoint(size));
            if (size % 3 == 0) {
                head.sync();
            }
            assertThat(remembered()).isEqualTo(size);
        }
        assertThat(file).hasSize(8192);
    }

    @Test
    void whereverAPowerCutTearsAWriteWhatWasOnDiskIsRemembered() throws IOException {
        head.begin(checkpoint(999));
        var random = new Random(1);
        for (long size = 1000; size < 1050; size += 2) {
            byte[] before = Files.readAllBytes(file);
            head.write(checkpoint(size));
            byte[] after = Files.readAllBytes(file);
            for (int i = 0; i < 20; i++) {
                Files.write(file, torn(before, after, random));
                assertThat(remembered()).isIn(size - 1, size);
            }
            Files.write(file, spoilt(before, after, random));
            assertThat(remembered()).isEqualTo(size - 1);
            Files.write(file, after);
            head.write(checkpoint(size + 1));
            head.sync();
        }
    }

    /** Some pieces are the old ones, some the new ones. */
    private static byte[] torn(byte[] before, byte[] after, Random random) {
        byte[] torn = before.clone();
        for (int at = 0; at < torn.length; at += 64) {
            if (random.nextBoolean()) {
                System.arraycopy(after, at, torn, at, 64);
            }
        }
        return torn;
    }

    /** Whatever was being written is neither old nor new. */
    private static byte[] spoilt(byte[] before, byte[] after, Random random) {
        byte[] spoilt = after.clone();
        for (int at = 0; at < after.length; at++) {
            if (before[at] != after[at]) {
                spoilt[at] = (byte) random.nextInt();
            }
        }
        return spoilt;
    }

    @Test
    void aFileOfAnOlderReleaseIsRead() throws IOException {
        Files.write(file, Arrays.copyOf(checkpoint(7).bytes(), 512));

        assertThat(remembered()).isEqualTo(7);
    }

    @Test
    void aFileWithoutACheckpointOfThisLedgerIsAFault() throws IOException {
        var other = NoteSigner.generate(ORIGIN, new SecureRandom());
        var files =
                List.of(
                        new byte[0],
                        new byte[8192],
                        "nonsense\n".getBytes(UTF_8),
                        checkpoint(7, other).bytes());
        for (byte[] bytes : files) {
            Files.write(file, bytes);
            assertThatThrownBy(this::remembered)
                    .isInstanceOf(LedgerFault.class)
                    .hasMessageContaining("restore it, or remove it");
        }
    }
}
