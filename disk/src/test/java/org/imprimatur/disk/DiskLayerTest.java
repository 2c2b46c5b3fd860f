package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskLayerTest {

    /** A qcow2 file of version 3 with a header, a table of one entry, and nothing else. */
    static final class Header {

        private @Nullable String backing;
        private @Nullable String format;
        private long l1;
        private int snapshots;
        private long features;

        Header backing(String name) {
            backing = name;
            return this;
        }

        Header format(String name) {
            format = name;
            return this;
        }

        Header l1(long entry) {
            l1 = entry;
            return this;
        }

        Header snapshots(int count) {
            snapshots = count;
            return this;
        }

        Header features(long incompatible) {
            features = incompatible;
            return this;
        }

        byte[] bytes() {
            var file = ByteBuffer.allocate(2048);
            file.putInt(0, 0x514649fb).putInt(4, 3);
            if (backing != null) {
                byte[] name = backing.getBytes(StandardCharsets.UTF_8);
                file.putLong(8, 512).putInt(16, name.length).put(512, name);
            }
            file.putInt(20, 16).putLong(24, 1 << 20);
            file.putInt(36, 1).putLong(40, 1600).putInt(60, snapshots);
            file.putLong(72, features).putInt(100, 104).putLong(1600, l1);
            int at = 104;
            if (format != null) {
                byte[] name = format.getBytes(StandardCharsets.UTF_8);
                file.putInt(at, 0xe2792aca).putInt(at + 4, name.length).put(at + 8, name);
            }
            return file.array();
        }

        DiskLayer read() throws IOException {
            return DiskLayer.read(new MemoryDevice(bytes()));
        }
    }

    @Test
    void anOverlayNamesTheFileBelowAndItsFormat() throws IOException {
        var layer = new Header().backing("../base images/b.qcow2").format("qcow2").read();

        assertThat(layer).isEqualTo(new DiskLayer(true, "../base images/b.qcow2", "qcow2", false));
    }

    @Test
    void whatWasWrittenToOrHasSnapshotsHoldsData() throws IOException {
        assertThat(new Header().read().holdsData()).isFalse();
        assertThat(new Header().l1(0x8000_0000_0005_0000L).read().holdsData()).isTrue();
        assertThat(new Header().snapshots(1).read().holdsData()).isTrue();
    }

    @Test
    void anotherFormatHasNoChainHere() throws IOException {
        assertThat(DiskLayer.read(new MemoryDevice(new byte[0])))
                .isEqualTo(new DiskLayer(false, null, null, true));
        assertThat(DiskLayer.read(new MemoryDevice(new byte[4096])).qcow2()).isFalse();
    }

    @Test
    void aFileWhoseChainCannotBeToldIsRefused() {
        assertThatThrownBy(() -> new Header().features(4).read())
                .isInstanceOf(UnsupportedImageException.class)
                .hasMessageContaining("external data file");
        assertThatThrownBy(() -> new Header().backing("a\nb").read())
                .isInstanceOf(UnsupportedImageException.class)
                .hasMessageContaining("not plain");
        assertThatThrownBy(() -> new Header().backing("x".repeat(1024)).read())
                .isInstanceOf(CorruptImageException.class)
                .hasMessageContaining("1024 bytes");
        assertThatThrownBy(
                        () ->
                                DiskLayer.read(
                                        new MemoryDevice(
                                                java.util.Arrays.copyOf(
                                                        new Header().bytes(), 1000))))
                .isInstanceOf(CorruptImageException.class)
                .hasMessageContaining("L1 table");
    }

    @Test
    void onlyARegularFileIsRead(@TempDir Path directory) throws IOException {
        var file = Files.write(directory.resolve("one"), new Header().backing("two").bytes());

        assertThat(DiskLayer.read(file).backing()).isEqualTo("two");
        assertThatThrownBy(() -> DiskLayer.read(directory))
                .isInstanceOf(UnsupportedImageException.class)
                .hasMessageContaining("not a regular file");
    }
}
