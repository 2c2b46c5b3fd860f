package org.imprimatur.register;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imprimatur.register.Example.*;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Statement.Kind;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Uses the files that {@code make-payloads.py} beside them makes. */
class StatementJsonTest {

    @TestFactory
    Stream<DynamicTest> aGoodPayloadOfEachKindIsReadAndWrittenToTheSameBytes() {
        return Arrays.stream(Kind.values())
                .map(
                        kind ->
                                DynamicTest.dynamicTest(
                                        kind.wire(),
                                        () -> {
                                            var payload = good(kind);

                                            var statement = StatementJson.parse(payload);

                                            assertThat(statement.kind()).isEqualTo(kind);
                                            assertThat(StatementJson.write(statement))
                                                    .asString(StandardCharsets.UTF_8)
                                                    .isEqualTo(
                                                            new String(
                                                                    payload,
                                                                    StandardCharsets.UTF_8));
                                        }));
    }

    @Test
    void eachMemberOfAnEndorsementIsRead() {
        var endorsement = (Endorsement) StatementJson.parse(good(Kind.ENDORSEMENT));

        assertThat(endorsement.header().ledger()).isEqualTo(CATALOGUE);
        assertThat(endorsement.signer()).isEqualTo(ALICE);
        assertThat(endorsement.fileName()).isEqualTo("debian-12.qcow2");
        assertThat(endorsement.image()).isEqualTo(image("image"));
        assertThat(endorsement.generatedAt()).isEqualTo("2026-11-20T08:00:00.123456Z");
        assertThat(endorsement.disk())
                .isEqualTo(new DiskFacts("qcow2", 123_456, 2_147_483_648L, sha256("content")));
        assertThat(endorsement.system())
                .isEqualTo(new GuestSystem("Debian GNU/Linux", "12", "amd64", 279));
        assertThat(endorsement.inspection().blocking()).containsExactly(HOST_KEY);
        assertThat(endorsement.waivers().get(1).path()).isNull();
        assertThat(endorsement.tag()).isEqualTo(new Tag("debian-12"));
    }

    @Test
    @Clause("WLCG-1")
    void anEndorsementCarriesItsMetadataAndTheSha512OfTheImageInOneSignedText() {
        var payload = new String(good(Kind.ENDORSEMENT), StandardCharsets.UTF_8);

        assertThat(payload).contains("\"digest\":{\"sha512\":\"" + image("image").hex());
        assertThatThrownBy(() -> StatementJson.parse(bad("sha256-of-an-image.json")))
                .isInstanceOf(MalformedInput.class);
    }

    @Test
    void theIdIsTheSha256OfThePayloadAsItCame() {
        var spaced = new String(good(Kind.BLOCK), StandardCharsets.UTF_8) + "\n";
        var payload = spaced.getBytes(StandardCharsets.UTF_8);

        StatementJson.parse(payload);

        assertThat(StatementId.of(payload).hex()).isEqualTo(sha256(spaced).hex());
        assertThat(StatementId.of(payload)).isNotEqualTo(StatementId.of(good(Kind.BLOCK)));
    }

    @Test
    void anInstantIsCutToTheMicrosecondsThatTheFormatCarries() {
        var header = header(CATALOGUE, ALICE, Instant.parse("2026-11-21T01:02:03.123456789Z"));

        var read = StatementJson.parse(StatementJson.write(acceptance(header)));

        assertThat(read.header()).isEqualTo(header);
        assertThat(read.header().issuedAt()).isEqualTo("2026-11-21T01:02:03.123456Z");
    }

    @Test
    void aStatementThatWouldBeTooLargeIsNotWritten() {
        var findings =
                java.util.stream.IntStream.range(0, 256)
                        .mapToObj(i -> new BlockingFinding("r", "/" + "x".repeat(200) + i))
                        .toArray(BlockingFinding[]::new);

        assertThatThrownBy(
                        () -> StatementJson.write(endorsement(by(ALICE)).finding(findings).build()))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining("at most 40960 bytes");
    }

    @TestFactory
    Stream<DynamicTest> aBadPayloadIsRefusedWithItsOwnReason() throws IOException {
        var cases = Files.readAllLines(resource("bad").resolve("expected.tsv"));
        return cases.stream()
                .map(line -> line.split("\t"))
                .map(
                        cells ->
                                DynamicTest.dynamicTest(
                                        cells[0],
                                        () ->
                                                assertThatThrownBy(
                                                                () ->
                                                                        StatementJson.parse(
                                                                                bad(cells[0])))
                                                        .isInstanceOf(MalformedInput.class)
                                                        .hasMessageContaining(cells[1])));
    }

    @Test
    void everyBadFileHasItsExpectation() throws IOException {
        var named = new ArrayList<String>();
        for (var line : Files.readAllLines(resource("bad").resolve("expected.tsv"))) {
            named.add(line.split("\t")[0]);
        }
        try (var files = Files.list(resource("bad"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .filteredOn(name -> name.endsWith(".json"))
                    .containsExactlyInAnyOrderElementsOf(named);
        }
    }

    @Test
    void whateverIsDoneToAPayloadItIsReadOrRefusedAsMalformed() {
        var random = new Random(1);
        for (var kind : Kind.values()) {
            var payload = good(kind);
            for (int round = 0; round < 3000; round++) {
                var mutant = mutate(payload, random);
                try {
                    // What still reads must also write, and read back as the same.
                    var statement = StatementJson.parse(mutant);
                    assertThat(StatementJson.parse(StatementJson.write(statement)))
                            .isEqualTo(statement);
                } catch (MalformedInput e) {
                    assertThat(e.explanation()).contains("expected ", "found ");
                    assertThat(e.explanation().chars().noneMatch(Character::isISOControl)).isTrue();
                }
            }
        }
    }

    private static final List<String> TOKENS =
            List.of(
                    "{",
                    "}",
                    "[",
                    "]",
                    ",",
                    ":",
                    "\"",
                    "null",
                    "true",
                    "-1",
                    "1e9",
                    "\\u0000",
                    "\\ud83d",
                    "\"\"",
                    "{}",
                    "[]",
                    "99999999999999999999",
                    " ",
                    "\n",
                    "/*",
                    "'");

    private static byte[] mutate(byte[] payload, Random random) {
        var bytes = payload.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
                case 2 -> {
                    int end = Math.min(bytes.length, at + 1 + random.nextInt(40));
                    bytes = splice(bytes, at, end, new byte[0]);
                }
                default -> {
                    var token = TOKENS.get(random.nextInt(TOKENS.size()));
                    int end = Math.min(bytes.length, at + random.nextInt(4));
                    bytes = splice(bytes, at, end, token.getBytes(StandardCharsets.UTF_8));
                }
            }
            if (bytes.length == 0) {
                return bytes;
            }
        }
        return bytes;
    }

    private static byte[] splice(byte[] bytes, int from, int to, byte[] by) {
        var result = new byte[bytes.length - (to - from) + by.length];
        System.arraycopy(bytes, 0, result, 0, from);
        System.arraycopy(by, 0, result, from, by.length);
        System.arraycopy(bytes, to, result, from + by.length, bytes.length - to);
        return result;
    }

    static byte[] good(Kind kind) {
        return read(resource("good").resolve(kind.wire() + ".json"));
    }

    private static byte[] bad(String name) {
        return read(resource("bad").resolve(name));
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new AssertionError(file.toString(), e);
        }
    }

    private static Path resource(String name) {
        try {
            return Path.of(StatementJsonTest.class.getResource("/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(name, e);
        }
    }
}
