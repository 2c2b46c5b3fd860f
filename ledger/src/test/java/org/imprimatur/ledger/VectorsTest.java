package org.imprimatur.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every published vector that concerns this module. */
class VectorsTest {

    private static final SampleTree NUMBERS = SampleTree.ofNumbers(300);

    private static SampleTree eightLeaves() {
        var leaves = new ArrayList<byte[]>();
        Vectors.ALL
                .get("leaves")
                .forEach(
                        leaf -> leaves.add(HexFormat.of().parseHex(leaf.get("data_hex").asText())));
        return new SampleTree(Hash.ofLeaves(leaves));
    }

    @Test
    void leafHashesAreThePublishedOnes() {
        var leaves = eightLeaves().leaves;

        for (int i = 0; i < leaves.size(); i++) {
            assertThat(leaves.get(i).hex())
                    .isEqualTo(Vectors.ALL.get("leaves").get(i).get("leaf_hash").asText());
        }
    }

    @Test
    void rootsAreThePublishedOnes() {
        assertThat(Hash.EMPTY_TREE.hex()).isEqualTo(Vectors.ALL.get("empty_root").asText());
        assertThat(Hash.owning(Hasher.sha256().digest())).isEqualTo(Hash.EMPTY_TREE);
        for (int size = 0; size <= 8; size++) {
            assertThat(Frontier.EMPTY.append(eightLeaves().first(size).leaves).root().hex())
                    .isEqualTo(Vectors.ALL.get("roots").get(Integer.toString(size)).asText());
        }
    }

    @Test
    void inclusionProofsAreThePublishedOnes() {
        checkInclusion(eightLeaves(), "/inclusion");
        checkInclusion(NUMBERS, "/tree300/inclusion");
    }

    private static void checkInclusion(SampleTree tree, String vectors) {
        assertThat(Vectors.ALL.at(vectors)).isNotEmpty();
        for (var vector : Vectors.ALL.at(vectors)) {
            int index = vector.get("index").asInt();
            var part = tree.first(vector.get("size").asInt());
            var proof = InclusionProof.read(index, part.size(), part.reader());

            assertThat(proof.hashes()).isEqualTo(Vectors.hashes(vector.get("proof")));
            assertThat(proof.proves(tree.leaves.get(index), part.head())).isTrue();
        }
    }

    @Test
    void consistencyProofsAreThePublishedOnes() {
        checkConsistency(eightLeaves(), "/consistency");
        checkConsistency(NUMBERS, "/tree300/consistency");
    }

    private static void checkConsistency(SampleTree tree, String vectors) {
        assertThat(Vectors.ALL.at(vectors)).isNotEmpty();
        for (var vector : Vectors.ALL.at(vectors)) {
            var older = tree.first(vector.get("old").asInt());
            var newer = tree.first(vector.get("new").asInt());
            var proof = ConsistencyProof.read(older.size(), newer.size(), newer.reader());

            assertThat(proof.hashes()).isEqualTo(Vectors.hashes(vector.get("proof")));
            assertThat(proof.proves(older.head(), newer.head())).isTrue();
        }
    }

    @Test
    void pathsOfTilesAreThePublishedOnes() {
        for (var vector : Vectors.ALL.get("tile_paths")) {
            int width = vector.get("width").asInt() == 0 ? 256 : vector.get("width").asInt();
            long index = vector.get("index").asLong();
            var level = vector.get("level");
            TilePath tile =
                    level.isTextual()
                            ? new EntryBundle(index, width)
                            : new Tile(level.asInt(), index, width);

            assertThat(tile.path()).isEqualTo(vector.get("path").asText());
            assertThat(TilePath.parse(tile.path())).isEqualTo(tile);
        }
    }

    @Test
    void aSizeImpliesThePublishedTiles() {
        Vectors.ALL
                .get("tiles_of_size")
                .properties()
                .forEach(
                        vector -> {
                            var full = new TreeMap<Integer, Long>();
                            var partial = new TreeMap<Integer, Integer>();
                            Tile.changed(0, Long.parseLong(vector.getKey()))
                                    .forEach(
                                            tile -> {
                                                full.merge(
                                                        tile.level(),
                                                        tile.full() ? 1L : 0L,
                                                        Long::sum);
                                                partial.merge(
                                                        tile.level(),
                                                        tile.full() ? 0 : tile.width(),
                                                        Integer::sum);
                                            });

                            assertThat(full).hasSize(vector.getValue().size());
                            for (var level : vector.getValue()) {
                                int l = level.get("level").asInt();
                                assertThat(full.get(l)).isEqualTo(level.get("full").asLong());
                                assertThat(partial.get(l))
                                        .isEqualTo(level.get("partial_width").asInt());
                            }
                        });
    }

