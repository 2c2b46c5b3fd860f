package org.imprimatur.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.imprimatur.ledger.MerkleMap.Found;
import org.junit.jupiter.api.Test;

/** The map against its definition said a second time, and what must not pass as a proof. */
class MerkleMapTest {

    private static final HexFormat HEX = HexFormat.of();

    private static byte[] line(String text) {
        return text.getBytes(UTF_8);
    }

    private static Hash sha256(byte[]... parts) {
        var digest = Hasher.sha256();
        for (var part : parts) {
            digest.update(part);
        }
        return Hash.of(digest.digest());
    }

    /** The definition: the root over the keys that share the first {@code depth} bits. */
    private static Hash root(List<Map.Entry<String, Hash>> records, int depth) {
        if (records.isEmpty()) {
            return sha256();
        }
        if (records.size() == 1) {
            var only = records.getFirst();
            return sha256(new byte[] {2}, HEX.parseHex(only.getKey()), only.getValue().bytes());
        }
        var left = new ArrayList<Map.Entry<String, Hash>>();
        var right = new ArrayList<Map.Entry<String, Hash>>();
        for (var record : records) {
            int digit = HEX.parseHex(record.getKey())[depth / 8] & 0xff;
            ((digit << (depth % 8) & 0x80) == 0 ? left : right).add(record);
        }
        return sha256(
                new byte[] {3}, root(left, depth + 1).bytes(), root(right, depth + 1).bytes());
    }

    /** A map that grows at random, with what should be in it beside it. */
    private static final class Sample {

        final Random random;
        final Map<String, List<byte[]>> lists = new TreeMap<>();
        final List<Hash> keys = new ArrayList<>();
        MerkleMap map = MerkleMap.EMPTY;

        Sample(long seed) {
            random = new Random(seed);
        }

        Sample grow(int lines) {
            for (int i = 0; i < lines; i++) {
                var key = key();
                var line = line("line " + random.nextInt());
                lists.computeIfAbsent(key.hex(), _ -> new ArrayList<>()).add(line);
                map = map.append(key, line);
            }
            return this;
        }

        private Hash key() {
            if (!keys.isEmpty() && random.nextInt(3) == 0) {
                return keys.get(random.nextInt(keys.size()));
            }
            byte[] bytes = new byte[Hash.LENGTH];
            random.nextBytes(bytes);
            if (!keys.isEmpty() && random.nextInt(4) == 0) {
                // Like another one up to its last bits, as nobody can find them with SHA-256.
                bytes = keys.get(random.nextInt(keys.size())).bytes();
                bytes[random.nextInt(3) == 0 ? 31 : random.nextInt(32)] ^=
                        (byte) (1 << random.nextInt(8));
            }
            keys.add(Hash.of(bytes));
            return keys.getLast();
        }

        Hash root() {
            var records = new ArrayList<Map.Entry<String, Hash>>();
            lists.forEach((key, lines) -> records.add(Map.entry(key, MerkleMap.digest(lines))));
            return MerkleMapTest.root(records, 0);
        }

        Hash absent() {
            byte[] bytes = new byte[Hash.LENGTH];
            random.nextBytes(bytes);
            return Hash.of(bytes);
        }
    }

    @Test
    void theRootIsThatOfTheDefinitionAtEverySize() {
        for (long seed = 0; seed < 30; seed++) {
            var sample = new Sample(seed);
            assertThat(sample.map.root()).isEqualTo(sample.root());
            for (int i = 0; i < 40; i++) {
                assertThat(sample.grow(1).map.root()).as("seed %d", seed).isEqualTo(sample.root());
            }
        }
    }

    @Test
    void theRootDoesNotDependOnTheOrderInWhichRecordsCame() {
        var keys = new ArrayList<>(new Sample(7).grow(60).keys);
        var roots = new ArrayList<Hash>();
        for (int i = 0; i < 10; i++) {
            Collections.shuffle(keys, new Random(i));
            var map = MerkleMap.EMPTY;
            for (var key : keys) {
                map = map.append(key, line("one line"));
            }
            roots.add(map.root());
        }
        assertThat(roots).containsOnly(roots.getFirst());
    }

