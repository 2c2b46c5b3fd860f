package org.imprimatur.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.imprimatur.inspect.facts.FreeSpace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deleted data in the miniature disk, whose free blocks begin at offset 6864896. */
class FreeSpaceScanTest {

    private static final long FREE = 6864896;

    @TempDir private Path temporary;

    private Path image(long offset, byte[] deleted) throws IOException {
        var image = Fixtures.image("mini-clean.ext4.raw.gz", temporary);
        try (var file = new RandomAccessFile(image.toFile(), "rw")) {
            file.seek(offset);
            file.write(deleted);
        }
        return image;
    }

    private static byte[] key() throws GeneralSecurityException {
        var pair = KeyPairGenerator.getInstance("EC").generateKeyPair();
        var base64 = Base64.getMimeEncoder(64, new byte[] {'\n'});
        return ("-----BEGIN PRIVATE KEY-----\n"
                        + base64.encodeToString(pair.getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void freeSpaceThatIsAllZeroIsToldSo() throws Exception {
        var report = Fixtures.inspect("mini-clean.ext4.raw.gz", temporary);

        assertThat(report.facts().freeSpace())
                .containsExactly(new FreeSpace("disk", 9912320, 0, -1));
    }

    @Test
    void whatWasDeletedIsCountedWhereItLies() throws Exception {
        var image = image(FREE + 10 * 4096 + 4090, new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8});
        var report = Inspection.run(image, Fixtures.FULL, ProgressListener.NONE);

        assertThat(report.facts().freeSpace())
                .containsExactly(new FreeSpace("disk", 9912320, 8192, FREE + 10 * 4096 + 4091));
        assertThat(new String(ReportJson.bytes(report), StandardCharsets.UTF_8))
                .contains("\"usedBytes\" : 8192");
        assertThat(ReportText.of(report, false)).contains("8192 bytes of its 9912320 bytes");
    }

    @Test
    void aDeletedKeyIsFoundWhereItIsAskedFor() throws Exception {
        // Over the border of two blocks, and of two pieces that are read.
        long place = FREE + (1 << 18) - 40;
        var image = image(place, key());

        var plain = Inspection.run(image, Fixtures.FULL, ProgressListener.NONE);
        var asked = Inspection.run(image, Fixtures.FULL.withUnallocated(), ProgressListener.NONE);

        assertThat(plain.facts().keys()).isEmpty();
        assertThat(asked.facts().keys()).hasSize(1);
        assertThat(asked.facts().keys().getFirst().path())
                .isEqualTo("disk:free space at " + (FREE + (1 << 18) - 4096));
        assertThat(asked.findings().toString()).contains("key.private");
    }

    @Test
    void aQuickInspectionDoesNotLookThere() throws Exception {
        var image = image(FREE, new byte[] {1});
        var report = Inspection.run(image, Fixtures.FULL.quick(), ProgressListener.NONE);

        assertThat(report.facts().freeSpace()).isEmpty();
    }

    @Test
    void aBitmapThatIsWrongMakesTheInspectionIncomplete() throws Exception {
        // The bitmap of group 0: its place stands in the first descriptor, at 4096.
        var plain = Fixtures.image("mini-clean.ext4.raw.gz", temporary);
        long bitmap;
        try (var file = new RandomAccessFile(plain.toFile(), "r")) {
            file.seek(4096);
            bitmap = Integer.reverseBytes(file.readInt()) * 4096L;
        }
        var image = image(bitmap + 200, new byte[] {0x55});
        var report = Inspection.run(image, Fixtures.FULL, ProgressListener.NONE);

        assertThat(report.unread().toString()).contains("free space", "bitmap of group 0");
    }
}