    @Test
    void filesOfTheTreeOf300AreThePublishedOnes() {
        var files = new HashMap<String, byte[]>();
        Frontier.EMPTY
                .grow(NUMBERS.leaves)
                .additions()
                .forEach(addition -> files.put(addition.tile().path(), addition.bytes()));
        EntryBundle.changed(0, 300)
                .forEach(
                        bundle ->
                                files.put(
                                        bundle.path(),
                                        EntryBundle.encode(
                                                SampleTree.entries(300)
                                                        .subList(
                                                                (int) bundle.firstEntry(),
                                                                (int) bundle.firstEntry()
                                                                        + bundle.width()))));

        var published = Vectors.ALL.at("/tree300/files");
        assertThat(files.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        published.properties().stream()
                                .map(Map.Entry::getKey)
                                .collect(Collectors.toSet()));
        published
                .properties()
                .forEach(
                        file -> {
                            var bytes = files.get(file.getKey());
                            var hex = HexFormat.of().formatHex(bytes);
                            var expected = file.getValue();
                            assertThat(bytes).hasSize(expected.get("bytes").asInt());
                            assertThat(hex)
                                    .startsWith(expected.path("starts_hex").asText())
                                    .startsWith(expected.path("hex").asText());
                            if (expected.has("sha256")) {
                                assertThat(sha256(bytes))
                                        .isEqualTo(expected.get("sha256").asText());
                            }
                        });
        assertThat(NUMBERS.head().root().hex())
                .isEqualTo(Vectors.ALL.at("/tree300/root300").asText());
        assertThat(NUMBERS.first(256).head().root().hex())
                .isEqualTo(Vectors.ALL.at("/tree300/root256").asText());
    }

    private static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(Hasher.sha256().digest(bytes));
    }

    @Test
    void theCheckpointIsSignedAndCosignedToThePublishedByte() {
        var vector = Vectors.ALL.get("note");
        var ledger = NoteSigner.ofSeed(SampleKeys.LEDGER_NAME, SampleKeys.seed("log"));
        var witness = Cosigner.ofSeed(SampleKeys.WITNESS_NAME, SampleKeys.seed("witness"));
        var time = Instant.ofEpochSecond(vector.get("cosign_time").asLong());
        var checkpoint = new Checkpoint(ledger.name(), NUMBERS.head());

        assertThat(ledger.verifier().toString()).isEqualTo(vector.get("log_vkey").asText());
        assertThat(witness.verifier().toString()).isEqualTo(vector.get("witness_vkey").asText());
        assertThat(checkpoint.text()).isEqualTo(vector.get("body").asText());
        assertThat(new String(Cosigner.message(time, checkpoint.text()), UTF_8))
                .isEqualTo(vector.get("cosign_message").asText());

        var note = checkpoint.sign(ledger).with(witness.cosign(checkpoint, time));

        assertThat(note.toString()).isEqualTo(vector.get("signed_note").asText());
        assertThat(note.bytes()).hasSize(vector.get("signed_note_bytes").asInt());
        assertThat(sha256(note.bytes())).isEqualTo(vector.get("signed_note_sha256").asText());
        assertThat(SignedNote.parse(note.bytes())).isEqualTo(note);
        assertThat(note.check(List.of(ledger.verifier(), witness.verifier())))
                .isEqualTo(
                        new NoteCheck.Verified(
                                checkpoint.text(),
                                List.of(
                                        new VerifiedSignature(ledger.verifier(), null),
                                        new VerifiedSignature(witness.verifier(), time))));
    }

    @Test
    void theExampleOfTheNoteSpecificationVerifies() {
        var vector = Vectors.ALL.get("spec_note");
        var key = NoteVerifier.parse(vector.get("vkey").asText());
        var note = SignedNote.parse(vector.get("signed_note").asText().getBytes(UTF_8));

        assertThat(note.check(List.of(key))).isInstanceOf(NoteCheck.Verified.class);
    }

    @Test
    void thePublishedProofFileProvesItsEntry() {
        var text = Vectors.ALL.at("/tree300/proof_file").asText();
        var file = ProofFile.parse(text);

        assertThat(file.toString()).isEqualTo(text);
        assertThat(ProofFile.of(InclusionProof.read(257, 300, NUMBERS.reader()), file.note()))
                .isEqualTo(file);
        assertThat(file.check(NUMBERS.leaves.get(257), SampleKeys.ledger()))
                .isInstanceOf(ProofFile.Check.Proven.class);
        IntStream.of(0, 256, 258)
                .forEach(
                        other ->
                                assertThat(
                                                file.check(
                                                        NUMBERS.leaves.get(other),
                                                        SampleKeys.ledger()))
                                        .isInstanceOf(ProofFile.Check.NotProven.class));
    }

    @Test
    void thePublishedWitnessRequestIsReadAndWritten() {
        var text = Vectors.ALL.at("/tree300/add_checkpoint_body").asText();
        var request = WitnessRequest.parse(text.getBytes(UTF_8));

        assertThat(new String(request.bytes(), UTF_8)).isEqualTo(text);
        assertThat(
                        WitnessRequest.of(
                                ConsistencyProof.read(256, 300, NUMBERS.reader()), request.note()))
                .isEqualTo(request);
    }
}
