package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.SubmissionIT.json;
import static org.imprimatur.node.SubmissionIT.problem;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.exchange.LedgerEntry;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.LedgerView;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.ledger.ProofFile;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Contributor;
import org.imprimatur.register.Details;
import org.imprimatur.register.Generation;
import org.imprimatur.register.LicenceDeclaration;
import org.imprimatur.register.Lineage;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Statement.Revocation;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Urgency;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node gives out, and how its HTTP behaves. */
class ReadingIT {

    private static Trial trial;
    private static Node node;
    private static Endorsement endorsement;
    private static StatementId id;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        trial = new Trial(directory, "catalogue.example/reading");
        Files.writeString(directory.resolve("files/image.qcow2"), "0123456789");
        Files.createSymbolicLink(
                directory.resolve("files/link"), directory.resolve("data/ledger.key"));
        node = trial.start();
        trial.prepare(node);
        endorsement =
                trial.endorsement(
                        trial.endorser,
                        UUID.randomUUID(),
                        "1.0",
                        "debian-12",
                        "<script>alert(1)</script>");
        byte[] envelope = trial.sign(endorsement, trial.endorser);
        id = StatementId.parse(json(201, trial.post(node, envelope)).get("id").asText());
        var revocation = trial.revocation(trial.endorser, endorsement, id);
        Trial.expect(201, trial.post(node, trial.sign(revocation, trial.endorser)));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    @Clause("TVM-3.5")
    void theHistoryShowsEveryStatementAboutAnImageWithBytesAndProof() throws IOException {
        var history =
                json(200, trial.get(node, "/api/v1/images/" + endorsement.guid() + "/history"))
                        .get("statements");

        assertThat(history).hasSize(2);
        assertThat(history.get(0).get("kind").asText()).isEqualTo("endorsement");
        assertThat(history.get(1).get("kind").asText()).isEqualTo("revocation");
        for (var one : history) {
            assertThat(
                            ProofFile.parse(one.get("proof").asText())
                                    .check(
                                            Hash.ofLeaf(one.get("bytes").binaryValue()),
                                            NoteVerifier.parse(node.charter().key())))
                    .isInstanceOf(ProofFile.Check.Proven.class);
        }
    }

    @Test
    void imagesAreFoundByTagOwnerDigestAndGuidAndPaged() throws IOException {
        for (String filter :
                List.of(
                        "tag=debian-12",
                        "owner=vo:biomed",
                        "digest=" + endorsement.image(),
                        "guid=" + endorsement.guid())) {
            var page = json(200, trial.get(node, "/api/v1/images?" + filter));
            assertThat(page.get("images")).as(filter).isNotEmpty();
            assertThat(page.get("images").findValuesAsText("endorsement")).contains(id.hex());
        }
        assertThat(json(200, trial.get(node, "/api/v1/images?tag=other")).get("images")).isEmpty();
        for (int i = 0; i < 2; i++) {
            var more = trial.endorsement(trial.endorser, "page " + i);
            Trial.expect(201, trial.post(node, trial.sign(more, trial.endorser)));
        }
        var seen = new ArrayList<String>();
        String next = "";
        while (next != null) {
            var page = json(200, trial.get(node, "/api/v1/images?limit=1" + next));
            seen.addAll(page.get("images").findValuesAsText("endorsement"));
            next = page.get("next").isNull() ? null : "&after=" + page.get("next").asText();
        }
        assertThat(seen).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(3).contains(id.hex());
        problem(400, "malformed", trial.get(node, "/api/v1/images?limit=0"));
        problem(400, "malformed", trial.get(node, "/api/v1/images?tagg=x"));
        problem(400, "malformed", trial.get(node, "/api/v1/images?tag=x&tag=y"));
        problem(404, "not-found", trial.get(node, "/api/v1/images/" + UUID.randomUUID()));
    }

    @Test
    @Clause({"TVM-3.10", "END-4.10", "EGI-5.7b", "TVM-4.1"})
    void whereverAnEndorsementIsShownTheTimeOfResponsibilityIsToo() throws IOException {
        var image =
                json(200, trial.get(node, "/api/v1/images/" + endorsement.guid()))
                        .get("versions")
                        .get(0);

        var answers = image.get("responsibility");
        assertThat(answers.get("subject").asText()).isEqualTo(trial.endorser.person().subject());
        assertThat(answers.get("from").asText()).isEqualTo(image.get("admittedAt").asText());
        assertThat(answers.get("until").asText())
                .isEqualTo(image.get("revocation").get("admittedAt").asText());
        var page = trial.get(node, "/").body();
        assertThat(page)
                .contains(
                        "Answers for it", "until " + answers.get("from").asText().substring(0, 4));
    }

