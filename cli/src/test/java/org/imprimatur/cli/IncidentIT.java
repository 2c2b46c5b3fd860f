package org.imprimatur.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.zip.ZipFile;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Sha256;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is put together for those who respond to an incident, from a catalogue and from a site. */
class IncidentIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir static Path home;
    private static TrialNode catalogue;
    private static TrialNode site;
    private static JsonNode endorsed;
    private static String instance;

    @BeforeAll
    static void start() throws IOException {
        NodeLog.from(Level.SEVERE);
        TrialNode.keys(home, "Endorser", "Approver", "Contact");
        catalogue = TrialNode.start(home, "catalogue.example/main", List.of("vo:biomed"), "");
        Files.writeString(
                home.resolve("site.yaml"),
                """
                owner: "site:HERE"
                max-staleness: 15m
                store: store
                follow:
                  - {url: "%s", charter: main.json, poll: 1s}
                classes:
                  trusted-payload: {trust: ["vo:biomed"], approval: none}
                """
                        .formatted(catalogue.url()));
        site =
                TrialNode.start(
                        home, "site.example/here", List.of("site:HERE"), "site: site.yaml\n");
        catalogue.enrol("endorser", "endorser", "vo:biomed");
        var contact =
                new ArrayList<>(List.of(catalogue.appointment("contact", "contact", "vo:biomed")));
        contact.set(contact.size() - 1, "csirt@biomed.example");
        var appointed = catalogue.signed("manager", contact.toArray(String[]::new));
        assertThat(appointed.status()).as(appointed.err()).isZero();
        site.enrol("approver", "site-approver", "site:HERE");
        var image =
                Ran.unpacked("mini-clean.ext4.raw.gz", Files.createDirectory(home.resolve("i")));
        var ran =
                catalogue.signed(
                        "endorser",
                        "endorse",
                        image.toString(),
                        "--owner",
                        "vo:biomed",
                        "--tag",
                        "mini",
                        "--image-version",
                        "1.0",
                        "--output",
                        "json");
        assertThat(ran.status()).as(ran.err()).isZero();
        endorsed =
                new NodeClient(URI.create(catalogue.url()))
                        .json("/api/v1/images")
                        .path("images")
                        .get(0);
        instance = started();
    }

    /** Asks the site for a start of the image until it has it in view, and registers it. */
    private static String started() throws IOException {
        var client = new NodeClient(URI.create(site.url()));
        var operator = PersonOptions.ofCertificate(home.resolve("keys/approver.pem")).subject();
        var question =
                """
                {"subject": {"type": "operator", "id": "%s"}, "action": {"name": "instantiate"},
                 "resource": {"type": "image", "id": "%s"},
                 "context": {"class": "trusted-payload", "host": "wn1"}}
                """
                        .formatted(operator, endorsed.path("digest").asText());
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        var answer = client.evaluate(tree(question));
        while (!answer.path("decision").asBoolean() && System.nanoTime() < end) {
            pause();
            answer = client.evaluate(tree(question));
        }
        assertThat(answer.path("decision").asBoolean()).as(answer.toString()).isTrue();
        var id = UUID.randomUUID().toString();
        client.post(
                "/api/v1/site/instances",
                tree(
                        """
                        {"id": "%s", "decision": "%s", "host": "wn1", "machine": "m1"}
                        """
                                .formatted(id, answer.at("/context/id").asText())));
        return id;
    }

    @AfterAll
    static void stop() {
        site.close();
        catalogue.close();
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- Exporting ----------------------------------------------------------------------------

    private record Exported(Ran ran, Map<String, byte[]> parts) {

        String text(String name) {
            assertThat(parts).containsKey(name);
            return new String(parts.get(name), UTF_8);
        }

        JsonNode contents() {
            return tree(text("incident.json"));
        }

        /** The only part whose name ends so. */
        String named(String end) {
            var found = parts.keySet().stream().filter(name -> name.endsWith(end)).toList();
            assertThat(found).as("%s among %s", end, parts.keySet()).hasSize(1);
            return found.getFirst();
        }

        JsonNode entry(String name) {
            for (var part : contents().path("parts")) {
                if (part.path("name").asText().equals(name)) {
                    return part;
                }
            }
            throw new AssertionError(name);
        }
    }

    private static Exported export(String subject, String node, String... more) throws IOException {
        var file = Files.createTempDirectory(home, "incident").resolve("incident.zip");
        var words = new ArrayList<>(List.of("incident", "export", subject, "--node", node));
        words.addAll(List.of("--save", file.toString()));
        words.addAll(List.of(more));
        var ran = Ran.of(words);
        var parts = new LinkedHashMap<String, byte[]>();
        if (Files.exists(file)) {
            try (var zip = new ZipFile(file.toFile())) {
                for (var entry : zip.stream().toList()) {
                    parts.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
                }
            }
        }
        return new Exported(ran, parts);
    }

    private static String[] trusting() {
        return new String[] {
            "--charter",
            catalogue.charter().toString(),
            "--anchors",
            home.resolve("keys/anchors").toString()
        };
    }

    @Test
    @Clause({"TVM-3.8", "END-4.8", "EGI-5.9"})
    void anImageIsExportedWithAllThatSpeaksForItAndWhomToAsk() throws IOException {
        var exported = export("vo:biomed/mini", catalogue.url(), trusting());

        assertThat(exported.ran().status()).as(exported.ran().err()).isZero();
        assertThat(exported.parts().keySet()).startsWith("README.txt", "incident.json");
        assertThat(exported.text("README.txt"))
                .contains(
                        "Incident file: vo:biomed/mini",
                        endorsed.path("digest").asText(),
                        endorsed.path("endorsement").asText(),
                        "contact      security@example.org (A person)",
                        "contact      csirt@biomed.example (of vo:biomed)");
        for (var end :
                List.of(
                        "/bundle.json",
                        "/report.json",
                        "/sbom.cdx.json",
                        "/history.json",
                        "/images/" + endorsed.path("guid").asText() + "/status.json")) {
            assertThat(exported.entry(exported.named(end)).path("check").asText())
                    .as(end)
                    .isEqualTo("good");
        }
        for (var part : exported.contents().path("parts")) {
            var bytes = exported.parts().get(part.path("name").asText());
            assertThat(Sha256.of(bytes).hex()).isEqualTo(part.path("sha256").asText());
        }
        // This catalogue watches no advisories: that is said, and is not silence.
        assertThat(exported.contents().path("missing").findValuesAsText("what"))
                .containsExactly("open advisories of the version");
    }

    @Test
    void theBundleAndTheStatusInsideVerifyOffLine() throws IOException {
        var exported = export(endorsed.path("endorsement").asText(), catalogue.url(), trusting());
        var directory = Files.createTempDirectory(home, "unpacked");
        var bundle = directory.resolve("bundle.json");
        var status = directory.resolve("status.json");
        Files.write(bundle, exported.parts().get(exported.named("/bundle.json")));
        Files.write(status, exported.parts().get(exported.named("/status.json")));

        var verified = new ArrayList<>(List.of("verify", bundle.toString()));
        verified.addAll(List.of("--status", status.toString()));
        verified.addAll(List.of(trusting()));
        var ran = Ran.of(verified);

        assertThat(ran.status()).as(ran.out() + ran.err()).isZero();
    }

    @Test
    @Clause({"TVM-3.8", "END-4.8", "EGI-5.9"})
    void aSiteAddsWhatRanAndWhyAndFetchesTheRestFromTheCatalogue() throws IOException {
        var exported = export("instance:" + instance, site.url(), trusting());

        assertThat(exported.ran().status()).as(exported.ran().err()).isZero();
        assertThat(exported.text("README.txt"))
                .contains(
                        "Instance " + instance + " on wn1",
                        "1 instances of image",
                        "1 of them not ended");
        assertThat(exported.text("site/instance.json")).contains(instance);
        assertThat(
                        exported.named(
                                "site.example_here/files/%s.status.json"
                                        .formatted(
                                                endorsed.path("digest").asText().substring(7, 39))))
                .isNotEmpty();
        assertThat(tree(exported.text("site/publications.json")).has("publications")).isTrue();
        var decision = tree(exported.text("site/instance.json")).path("decision").asText();
        assertThat(exported.text("site/decisions/" + decision + ".json"))
                .contains("trusted-payload");
        assertThat(exported.entry(exported.named("/bundle.json")).path("check").asText())
                .isEqualTo("good");
        assertThat(exported.entry(exported.named("/bundle.json")).path("from").asText())
                .startsWith(catalogue.url());
    }

    @Test
    void aPersonIsExportedWithWhatTheyEndorsedAndRan() throws IOException {
        var endorser = PersonOptions.ofCertificate(home.resolve("keys/endorser.pem"));
        var approver = PersonOptions.ofCertificate(home.resolve("keys/approver.pem"));

        var atCatalogue = export("person:" + endorser.digest().hex(), catalogue.url(), trusting());
        var atSite = export("person:" + approver.digest().hex(), site.url());

        assertThat(atCatalogue.ran().status()).as(atCatalogue.ran().err()).isZero();
        assertThat(atCatalogue.text("README.txt"))
                .contains("Person " + endorser.subject(), "endorsed 1 images");
        assertThat(atCatalogue.text(atCatalogue.named("/endorsed.json")))
                .contains(endorsed.path("endorsement").asText());
        assertThat(atSite.ran().status()).as(atSite.ran().err()).isZero();
        assertThat(atSite.text("README.txt")).contains("1 instances of operator");
        assertThat(atSite.ran().err()).contains("note: believing the charter");
    }

    @Test
    void aFileThatNobodyEndorsedIsExportedWithTheProofOfThat() throws IOException {
        var exported = export("sha512:" + "0".repeat(128), catalogue.url(), trusting());

        assertThat(exported.ran().status()).as(exported.ran().err()).isZero();
        assertThat(exported.text("README.txt")).contains("Nobody endorsed this file");
        assertThat(exported.entry(exported.named(".status.json")).path("check").asText())
                .isEqualTo("good");
    }

    @Test
    void whereItCannotBeWrittenNobodyIsAsked() {
        var ran =
                Ran.of(
                        "incident",
                        "export",
                        "vo:biomed/mini",
                        "--node",
                        "http://127.0.0.1:9",
                        "--save",
                        home.resolve("nowhere/incident.zip").toString());

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("there is no directory");
    }

    @Test
    void whatIsNotKnownOrNotASubjectLeavesNoFile() throws IOException {
        var unknown = export("vo:biomed/nothing", catalogue.url());
        assertThat(unknown.ran().status()).isEqualTo(1);
        assertThat(unknown.ran().err()).contains("no endorsement of 'vo:biomed/nothing'");
        assertThat(unknown.parts()).isEmpty();

        assertThat(export("nonsense", catalogue.url()).ran().status()).isEqualTo(2);
        assertThat(export("person:nonsense", catalogue.url()).ran().status()).isEqualTo(2);
        assertThat(export("instance:nonsense", site.url()).ran().status()).isEqualTo(2);
        assertThat(export("instance:" + UUID.randomUUID(), site.url()).ran().status()).isEqualTo(1);
        assertThat(export("instance:" + instance, catalogue.url()).ran().status()).isEqualTo(1);
        assertThat(export("vo:biomed/mini", "http://127.0.0.1:9").ran().status()).isEqualTo(4);
    }

    // ---- A node that lies ---------------------------------------------------------------------

    /** What is answered, and with which status. */
    private record Said(int status, byte[] body) {

        static Said of(String text) {
            return new Said(200, text.getBytes(UTF_8));
        }

        Said with(String part, String other) {
            var text = new String(body, UTF_8);
            assertThat(text).contains(part);
            return Said.of(text.replace(part, other));
        }
    }

    /** A node, but some of its answers are others. */
    private static final class Liar implements AutoCloseable {

        private final List<String> asked = new CopyOnWriteArrayList<>();
        private final HttpServer server;

        Liar(TrialNode node, Predicate<String> path, UnaryOperator<Said> lie) throws IOException {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            var client = new NodeClient(URI.create(node.url()));
            server.createContext(
                    "/",
                    exchange -> {
                        var asking = exchange.getRequestURI().toString();
                        asked.add(asking);
                        try (exchange) {
                            var said = answer(client, asking);
                            said = path.test(asking) ? lie.apply(said) : said;
                            boolean none = said.body().length == 0;
                            exchange.sendResponseHeaders(
                                    said.status(), none ? -1 : said.body().length);
                            exchange.getResponseBody().write(said.body());
                        }
                    });
            server.start();
        }

        /** Nothing, where the node has no answer. */
        private static Said answer(NodeClient client, String path) {
            try {
                return new Said(200, client.bytes(path, 64 << 20));
            } catch (CommandFailure _) {
                return new Said(404, new byte[0]);
            }
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        Exported export(String subject) throws IOException {
            return IncidentIT.export(subject, url(), trusting());
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    private static Exported exportFromLiar(
            String subject, Predicate<String> path, UnaryOperator<Said> lie) throws IOException {
        try (var liar = new Liar(catalogue, path, lie)) {
            return liar.export(subject);
        }
    }

    private static Exported exportFromLiar(Predicate<String> path, UnaryOperator<byte[]> lie)
            throws IOException {
        return exportFromLiar(
                "vo:biomed/mini", path, said -> new Said(200, lie.apply(said.body())));
    }

    @Test
    void anotherListOfPackagesIsKeptAsEvidenceAndToldToBeWrong() throws IOException {
        var sbom = endorsed.path("sbom").asText();

        var exported = exportFromLiar(path -> path.endsWith(sbom), _ -> "{}".getBytes(UTF_8));

        assertThat(exported.ran().status()).isEqualTo(1);
        assertThat(exported.text(exported.named("/sbom.cdx.json"))).isEqualTo("{}");
        assertThat(exported.text("README.txt"))
                .contains("WRONG: do not rely on these", "sbom.cdx.json: it is another document");
        assertThat(exported.ran().out()).contains("WRONG    ");
    }

    @Test
    void aBundleThatWasAlteredProvesNothing() throws IOException {
        var exported =
                exportFromLiar(
                        path -> path.endsWith("/bundle"),
                        good ->
                                new String(good, UTF_8)
                                        .replace(
                                                "\"support\" : [ {",
                                                "\"support\" : [ ], \"x\" : [ {")
                                        .getBytes(UTF_8));

        assertThat(exported.ran().status()).isEqualTo(1);
        assertThat(exported.entry(exported.named("/bundle.json")).path("check").asText())
                .isEqualTo("bad");
        assertThat(exported.contents().path("missing").toString()).contains("report and packages");
    }

    @Test
    void anAnswerThatIsTooLargeOrNoneIsNamedAndTheRestIsThere() throws IOException {
        var tooLarge =
                exportFromLiar(path -> path.endsWith("/history"), _ -> new byte[(16 << 20) + 1]);
        var none =
                exportFromLiar(
                        "vo:biomed/mini",
                        path -> path.endsWith("/history"),
                        _ -> new Said(404, new byte[0]));

        assertThat(tooLarge.contents().path("missing").toString())
                .contains("is larger than 16777216 bytes");
        assertThat(none.contents().path("missing").toString())
                .contains("every statement about the image", "/history answers with status 404");
        for (var exported : List.of(tooLarge, none)) {
            assertThat(exported.ran().status()).as(exported.ran().err()).isZero();
            assertThat(exported.entry(exported.named("/bundle.json")).path("check").asText())
                    .isEqualTo("good");
        }
    }

    @Test
    void aProofOfHowAnotherImageStandsIsNoneOfThisOne() throws IOException {
        var other =
                new NodeClient(URI.create(catalogue.url()))
                        .bytes("/api/v1/status?guid=00000000-0000-4000-8000-00000000000f", 8 << 20);

        var exported = exportFromLiar(path -> path.startsWith("/api/v1/status?guid="), _ -> other);

        assertThat(exported.ran().status()).isEqualTo(1);
        var status = exported.entry(exported.named("/status.json"));
        assertThat(status.path("check").asText()).isEqualTo("bad");
        assertThat(status.path("found").asText())
                .isEqualTo("it proves nothing about guid:" + endorsed.path("guid").asText());
        assertThat(exported.entry(exported.named(".status.json")).path("check").asText())
                .isEqualTo("good");
    }

    @Test
    void whoTellsAnEndorsementOtherwiseThanItWasSignedIsContradictedByTheBundle()
            throws IOException {
        var guid = endorsed.path("guid").asText();
        var other = "00000000-0000-4000-8000-00000000000f";

        var exported =
                exportFromLiar(
                        "vo:biomed/mini",
                        path -> path.startsWith("/api/v1/images?"),
                        said -> said.with(guid, other).with("\"1.0\"", "\"1.1\""));

        assertThat(exported.ran().status()).isEqualTo(1);
        assertThat(exported.contents().path("wrong").findValuesAsText("why"))
                .containsExactly(
                        "it tells %s, and %s was signed".formatted(other, guid),
                        "it tells 1.1, and 1.0 was signed");
        assertThat(exported.ran().out()).contains("WRONG    the GUID of");
        // What is collected is of the image that was endorsed.
        assertThat(exported.text("README.txt")).contains(guid + "@1.0 of vo:biomed");
        assertThat(exported.parts())
                .containsKey("catalogue.example_main/images/%s/status.json".formatted(guid));
    }

    @Test
    void whatIsToldOfAnEndorsementAndNotProvenIsToldToBeSo() throws IOException {
        var exported =
                exportFromLiar(
                        "vo:biomed/mini",
                        path -> path.endsWith("/bundle"),
                        _ -> new Said(404, new byte[0]));

        assertThat(exported.text("README.txt")).contains("NOT PROVEN: so http://127.0.0.1:");
        assertThat(export("vo:biomed/mini", catalogue.url()).text("README.txt"))
                .doesNotContain("NOT PROVEN");
    }

    @Test
    void aStatementAboutAPersonThatIsNotProvenIsNamedAndTheRestIsThere() throws IOException {
        var endorser = PersonOptions.ofCertificate(home.resolve("keys/endorser.pem"));
        var history = "/api/v1/people/%s/history".formatted(endorser.digest().hex());

        try (var liar = new Liar(catalogue, history::equals, IncidentIT::withoutTheFirstProof)) {
            var exported = liar.export("person:" + endorser.digest().hex());

            assertThat(exported.ran().status()).isEqualTo(1);
            assertThat(exported.contents().path("missing").toString())
                    .contains("a statement of a history", "does not prove what it shows");
            assertThat(exported.text("README.txt"))
                    .contains("Person " + endorser.subject(), "endorsed 1 images");
            assertThat(
                            exported.entry(
                                            exported.named(
                                                    "/people/%s.json"
                                                            .formatted(endorser.digest().hex())))
                                    .path("found")
                                    .asText())
                    .startsWith("1 of 2 statements are not proven");
            assertThat(liar.asked).containsOnlyOnce(history);
        }
    }

    private static Said withoutTheFirstProof(Said said) {
        var json = (ObjectNode) tree(new String(said.body(), UTF_8));
        ((ObjectNode) json.path("statements").path(0)).put("proof", "c2sp.org/tlog-proof@v1\n");
        return Said.of(json.toString());
    }

    @Test
    void aHistoryOfNothingOrOfSomebodyElseIsWrong() throws IOException {
        var client = new NodeClient(URI.create(catalogue.url()));
        var endorser = PersonOptions.ofCertificate(home.resolve("keys/endorser.pem")).digest();
        var contact = PersonOptions.ofCertificate(home.resolve("keys/contact.pem")).digest();
        var another =
                Said.of(client.json("/api/v1/people/" + contact.hex() + "/history").toString());
        var part = "/people/%s.json".formatted(endorser.hex());

        for (var lie :
                List.of(
                        Said.of("{}"),
                        Said.of("{\"person\": \"%s\"}".formatted(endorser.hex())),
                        Said.of(
                                "{\"person\": \"%s\", \"statements\": []}"
                                        .formatted(endorser.hex())),
                        another,
                        another.with(contact.hex(), endorser.hex()))) {
            var exported =
                    exportFromLiar(
                            "vo:biomed/mini",
                            path -> path.contains(endorser.hex() + "/history"),
                            _ -> lie);

            assertThat(exported.ran().status()).isEqualTo(1);
            assertThat(exported.entry(exported.named(part)).path("check").asText())
                    .as(new String(lie.body(), UTF_8))
                    .isEqualTo("bad");
        }
        assertThat(
                        exportFromLiar(
                                        "vo:biomed/mini",
                                        path -> path.contains("/images/"),
                                        _ -> Said.of("{}"))
                                .ran()
                                .out())
                .contains("/history.json: it is not of the documented form");
    }

    @Test
    void whatANodeDoesNotProveOrTellIsNotUnknownToIt() throws IOException {
        var id = endorsed.path("endorsement").asText();

        var unproven =
                exportFromLiar(id, path -> path.endsWith("/statements/" + id), _ -> Said.of("{}"));
        var silent =
                exportFromLiar(
                        "sha512:" + "0".repeat(128),
                        path -> path.startsWith("/api/v1/images?"),
                        _ -> new Said(403, new byte[0]));

        assertThat(unproven.ran().status()).isEqualTo(1);
        assertThat(unproven.ran().err()).contains("does not prove what it shows");
        assertThat(silent.text("README.txt")).doesNotContain("Nobody endorsed");
        assertThat(silent.contents().path("missing").toString())
                .contains("endorsements of the image", "answers with status 403");
    }

    @Test
    void aSiteThatRefusesItsPolicyIsAskedAsASiteAndWhatItRefusesIsNamed() throws IOException {
        try (var liar =
                new Liar(
                        site,
                        path -> path.startsWith("/api/v1/site/policy"),
                        _ -> new Said(403, new byte[0]))) {
            var exported = liar.export("vo:biomed/mini");

            assertThat(exported.ran().status()).as(exported.ran().err()).isZero();
            assertThat(exported.text("README.txt"))
                    .contains("perhaps a site", "1 instances of image");
            assertThat(exported.contents().path("missing").toString())
                    .contains("the site's policy in force", "answers with status 403");
        }
    }

    @Test
    void instancesAndTheirDecisionsAreThereThoughAPageOfMoreIsNot() throws IOException {
        var pages = "/api/v1/site/instances?";
        try (var liar =
                new Liar(
                        site,
                        path -> path.startsWith(pages),
                        said -> said.status() == 200 ? withNextPage(said) : said)) {
            var exported = liar.export("vo:biomed/mini");

            assertThat(liar.asked).filteredOn(path -> path.startsWith(pages)).hasSize(2);
            assertThat(exported.text("README.txt"))
                    .contains("at least 1 instances of image", "1 of them not ended");
            assertThat(exported.contents().path("parts").findValuesAsText("name"))
                    .anyMatch(name -> name.startsWith("site/decisions/"));
            assertThat(exported.contents().path("missing").toString())
                    .contains("what ran and runs of image");
        }
    }

    /** A place to go on at that the node does not take. */
    private static Said withNextPage(Said said) {
        var page = (ObjectNode) tree(new String(said.body(), UTF_8));
        return Said.of(page.put("next", "nowhere").toString());
    }

    @Test
    void aCatalogueThatDoesNotAnswerIsAskedOnce() throws IOException {
        var id = endorsed.path("endorsement").asText();
        try (var gone = new FakeNode();
                var liar =
                        new Liar(
                                site,
                                path -> path.startsWith("/api/v1/site/"),
                                said -> twice(said, id, gone.url()))) {
            var exported = liar.export("vo:biomed/mini");

            assertThat(exported.contents().path("missing").findValuesAsText("what"))
                    .containsOnlyOnce("everything of the ledger catalogue.example/main");
            assertThat(gone.asked()).containsExactly("/api/v1/charter");
            assertThat(liar.asked).containsOnlyOnce("/api/v1/site/sources");
        }
    }

    /** A second endorsement beside the one, and another address of their catalogue. */
    private static Said twice(Said said, String id, String url) {
        var json = tree(new String(said.body(), UTF_8));
        if (json.path("images").isArray()) {
            var images = (ArrayNode) json.path("images");
            ((ObjectNode) images.add(images.path(0).deepCopy()).path(1))
                    .put("endorsement", id.replace(id.charAt(0), id.charAt(0) == 'a' ? 'b' : 'a'));
        }
        json.path("sources").forEach(source -> ((ObjectNode) source).put("url", url));
        return said.body().length == 0 ? said : Said.of(json.toString());
    }

    @Test
    void aLedgerThatWouldStandInThePlaceOfAnotherIsNamedAndLeftOut() throws IOException {
        var name = "site.example_here";
        var key = NoteSigner.generate(name, new SecureRandom()).verifier().toString();
        var of = CharterJson.read(Files.readAllBytes(site.charter()));
        var charter =
                CharterJson.write(new Charter(new Origin(name), key, of.policy(), of.owners()));
        try (var namesake = new FakeNode().answering("/api/v1/charter", 200, charter);
                var liar =
                        new Liar(
                                site,
                                path -> path.startsWith("/api/v1/site/"),
                                said ->
                                        new Said(
                                                said.status(),
                                                new String(said.body(), UTF_8)
                                                        .replace("catalogue.example/main", name)
                                                        .replace(catalogue.url(), namesake.url())
                                                        .getBytes(UTF_8)))) {
            var exported = liar.export("vo:biomed/mini");

            assertThat(exported.contents().path("missing").toString())
                    .contains("everything of the ledger " + name, "another ledger has the place");
            assertThat(tree(exported.text(name + "/charter.json")).path("origin").asText())
                    .isEqualTo("site.example/here");
            assertThat(namesake.asked()).containsExactly("/api/v1/charter");
        }
    }

    @Test
    void aCharterByWhichNothingIsCheckedIsToldToBeWrong() throws IOException {
        var exported =
                export(
                        "vo:biomed/mini",
                        catalogue.url(),
                        "--charter",
                        catalogue.charter().toString(),
                        "--charter",
                        site.charter().toString());

        assertThat(exported.ran().status()).isEqualTo(1);
        assertThat(exported.ran().out())
                .contains("WRONG    the charter of site.example/here (--charter)")
                .doesNotContain("the charter of catalogue.example/main (--charter)");
    }

    @Test
    void theCharterMayBeNamedByTheEnvironment() throws Exception {
        var file = home.resolve("by-environment.zip");
        var builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        System.getProperty(
                                "surefire.test.class.path", System.getProperty("java.class.path")),
                        Main.class.getName(),
                        "incident",
                        "export",
                        "vo:biomed/mini",
                        "--node",
                        catalogue.url(),
                        "--save",
                        file.toString());
        builder.environment().put("IMPRIMATUR_CHARTER", catalogue.charter().toString());
        var process = builder.redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).doesNotContain("believing the charter");
    }

    @Test
    void howMuchIsListedOfWhatAPersonEndorsedIsBounded() throws IOException {
        var endorser = PersonOptions.ofCertificate(home.resolve("keys/endorser.pem"));
        var page =
                Said.of(
                        """
                        {"images": [{"endorser": {"subject": "%s", "issuer": "%s"}, "title": "%s"}],
                         "next": "1"}
                        """
                                .formatted(
                                        endorser.subject(),
                                        endorser.issuer(),
                                        "x".repeat(6 << 20)));

        try (var liar =
                new Liar(catalogue, path -> path.startsWith("/api/v1/images?"), _ -> page)) {
            var exported = liar.export("person:" + endorser.digest().hex());

            assertThat(exported.ran().status()).as(exported.ran().err()).isZero();
            assertThat(exported.contents().path("missing").toString())
                    .contains("more endorsements of the person", "16 MiB at most");
            assertThat(exported.text(exported.named("/endorsed.json")).length())
                    .isBetween(12 << 20, 16 << 20);
            assertThat(liar.asked).filteredOn(path -> path.contains("/images?")).hasSize(3);
        }
    }

    @Test
    void textsOfANodeDoNotReachTheTerminalAsTheyAre() throws IOException {
        var exported =
                exportFromLiar(
                        path -> path.startsWith("/api/v1/people?"),
                        good ->
                                new String(good, UTF_8)
                                        .replace("A person", "\\u001b[2J\\u202eevil")
                                        .getBytes(UTF_8));

        assertThat(exported.ran().out()).contains("evil").doesNotContain("\u001b", "\u202e");
        assertThat(exported.text("README.txt")).doesNotContain("\u001b", "\u202e");
    }

    @Test
    void openAdvisoriesAreCountedInTheSummaryAndWhatIsNoAnswerIsWrong() throws IOException {
        var told =
                exportFromLiar(
                        path -> path.endsWith("/advisories"),
                        _ ->
                                """
                                {"warnings": ["the feed x is 9 days old"],
                                 "endorsements": [{"endorsement": "%s", "flaws": [{}, {}], "obstacle": "no feed"}]}
                                """
                                        .formatted(endorsed.path("endorsement").asText())
                                        .getBytes(UTF_8));
        var mute =
                exportFromLiar(path -> path.endsWith("/advisories"), _ -> "<html>".getBytes(UTF_8));

        assertThat(told.text("README.txt"))
                .contains("2 open", "not all: no feed", "the feed x is 9 days old");
        assertThat(mute.ran().status()).isEqualTo(1);
        assertThat(mute.text("README.txt")).contains("advisories.json: it is no JSON");
    }

    @Test
    void whatACatalogueThatIsAwayWouldSayIsNamed() throws IOException {
        catalogue.close();
        try {
            var exported = export("vo:biomed/mini", site.url(), trusting());

            assertThat(exported.ran().status()).as(exported.ran().err()).isZero();
            assertThat(exported.contents().path("missing").toString())
                    .contains("everything of the ledger catalogue.example/main");
            assertThat(exported.text("site/publications.json")).isNotEmpty();
        } finally {
            catalogue.startAgain();
        }
    }

    @Test
    void theNameAndPasswordInAnAddressAreNotInTheFile() throws IOException {
        var exported =
                export(
                        "vo:biomed/mini",
                        catalogue.url().replace("://", "://responder:hunter2secret@"),
                        trusting());

        assertThat(exported.ran().status()).as(exported.ran().err()).isZero();
        exported.parts()
                .forEach(
                        (name, bytes) ->
                                assertThat(new String(bytes, UTF_8))
                                        .as(name)
                                        .doesNotContain("hunter2secret", "responder:"));
        assertThat(exported.ran().out()).doesNotContain("hunter2secret");
    }
}
