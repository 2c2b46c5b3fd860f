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
import org.imprimatur.register.Statement.Revocation;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Uses the files that {@code make-payloads.py} beside them makes. */
class StatementJsonTest {

    @TestFactory
    Stream<DynamicTest> aGoodPayloadIsReadAndWrittenToTheSameBytes() throws IOException {
        return goodFiles().stream()
                .map(
                        file ->
                                DynamicTest.dynamicTest(
                                        file.getFileName().toString(),
                                        () -> {
                                            var payload = read(file);

                                            var statement = StatementJson.parse(payload);

                                            assertThat(file.getFileName().toString())
                                                    .startsWith(statement.kind().wire());
                                            assertThat(StatementJson.write(statement))
                                                    .asString(StandardCharsets.UTF_8)
                                                    .isEqualTo(
                                                            new String(
                                                                    payload,
                                                                    StandardCharsets.UTF_8));
                                        }));
    }

    @TestFactory
    Stream<DynamicTest> everyGoodPayloadIsReadAndWrittenToTheSameBytes() throws IOException {
        try (var files = Files.list(resource("good"))) {
            return files.sorted().toList().stream()
                    .map(
                            file ->
                                    DynamicTest.dynamicTest(
                                            file.getFileName().toString(),
                                            () ->
                                                    assertThat(
                                                                    StatementJson.write(
                                                                            StatementJson.parse(
                                                                                    read(file))))
                                                            .isEqualTo(read(file))));
        }
    }

    @Test
    void thereIsAGoodPayloadOfEachKind() {
        assertThat(Kind.values()).allMatch(kind -> StatementJson.parse(good(kind)).kind() == kind);
    }

    @Test
    @Clause("TVM-2.image")
    void anEndorsementNamesTheKindOfImageAndACombinedOneItsBaseAndConfigurationByDigest() {
        var combined = (Endorsement) StatementJson.parse(good("endorsement-in-full"));
        var configuration =
                (Endorsement) StatementJson.parse(good("endorsement-of-a-configuration"));
        var whole = (Endorsement) StatementJson.parse(good(Kind.ENDORSEMENT));

        assertThat(combined.lineage())
                .isEqualTo(new Lineage.Combined(image("base"), image("configuration")));
        assertThat(configuration.lineage().kind()).isEqualTo(Lineage.Kind.VO_CONFIGURATION);
        assertThat(whole.lineage().kind()).isEqualTo(Lineage.Kind.BASE);
        assertThat(whole.details()).isEqualTo(Details.NONE);
    }

    @Test
    void eachFurtherMemberOfAnEndorsementAndARevocationIsRead() {
        var details = ((Endorsement) StatementJson.parse(good("endorsement-in-full"))).details();
        var revocation = (Revocation) StatementJson.parse(good("revocation-in-full"));

        assertThat(details.contributors())
                .containsExactly(
                        new Contributor("ROOT team", "ROOT 6.32", "root@example.org"),
                        new Contributor("Biomed", "its software", null));
        assertThat(details.replaces())
                .containsExactly(
                        new StatementId(sha256("older")), new StatementId(sha256("oldest")));
        assertThat(details.until()).isEqualTo("2027-06-01T00:00:00Z");
        assertThat(details.patchedAt()).isEqualTo("2026-11-20T06:00:00Z");
        assertThat(details.generation())
                .isEqualTo(
                        new Generation(
                                "packer",
                                "1.11.2",
                                "pkg:golang/github.com/hashicorp/packer@1.11.2",
                                "https://ci.example/builder",
                                new Generation.Provenance(
                                        sha256("provenance"),
                                        "https://ci.example/build/v1",
                                        Instant.parse("2026-11-20T07:00:00Z"),
                                        Instant.parse("2026-11-20T07:30:00Z"))));
        assertThat(details.licences()).hasSize(2);
        assertThat(revocation.urgency()).isEqualTo(Urgency.CRITICAL);
        assertThat(revocation.replacement()).isEqualTo(new StatementId(sha256("newer")));
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
    void whateverIsDoneToAPayloadItIsReadOrRefusedAsMalformed() throws IOException {
        var random = new Random(1);
        for (var file : goodFiles()) {
            var payload = read(file);
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
        return good(kind.wire());
    }

    static byte[] good(String name) {
        return read(resource("good").resolve(name + ".json"));
    }

    private static List<Path> goodFiles() throws IOException {
        try (var files = Files.list(resource("good"))) {
            return files.sorted().toList();
        }
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