    @Test
    @Clause({"TVM-2.image", "TVM-4.v1", "TVM-3.5", "END-4.6"})
    void anImageIsShownWithItsPartsContributorsPlannedEndRevocationAndReplacement()
            throws IOException {
        var base = Sha512.of("a base".getBytes(StandardCharsets.UTF_8));
        var until = Instant.now().plus(Duration.ofDays(9)).truncatedTo(ChronoUnit.SECONDS);
        var configuration = Sha512.of("its configuration".getBytes(StandardCharsets.UTF_8));
        var provenance = "a provenance".getBytes(StandardCharsets.UTF_8);
        var old =
                trial.detailed(
                        trial.endorsement(trial.endorser, "combined"),
                        new Details(
                                new Lineage.Combined(base, configuration),
                                List.of(new Contributor("ROOT team", "ROOT 6.32", "r@example.org")),
                                List.of(),
                                until,
                                new Generation(
                                        "packer",
                                        "1.11",
                                        null,
                                        "a builder",
                                        new Generation.Provenance(
                                                Sha256.of(provenance), "urn:t", null, null)),
                                until.minus(Duration.ofDays(10)),
                                List.of(new LicenceDeclaration("GPL-2.0-only", null, "offered"))));
        var oldId = admitted(old);
        var newer =
                trial.detailed(
                        trial.endorsement(trial.endorser, old.guid().uuid(), "2.0", null, "newer"),
                        new Details(null, null, List.of(oldId), null, null, null, List.of()));
        var newerId = admitted(newer);

        var image = version(old, 1);
        assertThat(image.get("state").asText()).isEqualTo("endorsed");
        assertThat(image.get("lineage").get("kind").asText()).isEqualTo("combined");
        assertThat(image.get("lineage").get("base").asText()).isEqualTo(base.toString());
        assertThat(image.get("lineage").get("configuration").asText())
                .isEqualTo(configuration.toString());
        assertThat(image.get("contributors").get(0).get("contact").asText())
                .isEqualTo("r@example.org");
        assertThat(image.get("until").asText()).isEqualTo(until.toString());
        assertThat(image.get("responsibility").get("until").asText()).isEqualTo(until.toString());
        assertThat(image.get("generation").get("provenance").get("document").asText())
                .isEqualTo(Sha256.of(provenance).toString());
        assertThat(image.get("licences").get(0).get("statement").asText()).isEqualTo("offered");
        assertThat(image.get("replacedBy").asText()).isEqualTo(newerId.hex());
        assertThat(version(old, 0).get("replaces").get(0).asText()).isEqualTo(oldId.hex());
        assertThat(version(old, 0).get("lineage").get("kind").asText()).isEqualTo("base");

        Trial.expect(
                201,
                trial.post(
                        node,
                        trial.sign(
                                new Revocation(
                                        trial.revocation(trial.endorser, old, oldId).header(),
                                        old.image(),
                                        oldId,
                                        Revocation.Reason.VULNERABLE,
                                        "a hole <in> it",
                                        List.of("CVE-2026-1"),
                                        Urgency.CRITICAL,
                                        newerId),
                                trial.endorser)));
        var revocation = version(old, 1).get("revocation");
        assertThat(revocation.get("urgency").asText()).isEqualTo("critical");
        assertThat(revocation.get("advisories").get(0).asText()).isEqualTo("CVE-2026-1");
        assertThat(revocation.get("replacement").asText()).isEqualTo(newerId.hex());
        assertThat(trial.get(node, "/").body())
                .contains(
                        "vulnerable, critical: a hole &lt;in&gt; it (CVE-2026-1)",
                        "replaced by",
                        "combined");
    }

    private static StatementId admitted(Endorsement statement) throws IOException {
        byte[] envelope = trial.sign(statement, trial.endorser);
        return StatementId.parse(json(201, trial.post(node, envelope)).get("id").asText());
    }