    @Test
    void anEarlierMapStaysAsItWas() {
        var sample = new Sample(3).grow(50);
        var before = sample.map;
        var root = before.root();

        sample.grow(50);

        assertThat(before.root()).isEqualTo(root).isNotEqualTo(sample.map.root());
        assertThat(MerkleMap.parse(before.bytes()).root()).isEqualTo(root);
    }

    @Test
    void aPrunedMapHasTheSameRootAndTheSameAnswers() {
        for (long seed = 0; seed < 40; seed++) {
            var sample = new Sample(seed).grow((int) seed * 2);
            var asked = new ArrayList<Hash>(List.of(sample.absent(), sample.absent()));
            for (int i = 0; i < Math.min(5, sample.keys.size()); i++) {
                asked.add(sample.keys.get(sample.random.nextInt(sample.keys.size())));
            }

            var proof = MerkleMap.parse(sample.map.prune(asked).bytes());

            assertThat(proof.root()).isEqualTo(sample.root());
            for (var key : asked) {
                var lines = sample.lists.get(key.hex());
                assertThat(proof.find(key))
                        .isEqualTo(
                                lines == null
                                        ? new Found.Absent()
                                        : new Found.Present(MerkleMap.digest(lines)));
            }
            for (var key : sample.keys) {
                assertThat(proof.find(key)).isIn(new Found.Pruned(), sample.map.find(key));
            }
        }
    }

    @Test
    void whatWasPrunedIsNeitherThereNorAbsent() {
        var sample = new Sample(5).grow(64);
        var proof = sample.map.prune(List.of(sample.keys.getFirst()));

        assertThat(sample.keys.stream().map(proof::find)).contains(new Found.Pruned());
        assertThat(sample.map.prune(List.of()).find(sample.keys.getFirst()))
                .isEqualTo(new Found.Pruned());
        var pruned =
                sample.keys.stream()
                        .filter(key -> proof.find(key) instanceof Found.Pruned)
                        .findFirst()
                        .orElseThrow();
        assertThatThrownBy(() -> proof.append(pruned, line("more")))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aMapThatWasPrunedTwiceCanStillBeRead() {
        var sample = new Sample(11).grow(64);
        var once = sample.map.prune(List.of(sample.keys.getFirst()));
        var twice = once.prune(sample.keys);

        assertThat(MerkleMap.parse(twice.bytes()).root()).isEqualTo(sample.root());
    }

    @Test
    void everyChangedByteOfAProofIsRefusedOrChangesTheRoot() {
        var sample = new Sample(2).grow(40);
        byte[] good = sample.map.prune(sample.keys.subList(0, 3)).bytes();
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= (byte) (1 << sample.random.nextInt(8));
            try {
                assertThat(MerkleMap.parse(bad).root())
                        .as("byte %d", i)
                        .isNotEqualTo(sample.root());
            } catch (MalformedInput e) {
                assertThat(e.explanation()).isNotBlank();
            }
        }
    }

    @Test
    void aRecordThatWasLeftOutOrAddedOrGivenAnotherListChangesTheRoot() {
        var a = MerkleMap.key("a");
        var b = MerkleMap.key("b");
        var map = MerkleMap.EMPTY.append(a, line("1")).append(b, line("2"));

        assertThat(map.root())
                .isNotEqualTo(MerkleMap.EMPTY.append(a, line("1")).root())
                .isNotEqualTo(map.append(b, line("3")).root())
                .isNotEqualTo(MerkleMap.EMPTY.append(a, line("2")).append(b, line("1")).root())
                .isNotEqualTo(map.append(MerkleMap.key("c"), line("2")).root());
    }

