package org.imprimatur.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.imprimatur.disk.FileType;
import org.junit.jupiter.api.Test;

class FileIndexTest {

    private static long add(FileIndex index, String path, long size, long shared) {
        return index.add(path, FileType.REGULAR, 0644, 0xffff_fffeL, 7, size, shared);
    }

    private static List<String> paths(FileIndex index) {
        var paths = new ArrayList<String>();
        for (int i = 0; i < index.size(); i++) {
            paths.add(index.entry(i).path());
        }
        return paths;
    }

    @Test
    void filesComeInTheOrderOfTheirBytesWithWhatWasSaidOfThem() {
        var index = new FileIndex();
        add(index, "/b", 5, -1);
        add(index, "/a/\u00ff", 1L << 40, -1);
        index.add("/", FileType.DIRECTORY, 01777, 0, 0, 0, -1);
        long position = add(index, "/a", 0, -1);
        index.digest(position, new byte[ContentDigest.LENGTH]);
        index.seal();

        assertThat(paths(index)).containsExactly("/", "/a", "/a/\\xff", "/b");
        var large = index.entry(2);
        assertThat(large.size()).isEqualTo(1L << 40);
        assertThat(large.uid()).isEqualTo(0xffff_fffeL);
        assertThat(large.gid()).isEqualTo(7);
        assertThat(large.mode()).isEqualTo(0644);
        assertThat(large.hasDigest()).isFalse();
        assertThat(index.entry(0).type()).isEqualTo(FileType.DIRECTORY);
        assertThat(index.entry(0).mode()).isEqualTo(01777);
        assertThat(index.entry(1).hasDigest()).isTrue();
    }

    @Test
    void everyNameOfAFileHasItsDigest() {
        var index = new FileIndex();
        long first = add(index, "/z", 10, 12);
        add(index, "/a", 10, 12);
        index.beginVolume();
        add(index, "p2:/b", 10, 12);
        index.digestOf(first, "content".getBytes(StandardCharsets.UTF_8));
        index.seal();

        assertThat(index.entry(0).hasDigest()).isTrue();
        assertThat(index.entry(0).hasDigestOf(index.entry(1))).isTrue();
        assertThat(index.entry(2).path()).isEqualTo("p2:/b");
        assertThat(index.entry(2).hasDigest()).isFalse();
    }

    @Test
    void aMillionFilesTakeLittleMemoryAndMoreAreCounted() {
        var index = new FileIndex();
        for (int i = 0; i < 1_000_000; i++) {
            add(index, "/usr/share/some/directory/of/usual/depth/%07d".formatted(i), i, -1);
        }
        index.seal();
        assertThat(index.size()).isEqualTo(1_000_000);
        assertThat(index.bytes()).isLessThan(FileIndex.MAX_BYTES);

        var small = new FileIndex(1 << 20);
        for (int i = 0; i < 100_000; i++) {
            add(small, "/" + i, i, -1);
        }
        small.seal();
        assertThat(small.missed()).isPositive();
        assertThat(small.size() + small.missed()).isEqualTo(100_000);
        assertThat(paths(small)).isSorted().doesNotHaveDuplicates();
    }

    private static byte[] digest(byte[] content, boolean holes, Random random) {
        var digest = new ContentDigest();
        int at = 0;
        while (at < content.length) {
            int length = Math.min(1 + random.nextInt(9000), content.length - at);
            boolean zero = true;
            for (int i = at; i < at + length; i++) {
                zero &= content[i] == 0;
            }
            if (!zero || !holes) {
                digest.accept(at, content, at, length);
            }
            at += length;
        }
        return digest.finish();
    }

    @Test
    void holesAndPiecesDoNotMatterForTheDigestAndBytesDo() {
        var random = new Random(7);
        for (int round = 0; round < 200; round++) {
            byte[] content = new byte[random.nextInt(60_000)];
            for (int i = 0; i < 4 && content.length > 0; i++) {
                content[random.nextInt(content.length)] = (byte) random.nextInt(256);
            }
            byte[] digest = digest(content, false, random);
            assertThat(digest).hasSize(ContentDigest.LENGTH);
            assertThat(digest(content, true, random)).isEqualTo(digest);
            if (content.length > 0) {
                byte[] other = Arrays.copyOf(content, content.length);
                other[random.nextInt(other.length)] ^= 1;
                assertThat(digest(other, true, random)).isNotEqualTo(digest);
            }
        }
    }
}
