package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The commands for StratusLab documents, over the corpus that the module's own tests use. */
class StratusLabCommandTest {

    private static final Path CORPUS =
            Path.of(System.getProperty("imprimatur.root", ".."))
                    .resolve("exchange/src/test/resources/stratuslab");

    @TempDir static Path anchors;
    @TempDir Path directory;

    private static Ran run(String command, String source, String... options) throws IOException {
        Files.copy(
                CORPUS.resolve("ca.pem"),
                anchors.resolve("ca.pem"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        var line =
                new ArrayList<>(
                        List.of(
                                "stratuslab",
                                command,
                                source,
                                "--anchors",
                                anchors.toString(),
                                "--at",
                                "2026-11-21T12:00:00Z"));
        line.addAll(List.of(options));
        return Ran.of(line);
    }

    private static Ran verify(String file, String... options) throws IOException {
        return run("verify", CORPUS.resolve(file).toString(), options);
    }

    @TestFactory
    Stream<DynamicTest> eachFileOfTheCorpusHasItsStatusAndItsCode() throws IOException {
        return Files.readAllLines(CORPUS.resolve("verdicts.txt")).stream()
                .filter(row -> !row.startsWith("#"))
                .map(row -> dynamicTest(row, () -> holds(row.split(" "))));
    }

    private static void holds(String... row) throws IOException {
        var options = new ArrayList<String>();
        for (int i = 3; i < row.length; i++) {
            options.add(
                    row[i].replace('\u00a0', ' ')
                            .replace("--previous=", "--previous=" + CORPUS + "/"));
        }
        options.addAll(List.of("--output", "json"));

        var ran = verify(row[0], options.toArray(String[]::new));

        assertThat(ran.status()).as(ran.out() + ran.err()).isEqualTo(Integer.parseInt(row[1]));
        if (ran.status() == 3) {
            assertThat(ran.json().path("verdict").asText()).isEqualTo("UNREADABLE");
            assertThat(ran.errLines()).hasSize(1);
            assertThat(ran.err()).contains("[" + row[2] + "]");
        } else {
            assertThat(ran.json().path("verdict").asText())
                    .isEqualTo(ran.status() == 0 ? "ACCEPTED" : "REFUSED");
            assertThat(ran.err()).isEmpty();
        }
        assertThat(ran.json().path("code").asText("-")).isEqualTo(row[2]);
    }

    @Test
    void aVerdictIsToldToPeopleWithItsCode() throws IOException {
        assertThat(verify("good.xml").lastLine()).isEqualTo("ACCEPTED");
        assertThat(verify("good.xml").out()).contains("CN=Alice", "'A small image'");
        assertThat(verify("expired.xml").lastLine()).startsWith("REFUSED [expired]: ");
        assertThat(verify("text-in-object.xml").lastLine())
                .startsWith("REFUSED [signature-wrapping]: ");
    }

    @Test
    void anEndorserCanBeNamedAsGridToolsWriteNames() throws IOException {
        assertThat(verify("good.xml", "--endorser", "/C=EU/O=Samples/CN=Alice").status()).isZero();
        assertThat(verify("good.xml", "--endorser", "/C=EU/O=Samples/CN=Bob").status()).isOne();
        assertThat(verify("good.xml", "--endorser", "Bob").status()).isEqualTo(2);
    }

    @Test
    void whatIsNotThereIsUnreadableAndWithoutAnchorsNothingIsVerified() throws IOException {
        assertThat(verify("none.xml").status()).isEqualTo(3);
        assertThat(verify("good.xml", "--previous", "none.xml").status()).isEqualTo(3);
        assertThat(Ran.of("stratuslab", "verify", "good.xml").status()).isEqualTo(2);
        assertThat(Ran.of("stratuslab").status()).isEqualTo(2);
    }

    @Test
    void aDocumentIsFetchedFromItsAddressUpToABound() throws IOException {
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    var name = exchange.getRequestURI().getPath().substring(1);
                    var file = CORPUS.resolve(name);
                    boolean there = Files.isRegularFile(file);
                    exchange.sendResponseHeaders(there ? 200 : 404, 0);
                    try (var body = exchange.getResponseBody()) {
                        body.write(there ? Files.readAllBytes(file) : new byte[0]);
                    }
                });
        server.start();
        try {
            var base = "http://127.0.0.1:" + server.getAddress().getPort() + "/";

            assertThat(run("verify", base + "good.xml").status()).isZero();
            assertThat(run("verify", base + "altered-never.xml").status()).isEqualTo(4);
            assertThat(run("verify", base + "two-signatures.xml").status()).isOne();
            assertThat(run("verify", base + "too-large.xml").err()).contains("[too-large]");
        } finally {
            server.stop(0);
        }
        assertThat(run("verify", "http://127.0.0.1:1/good.xml").status()).isEqualTo(4);
        assertThat(run("verify", "http:///good.xml").status()).isEqualTo(2);
    }

    @Test
    @Clause("WLCG-11")
    void whatIsImportedIsOneRecordOnStandardOutputOrInANewFile() throws IOException {
        var file = directory.resolve("record.json");

        var printed = run("import", CORPUS.resolve("good.xml").toString());
        var written = run("import", CORPUS.resolve("good.xml").toString(), "--to", file.toString());
        var again = run("import", CORPUS.resolve("good.xml").toString(), "--to", file.toString());

        assertThat(printed.status()).as(printed.err()).isZero();
        assertThat(printed.json().path("standing").asText()).isEqualTo("evidence");
        assertThat(written.status()).isZero();
        assertThat(Files.readString(file)).isEqualTo(printed.out());
        assertThat(again.status()).isEqualTo(2);
    }

    @Test
    void historyIsImportedAsHistoryAndAForgeryNotAtAll() throws IOException {
        var withdrawn = run("import", CORPUS.resolve("deprecated.xml").toString());
        var old = run("import", CORPUS.resolve("good-legacy-sha1.xml").toString(), "--legacy-sha1");
        var forged = run("import", CORPUS.resolve("self-signed.xml").toString(), "-o", "json");

        assertThat(withdrawn.status()).isZero();
        assertThat(withdrawn.json().path("state").asText()).isEqualTo("deprecated");
        assertThat(old.json().path("signature").path("legacy").asBoolean()).isTrue();
        assertThat(forged.status()).isOne();
        assertThat(forged.json().path("code").asText()).isEqualTo("chain-unknown-issuer");
        assertThat(forged.json().has("standing")).isFalse();
    }
}