    private static JsonNode version(Endorsement of, int number) throws IOException {
        return json(200, trial.get(node, "/api/v1/images/" + of.guid()))
                .get("versions")
                .get(number);
    }

    @Test
    void aBundleHoldsTheEndorsementAndWhatItRestsOn() throws IOException {
        var response = trial.get(node, "/api/v1/statements/" + id.hex() + "/bundle");

        var bundle = Bundle.read(response.body().getBytes(StandardCharsets.UTF_8));
        assertThat(bundle.support()).hasSize(2);
    }

    @Test
    void theLedgerIsReadAndVerifiedWithNothingButItsTilesAndCharter() throws IOException {
        var charter =
                CharterJson.read(
                        trial.get(node, "/api/v1/charter").body().getBytes(StandardCharsets.UTF_8));
        assertThat(charter).isEqualTo(node.charter());
        var note =
                SignedNote.parse(
                        trial.get(node, "/checkpoint").body().getBytes(StandardCharsets.UTF_8));
        var look =
                LedgerView.unseen(NoteVerifier.parse(charter.key()))
                        .lookWithTiles(note, tile -> bytes("/" + tile.path()));
        assertThat(look).isInstanceOf(LedgerView.Look.Grown.class);

        var entries =
                new org.imprimatur.ledger.EntryBundle(0, 2).decode(bytes("/tile/entries/000.p/2"));
        assertThat(Hash.ofLeaves(entries))
                .isEqualTo(
                        new org.imprimatur.ledger.Tile(0, 0, 2).hashes(bytes("/tile/0/000.p/2")));
        assertThat(LedgerEntry.parse(entries.getFirst()).envelope()).isNotEmpty();
        assertThat(trial.get(node, "/tile/0/000.p/1").headers().firstValue("Cache-Control"))
                .hasValueSatisfying(value -> assertThat(value).contains("immutable"));
        problem(404, "not-found", trial.get(node, "/tile/0/000"));
        problem(404, "not-found", trial.get(node, "/tile/0/0"));
        problem(404, "not-found", trial.get(node, "/tile/0/000.p/255"));
    }

    @Test
    void attachmentsAreKeptUnderTheirDigestOnly() throws IOException {
        byte[] sbom = Trial.sbom("<script>alert(1)</script>");
        String path = "/api/v1/attachments/" + Sha256.of(sbom);

        problem(404, "not-found", trial.get(node, path));
        problem(400, "malformed", put(path, new byte[] {1}));
        assertThat(put(path, sbom).statusCode()).isEqualTo(201);
        assertThat(put(path, sbom).statusCode()).isEqualTo(200);
        assertThat(bytes(path)).isEqualTo(sbom);
        assertThat(
                        trial.get(
                                        node,
                                        "/api/v1/images/"
                                                + endorsement.guid()
                                                + "/versions/1.0/sbom")
                                .body())
                .isEqualTo(new String(sbom, StandardCharsets.UTF_8));
        problem(400, "malformed", put("/api/v1/attachments/sha256:zz", sbom));
    }