    @Test
    void theOrderOfLinesAndWhereTheyEndMatter() {
        var one = MerkleMap.digest(List.of(line("a\n"), line("b\n")));

        assertThat(one)
                .isNotEqualTo(MerkleMap.digest(List.of(line("b\n"), line("a\n"))))
                .isNotEqualTo(MerkleMap.digest(List.of(line("a\nb\n"))))
                .isNotEqualTo(MerkleMap.digest(List.of(line("a\n"))));
        assertThat(MerkleMap.digest(MerkleMap.digest(List.of(line("a\n"))), line("b\n")))
                .isEqualTo(one);
    }

    // ---- What is not a pruned map -------------------------------------------------------------

    private static final String ZEROS = "00".repeat(32);
    private static final String ONES = "ff".repeat(32);

    private static void refused(String hex, String explanation) {
        assertThatThrownBy(() -> MerkleMap.parse(HEX.parseHex(hex)))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining(explanation);
    }

    @Test
    void nothing() {
        refused("", "ends too early");
    }

    @Test
    void aNodeOfAnUnknownKind() {
        refused("04", "expected 0 to 3");
        refused("ff", "expected 0 to 3");
    }

    @Test
    void aMapThatEndsTooEarly() {
        refused("02", "ends too early");
        refused("01" + ZEROS, "ends too early");
        refused("03" + ZEROS.substring(2), "ends too early");
        refused("0200", "ends too early");
    }

    @Test
    void somethingBehindTheMap() {
        refused("0000", "left over");
    }

    @Test
    void aBranchThatNeedNotBeThere() {
        refused("020000", "need not be there");
        refused("0200" + "01" + ONES + ZEROS, "need not be there");
        refused("0201" + ZEROS + ZEROS + "00", "need not be there");
        refused("02" + "03" + ZEROS + "03" + ONES, "need not be there");
    }

    @Test
    void aKeyWhereItsBitsDoNotLead() {
        refused("02" + "01" + ONES + ZEROS + "03" + ZEROS, "does not lead");
        refused("02" + "01" + ZEROS + ZEROS + "01" + ZEROS + ZEROS, "does not lead");
    }

    @Test
    void aMapDeeperThanAKeyHasBits() {
        refused("02".repeat(257) + "00".repeat(258), "deeper");
    }

    @Test
    void aMapThatIsTooLong() {
        assertThatThrownBy(() -> MerkleMap.parse(new byte[MerkleMap.MAX_BYTES + 1]))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining("at most");
    }

    @Test
    void theDeepestMapIsRead() {
        byte[] low = new byte[32];
        byte[] next = new byte[32];
        next[31] = 1;
        var map = MerkleMap.EMPTY.append(Hash.of(low), line("a")).append(Hash.of(next), line("b"));

        var read = MerkleMap.parse(map.bytes());

        assertThat(map.bytes()).hasSize(256 + 255 + 2 * 65);
        assertThat(read).isEqualTo(map);
        assertThat(Arrays.asList(read.find(Hash.of(low)), read.find(Hash.of(next))))
                .containsExactly(
                        new Found.Present(MerkleMap.digest(List.of(line("a")))),
                        new Found.Present(MerkleMap.digest(List.of(line("b")))));
    }

    @Test
    void theVectorsOfTheFormat() {
        var vectors = Vectors.ofStatusMap();
        var map = MerkleMap.EMPTY;
        assertThat(map.root().hex()).isEqualTo(vectors.path("empty").asText());
        for (var step : vectors.path("steps")) {
            var key = MerkleMap.key(step.path("key").asText());
            assertThat(key.hex()).isEqualTo(step.path("place").asText());
            map = map.append(key, line(step.path("line").asText() + "\n"));
            assertThat(map.find(key))
                    .isEqualTo(new Found.Present(Hash.parseHex(step.path("record").asText())));
            assertThat(map.root().hex()).isEqualTo(step.path("root").asText());
        }
        for (var proof : vectors.path("proofs")) {
            var keys = new ArrayList<Hash>();
            proof.path("keys").forEach(key -> keys.add(MerkleMap.key(key.asText())));
            assertThat(HEX.formatHex(map.prune(keys).bytes()))
                    .isEqualTo(proof.path("map").asText());
        }
    }
}
