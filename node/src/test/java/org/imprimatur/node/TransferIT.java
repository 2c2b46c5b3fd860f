package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.BadServer.good;
import static org.imprimatur.node.BadServer.head;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.imprimatur.node.BadServer.Manners;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bringing files into the store from servers that misbehave. */
@Clause("WLCG-5")
class TransferIT {

    private static final Random RANDOM = new Random(20261121);
    private static Trial trial;
    private static SiteTrial at;
    private static Node catalogue;
    private static Node site;
    private static BadServer server;

    @BeforeAll
    static void start(@TempDir Path directory) {
        trial = new Trial(directory, "catalogue.example/transfers");
        catalogue = trial.start();
        trial.prepare(catalogue);
        at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "30s");
        site = at.start();
        at.prepare(site);
        server = new BadServer();
    }

    @AfterAll
    static void stop() {
        server.close();
        site.close();
        catalogue.close();
    }

    private static byte[] image() {
        byte[] bytes = new byte[500_000];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private static String path(String name) {
        return "/" + name + RANDOM.nextInt(1_000_000);
    }

    private static Endorsed approved(byte[] image, String... locations) {
        var endorsed = at.endorse(catalogue, image, locations);
        at.approve(site, endorsed);
        return endorsed;
    }

    private static Path file(Endorsed endorsed) {
        return at.store.resolve(endorsed.statement().guid() + "-1.0.raw");
    }

    private static List<Path> visible() {
        try (var list = Files.list(at.store)) {
            return list.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An image whose only location has these manners fails, and nothing of it is ever seen. */
    private static String whyItFails(byte[] image, Manners manners) {
        String path = path("bad");
        var endorsed = approved(image, server.at(path, manners));
        JsonNode line = at.await(site, endorsed, s -> s.equals("failed") || s.equals("available"));
        assertThat(line.get("state").asText()).isEqualTo("failed");
        assertThat(line.has("path")).isFalse();
        assertThat(visible()).doesNotContain(file(endorsed));
        return line.get("why").asText();
    }

    @Test
    void otherBytesAreNeverSeen() {
        byte[] image = image();
        byte[] other = image.clone();
        other[499_999] ^= 1;

        assertThat(whyItFails(image, good(other))).contains("other bytes than those endorsed");
    }

    @Test
    void aShorterFileIsNotTaken() {
        byte[] image = image();

        assertThat(whyItFails(image, good(Arrays.copyOf(image, 499_999))))
                .contains("serves 499999 bytes where 500000 are endorsed");
    }

    @Test
    void aLongerFileIsNotTakenEvenWithoutALength() {
        byte[] image = image();

        assertThat(
                        whyItFails(
                                image,
                                (_, out) -> {
                                    head(out, "200 OK");
                                    out.write(image);
                                    out.write(7);
                                }))
                .contains("more than the 500000 bytes");
    }

    @Test
    void aServerThatFallsSilentIsLeft() {
        byte[] image = image();

        assertThat(
                        whyItFails(
                                image,
                                (ask, out) -> {
                                    head(out, "200 OK", "Content-Length: 500000");
                                    out.flush();
                                    ask.socket().getInputStream().read();
                                }))
                .contains("stalled");
    }

    @Test
    void aServerThatDripsIsLeft() {
        byte[] image = image();

        assertThat(
                        whyItFails(
                                image,
                                (ask, out) -> {
                                    if (ask.from() > 0) {
                                        head(out, "416 Range Not Satisfiable");
                                        return;
                                    }
                                    head(out, "200 OK", "Content-Length: 500000");
                                    for (int i = 0; i < 10_000; i++) {
                                        out.write(image, i, 1);
                                        out.flush();
                                        SiteTrial.pause();
                                    }
                                }))
                .contains("416");
    }

    @Test
    void redirectsInACircleEnd() {
        byte[] image = image();
        String path = path("circle");
        var endorsed =
                approved(
                        image,
                        server.at(path, (_, out) -> head(out, "302 Found", "Location: " + path)));

        var line = at.await(site, endorsed, "failed"::equals);

        assertThat(line.get("why").asText()).contains("redirects more than 5 times");
        assertThat(server.asked.stream().filter(path::equals)).hasSize(6);
    }

    @Test
    void aRangeThatWasNotAskedForIsNotTaken() {
        byte[] image = image();

        assertThat(
                        whyItFails(
                                image,
                                (_, out) -> {
                                    head(
                                            out,
                                            "206 Partial Content",
                                            "Content-Range: bytes 10-499999/500000");
                                    out.write(image, 10, 499_990);
                                }))
                .contains("where 'bytes 0-499999/500000' was expected");
    }

    @Test
    void aFileOfTheSiteIsNotReadUnlessAllowed() throws IOException {
        byte[] image = image();
        Path secret = Files.write(trial.directory.resolve("secret"), image);

        var endorsed = approved(image, secret.toUri().toString());

        assertThat(at.await(site, endorsed, "failed"::equals).get("why").asText())
                .contains("allow-file-locations");
    }

    @Test
    void theNextLocationIsAskedAndTheBytesThatAreThereAreKept() {
        byte[] image = image();
        String broken = path("broken");
        String missing = path("missing");
        String whole = path("whole");
        var endorsed =
                approved(
                        image,
                        server.at(missing, (_, out) -> head(out, "404 Not Found")),
                        server.at(
                                broken,
                                (ask, out) -> {
                                    if (ask.from() > 0) {
                                        head(out, "503 Service Unavailable");
                                        return;
                                    }
                                    head(out, "200 OK", "Content-Length: 500000");
                                    out.write(image, 0, 200_000);
                                    out.flush();
                                }),
                        server.at(whole, good(image)));

        at.await(site, endorsed, "available"::equals);

        assertThat(file(endorsed)).hasBinaryContent(image);
        // A broken connection may take the last bytes with it; those that arrived are kept.
        assertThat(server.asked)
                .contains(missing, broken)
                .anyMatch(asked -> asked.startsWith(whole + " bytes="));
    }

    @Test
    void wrongBytesFromOneLocationDoNotSpoilTheNext() {
        byte[] image = image();
        byte[] wrong = new byte[200_000];
        String broken = path("broken");
        String whole = path("whole");
        var endorsed =
                approved(
                        image,
                        server.at(
                                broken,
                                (ask, out) -> {
                                    if (ask.from() > 0) {
                                        head(out, "503 Service Unavailable");
                                        return;
                                    }
                                    head(out, "200 OK", "Content-Length: 500000");
                                    out.write(wrong);
                                    out.flush();
                                }),
                        server.at(whole, good(image)));

        at.await(site, endorsed, "available"::equals);

        assertThat(file(endorsed)).hasBinaryContent(image);
        assertThat(server.asked)
                .contains(whole)
                .anyMatch(asked -> asked.startsWith(whole + " bytes="));
    }

    @Test
    void aServerThatBreaksOffIsGoneOnWith() {
        byte[] image = image();
        String path = path("reset");
        var endorsed =
                approved(
                        image,
                        server.at(
                                path,
                                (ask, out) -> {
                                    int from = ask.from();
                                    int to = Math.min(from + 150_000, image.length);
                                    head(
                                            out,
                                            from == 0 ? "200 OK" : "206 Partial Content",
                                            "Content-Length: " + (image.length - from),
                                            "Content-Range: bytes %d-499999/500000"
                                                    .formatted(from));
                                    out.write(image, from, to - from);
                                    out.flush();
                                    SiteTrial.pause();
                                    SiteTrial.pause();
                                    ask.socket().setSoLinger(true, to == image.length ? 5 : 0);
                                }));

        at.await(site, endorsed, "available"::equals);

        assertThat(file(endorsed)).hasBinaryContent(image);
    }

    @Test
    void aSiteThatStopsInTheMiddleGoesOnAfterwards() throws Exception {
        byte[] image = image();
        String path = path("slow");
        var half = new CountDownLatch(1);
        var restarted = new CountDownLatch(1);
        var endorsed =
                approved(
                        image,
                        server.at(
                                path,
                                (ask, out) -> {
                                    if (ask.from() > 0 || restarted.getCount() == 0) {
                                        good(image).answer(ask, out);
                                        return;
                                    }
                                    head(out, "200 OK", "Content-Length: 500000");
                                    out.write(image, 0, 300_000);
                                    out.flush();
                                    half.countDown();
                                    restarted.await();
                                }));
        half.await();
        while (!Files.list(at.store.resolve(".incoming"))
                .anyMatch(p -> p.toFile().length() == 300_000)) {
            SiteTrial.pause();
        }
        site.close();
        assertThat(visible()).doesNotContain(file(endorsed));

        site = at.start();
        at.await(site, endorsed, "available"::equals);
        restarted.countDown();

        assertThat(file(endorsed)).hasBinaryContent(image);
        assertThat(server.asked).contains(path + " bytes=300000-499999");
    }

    @Test
    @Clause("WLCG-4")
    void aFileThatWasChangedInTheStoreIsReplaced() throws IOException {
        byte[] image = image();
        String path = path("good");
        var endorsed = approved(image, server.at(path, good(image)));
        at.await(site, endorsed, "available"::equals);
        site.close();
        file(endorsed).toFile().setWritable(true);
        byte[] patched = image.clone();
        patched[7] ^= 1;
        Files.write(file(endorsed), patched);
        Path foreign = Files.write(at.store.resolve("notes.txt"), new byte[] {1});
        Path rogue =
                Files.write(at.store.resolve("00000000-0000-0000-0000-000000000000-1.raw"), image);
        long before = server.asked.stream().filter(path::equals).count();

        site = at.start();
        while (Files.exists(rogue)
                || server.asked.stream().filter(path::equals).count() == before) {
            SiteTrial.pause();
        }
        at.await(site, endorsed, "available"::equals);

        assertThat(file(endorsed)).hasBinaryContent(image);
        assertThat(foreign).exists();
    }

    @Test
    @Clause("END-4.6")
    void aTransferOfWhatIsRevokedMeanwhileStops() throws Exception {
        byte[] image = image();
        var begun = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var endorsed =
                approved(
                        image,
                        server.at(
                                path("endless"),
                                (ask, out) -> {
                                    head(out, "200 OK", "Content-Length: 500000");
                                    begun.countDown();
                                    try {
                                        for (int i = 0; i < 500; i++) {
                                            out.write(image, i * 1000, 1000);
                                            out.flush();
                                            Thread.sleep(20);
                                        }
                                    } finally {
                                        ended.countDown();
                                    }
                                }));
        begun.await();
        at.revoke(catalogue, endorsed);
        at.await(site, endorsed, "revoked"::equals);
        ended.await();

        assertThat(visible()).doesNotContain(file(endorsed));
    }
}
