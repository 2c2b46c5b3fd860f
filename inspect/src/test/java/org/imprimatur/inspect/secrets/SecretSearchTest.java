package org.imprimatur.inspect.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** That what is seen depends on the content alone, and on all of it. */
class SecretSearchTest {

    private static List<Sighting> search(byte[] content, int... cuts) {
        var search = new SecretSearch();
        search.begin("");
        int at = 0;
        for (int cut : cuts) {
            search.accept(at, content, at, cut - at);
            at = cut;
        }
        search.accept(at, content, at, content.length - at);
        return search.finish();
    }

    /** Noise of the alphabet that tokens are made of, with one secret of each kind in it. */
    private static byte[] content(long seed, int length) throws Exception {
        var random = new Random(seed);
        var content = new byte[length];
        for (int i = 0; i < length; i++) {
            content[i] = (byte) " \n-_.:/=\"abcdefghijklmnopqrstuvwxyz".charAt(random.nextInt(35));
        }
        int at = 0;
        for (var example : Examples.ALL) {
            var bytes = ("\n" + example.good() + "\n").getBytes(StandardCharsets.ISO_8859_1);
            at += random.nextInt(length / Examples.ALL.size() - bytes.length);
            System.arraycopy(bytes, 0, content, at, bytes.length);
            at += bytes.length;
        }
        return content;
    }

    @Test
    void theSameIsSeenHoweverTheContentIsCut() throws Exception {
        var content = content(1, 600_000);
        var whole = search(content);
        assertThat(whole).hasSizeGreaterThanOrEqualTo(Examples.ALL.size());
        var random = new Random(2);
        for (int round = 0; round < 60; round++) {
            int count = 1 + random.nextInt(1 << random.nextInt(1, 12));
            var cuts = random.ints(count, 0, content.length).sorted().toArray();
            assertThat(search(content, cuts)).as("round %d", round).isEqualTo(whole);
        }
    }

    @Test
    void piecesOfOneByteAreAsGoodAsOne() throws Exception {
        var content = content(3, 300_000);
        var cuts = new int[content.length - 1];
        for (int i = 0; i < cuts.length; i++) {
            cuts[i] = i + 1;
        }

        assertThat(search(content, cuts)).isEqualTo(search(content));
    }

    @Test
    void aSecretIsSeenAtEveryPlaceOfEveryPiece() {
        var text = Examples.ALL.getFirst().good().getBytes(StandardCharsets.ISO_8859_1);
        for (int place = 0; place < 300; place++) {
            var content = new byte[600];
            java.util.Arrays.fill(content, (byte) ' ');
            System.arraycopy(text, 0, content, place, text.length);
            assertThat(search(content)).as("at %d", place).hasSize(1);
            assertThat(search(content, place + 3)).as("cut at %d", place + 3).hasSize(1);
        }
    }

    @Test
    void nothingIsSeenAcrossAHole() {
        var text = Examples.ALL.getFirst().good().getBytes(StandardCharsets.ISO_8859_1);
        var search = new SecretSearch();
        search.begin("");
        search.accept(0, text, 0, 8);
        search.accept(4_096 + 8, text, 8, text.length - 8);
        assertThat(search.finish()).isEmpty();

        search.begin("");
        search.accept(1_000_000, text, 0, text.length);
        assertThat(search.finish()).extracting(Sighting::offset).containsExactly(1_000_000L);
    }

    @Test
    void oneContentSaysNothingOfTheNext() {
        var text = Examples.ALL.getFirst().good().getBytes(StandardCharsets.ISO_8859_1);
        var search = new SecretSearch();
        search.begin("");
        search.accept(0, text, 0, text.length / 2);
        search.begin("");
        search.accept(0, text, text.length / 2, text.length - text.length / 2);

        assertThat(search.finish()).isEmpty();
    }

    @Test
    void aFloodOfHeadersTakesTimeAndMemoryInBounds() {
        var flood = new ArrayList<String>();
        flood.add("-----BEGIN ".repeat(200_000));
        flood.add("-----BEGIN RSA PRIVATE KEY-----\n".repeat(60_000));
        flood.add(("-----BEGIN PRIVATE KEY-----" + "A".repeat(2_000)).repeat(800));
        flood.add("PuTTY-User-Key-File-2: ssh-rsa\n".repeat(40_000));
        flood.add("eyJhbGciOi".repeat(150_000));
        flood.add("https://a:".repeat(150_000));
        flood.add("AKIA".repeat(400_000));
        for (var text : flood) {
            var content = text.getBytes(StandardCharsets.ISO_8859_1);
            long start = System.nanoTime();
            assertThat(search(content)).isEmpty();
            assertThat((System.nanoTime() - start) / 1e9).as(text.substring(0, 20)).isLessThan(20);
        }
    }
}