    @Test
    void eventsGoOnFromTheLastOneSeen() throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var request = trial.request(node, "/api/v1/events", "Last-Event-ID", "1").GET().build();
            var response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (var lines =
                    new BufferedReader(
                            new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                assertThat(next(lines, "id: ")).isEqualTo("2");
                assertThat(next(lines, "event: ")).isEqualTo("endorsement");
                var data = next(lines, "data: ");
                assertThat(data).contains(id.hex()).contains("sha512:");
                assertThat(next(lines, "event: ")).isEqualTo("revocation");

                var more = trial.endorsement(trial.endorser, "while listening");
                Trial.expect(201, trial.post(node, trial.sign(more, trial.endorser)));
                String event = next(lines, "data: ");
                while (!event.contains(more.image().toString())) {
                    event = next(lines, "data: ");
                }
            }
        }
        problem(400, "malformed", trial.get(node, "/api/v1/events", "Last-Event-ID", "x"));
    }

    @Test
    void filesAreOfferedWithRangesAndWithoutLinksOrOtherPlaces() throws IOException {
        assertThat(trial.get(node, "/files/image.qcow2").body()).isEqualTo("0123456789");
        var range = trial.get(node, "/files/image.qcow2", "Range", "bytes=2-4");
        assertThat(range.statusCode()).isEqualTo(206);
        assertThat(range.body()).isEqualTo("234");
        assertThat(range.headers().firstValue("Content-Range")).contains("bytes 2-4/10");
        assertThat(trial.get(node, "/files/image.qcow2", "Range", "bytes=-3").body())
                .isEqualTo("789");
        problem(416, "range", trial.get(node, "/files/image.qcow2", "Range", "bytes=10-"));
        problem(404, "not-found", trial.get(node, "/files/link"));
        problem(404, "not-found", trial.get(node, "/files/%2e%2e%2fnode.yaml"));
        assertThat(trial.get(node, "/files/../node.yaml").statusCode()).isIn(400, 404);
    }

    @Test
    void theStartPageEscapesEverythingAndAllowsNoScript() {
        var page = trial.get(node, "/");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body())
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;")
                .doesNotContain("<script")
                .contains("Erin Endorser")
                .contains("catalogue.example/reading");
        assertThat(page.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(value -> assertThat(value).startsWith("default-src 'none'"));
        assertThat(trial.get(node, "/style.css").statusCode()).isEqualTo(200);
    }

    @Test
    void theDescriptionAndTheRoutesAreTheSame() {
        assertThat(OpenApiTest.of(node.routes())).isEqualTo(OpenApiTest.described());
        assertThat(trial.get(node, "/openapi.yaml").body()).startsWith("openapi: 3.1.0");
    }

    @Test
    void headAnswersAsGetWithoutABody() throws IOException {
        for (String path : List.of("/checkpoint", "/", "/files/image.qcow2", "/health/ready")) {
            var get = trial.get(node, path);
            var head =
                    trial.send(
                            trial.request(node, path)
                                    .method("HEAD", BodyPublishers.noBody())
                                    .build());
            assertThat(head.statusCode()).as(path).isEqualTo(200);
            assertThat(head.body()).isEmpty();
            assertThat(head.headers().firstValue("Content-Length"))
                    .as(path)
                    .isEqualTo(get.headers().firstValue("Content-Length"));
        }
    }

    @Test
    void unknownPathsAndMethodsAreProblems() throws IOException {
        problem(404, "not-found", trial.get(node, "/nothing"));
        problem(404, "not-found", trial.get(node, "/api/v1/statements/" + "0".repeat(64)));
        problem(400, "malformed", trial.get(node, "/api/v1/statements/xyz"));
        var delete = trial.request(node, "/api/v1/statements").DELETE().build();
        problem(405, "method-not-allowed", trial.send(delete));
        problem(400, "malformed", trial.get(node, "/checkpoint?x=1"));
    }

    @Test
    void connectionCloseClosesTheConnection() throws IOException {
        try (var socket = new Socket("127.0.0.1", node.address().getPort())) {
            socket.setSoTimeout(5000);
            socket.getOutputStream()
                    .write(
                            "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            // Ends only when the server closes; else the read times out.
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 200")
                    .endsWith("alive\n");
        }
    }

    @Test
    void whatIsNotHttpIsAProblemToo() throws IOException {
        try (var socket = new Socket("127.0.0.1", node.address().getPort())) {
            socket.setSoTimeout(5000);
            socket.getOutputStream()
                    .write(
                            ("GET /health/live HTTP/1.1\r\nHost: x\r\nX: "
                                            + "y".repeat(40_000)
                                            + "\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 4");
        }
    }

    private static String next(BufferedReader lines, String prefix) throws IOException {
        String line = lines.readLine();
        while (line != null && !line.startsWith(prefix)) {
            line = lines.readLine();
        }
        assertThat(line).as("a line that begins with " + prefix).isNotNull();
        return line.substring(prefix.length());
    }

    private static HttpResponse<String> put(String path, byte[] bytes) {
        return trial.send(
                trial.request(node, path, "Content-Type", "application/octet-stream")
                        .PUT(BodyPublishers.ofByteArray(bytes))
                        .build());
    }

    private static byte[] bytes(String path) {
        try (var http = HttpClient.newHttpClient()) {
            var response =
                    http.send(
                            trial.request(node, path).build(),
                            HttpResponse.BodyHandlers.ofByteArray());
            assertThat(response.statusCode()).as(path).isEqualTo(200);
            return response.body();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
