package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command that fetches advisories, against a server that breaks off. */
class AdvisoriesCommandTest {

    private static final byte[] INDEX = index();

    @TempDir private Path directory;
    private HttpServer server;
    private final List<String> ranges = new ArrayList<>();
    private int breakAfter = Integer.MAX_VALUE;

    private static byte[] index() {
        var text = new StringBuilder();
        for (int i = 0; i < 4000; i++) {
            text.append("Package: p").append(i).append("\nVersion: 1.").append(i).append("\n\n");
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    var range = exchange.getRequestHeaders().getFirst("Range");
                    ranges.add(String.valueOf(range));
                    int from =
                            range == null
                                    ? 0
                                    : Integer.parseInt(
                                            range.substring("bytes=".length(), range.length() - 1));
                    exchange.getResponseHeaders().add("ETag", "\"one\"");
                    exchange.getResponseHeaders()
                            .add("Last-Modified", "Sat, 21 Nov 2026 00:00:00 GMT");
                    var rest = Arrays.copyOfRange(INDEX, from, INDEX.length);
                    exchange.sendResponseHeaders(range == null ? 200 : 206, rest.length);
                    int count = Math.min(rest.length, breakAfter);
                    exchange.getResponseBody().write(rest, 0, count);
                    if (count == rest.length) {
                        exchange.close();
                    } else {
                        // Without the rest: the connection breaks off.
                        exchange.getResponseBody().flush();
                        breakAfter = Integer.MAX_VALUE;
                        throw new IOException("broken off");
                    }
                });
        server.start();
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    private Path feeds() throws IOException {
        var file = directory.resolve("feeds.yaml");
        Files.writeString(
                file,
                """
                feeds:
                  - name: mine
                    format: debian-packages
                    ecosystem: Debian:12
                    security: true
                    url: http://127.0.0.1:%d/Packages
                """
                        .formatted(server.getAddress().getPort()));
        return file;
    }

    private Ran update(String... more) throws IOException {
        var arguments = new ArrayList<>(List.of("advisories", "update"));
        arguments.addAll(List.of("--feeds", feeds().toString()));
        arguments.addAll(List.of("--advisories", directory.resolve("kept").toString()));
        arguments.addAll(List.of(more));
        return Ran.of(arguments.toArray(String[]::new));
    }

    @Test
    void aFeedIsFetchedAndListedWithItsDigestAndAge() throws IOException {
        var updated = update("--output", "json");

        assertThat(updated.status()).as(updated.err()).isZero();
        var feed = updated.json().path("feeds").path(0);
        assertThat(feed.path("records").asInt()).isEqualTo(4000);
        assertThat(feed.path("published").asText()).isEqualTo("2026-11-21T00:00:00Z");
        var listed =
                Ran.of(
                        "advisories",
                        "list",
                        "--advisories",
                        directory.resolve("kept").toString(),
                        "--output",
                        "json");
        assertThat(listed.json().path("feeds").path(0).path("sha256").asText())
                .isEqualTo(feed.path("sha256").asText())
                .hasSize(64);
    }

    @Test
    void aBrokenConnectionIsResumedWhereItBroke() throws IOException {
        breakAfter = INDEX.length / 2;

        var updated = update("--output", "json");

        assertThat(updated.status()).as(updated.err()).isZero();
        assertThat(updated.json().path("feeds").path(0).path("records").asInt()).isEqualTo(4000);
        assertThat(ranges).hasSize(2);
        assertThat(ranges.getFirst()).isEqualTo("null");
        assertThat(ranges.getLast()).startsWith("bytes=").isNotEqualTo("bytes=0-");
    }

    @Test
    void aServerThatIsNotThereIsStatusFourAndSaysWhichFeed() throws IOException {
        var feeds = feeds();
        server.stop(0);

        var updated =
                Ran.of(
                        "advisories",
                        "update",
                        "--feeds",
                        feeds.toString(),
                        "--advisories",
                        directory.resolve("kept").toString());

        assertThat(updated.status()).isEqualTo(4);
        assertThat(updated.err()).contains("mine");
    }

    @Test
    void filesCarriedOverByHandServeOffLine() throws IOException {
        var carried = Files.createDirectory(directory.resolve("carried"));
        Files.write(carried.resolve("mine.txt"), INDEX);

        var updated = update("--from", carried.toString(), "--output", "json");

        assertThat(updated.status()).as(updated.err()).isZero();
        assertThat(updated.json().path("feeds").path(0).path("records").asInt()).isEqualTo(4000);
        assertThat(ranges).isEmpty();
    }

    @Test
    void anUnknownFeedIsAWrongCommandLineAndTheKnownOnesAreNamed() throws IOException {
        var ran = update("yours");

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("yours").contains("mine");
    }

    @Test
    void anInspectionTellsWhichFeedsItAskedAndWhatIsMissing() throws IOException {
        var carried = Files.createDirectory(directory.resolve("carried"));
        Files.writeString(carried.resolve("mine.txt"), "Package: dpkg\nVersion: 99:1\n");
        assertThat(update("--from", carried.toString()).status()).isZero();

        var report =
                Ran.of(
                                "inspect",
                                Ran.fixture("mini-clean.v3-zlib.qcow2").toString(),
                                "--advisories",
                                directory.resolve("kept").toString(),
                                "--output",
                                "json")
                        .json();

        assertThat(report.path("advisories").path(0).path("name").asText()).isEqualTo("mine");
        assertThat(report.path("findings"))
                .anySatisfy(
                        finding -> {
                            assertThat(finding.path("rule").asText()).isEqualTo("patch.security");
                            assertThat(finding.path("path").asText())
                                    .isEqualTo("/var/lib/dpkg/status#dpkg");
                        });
    }
}
