package org.imprimatur.node.driver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.imprimatur.node.driver.Driver.Held;
import org.imprimatur.node.driver.Driver.Use;
import org.imprimatur.node.driver.OpenNebulaDriver.Visibility;
import org.imprimatur.node.fetch.Calls;
import org.imprimatur.node.fetch.Proxies;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Owner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Exchanges with OpenNebula, written down in {@code opennebula/} by the form that its documentation
 * gives them, and played by a small server: not a real front-end.
 */
class OpenNebulaDriverTest {

    private static final Mark MARK = Mark.parse("0f1e2d3c-4b5a-4968-8776-655443322110");

    /** What is expected next: the method, the file of the answer, and what stands in it. */
    private record Exchange(String method, String file, String state, boolean shared) {}

    @TempDir private Path directory;
    private Path upload;
    private SampleImage sample;
    private StoredImage image;
    private HttpServer server;
    private Driver driver;
    private final Queue<Exchange> expected = new ConcurrentLinkedQueue<>();
    private final Queue<String> heard = new ConcurrentLinkedQueue<>();
    private volatile byte[] seenByFrontEnd;

    @BeforeEach
    void start() throws Exception {
        upload = Files.createDirectory(directory.resolve("upload"));
        sample = new SampleImage(directory);
        image = sample.of("a disk".repeat(1000).getBytes(UTF_8), "qcow2");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/RPC2",
                exchange -> {
                    var said = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
                    heard.add(said);
                    var next = expected.poll();
                    if (next == null || !said.contains("<methodName>" + next.method() + "<")) {
                        exchange.sendResponseHeaders(500, -1);
                    } else {
                        if (Files.exists(staged())) {
                            seenByFrontEnd = Files.readAllBytes(staged());
                        }
                        var answer = played(next);
                        exchange.sendResponseHeaders(200, answer.length);
                        exchange.getResponseBody().write(answer);
                    }
                    exchange.close();
                });
        server.start();
        var session = Files.writeString(directory.resolve("session"), "imprimatur:open<sesame>\n");
        driver =
                new OpenNebulaDriver(
                        new OpenNebulaDriver.Settings(
                                "one",
                                session,
                                1,
                                upload,
                                "/mnt/upload/",
                                OptionalInt.of(105),
                                Visibility.GROUP,
                                "EGI ",
                                Duration.ofSeconds(20),
                                Duration.ofMillis(5)),
                        Owner.parse("site:alpha"),
                        new XmlRpc(
                                new Calls(Optional.empty(), Proxies.NONE),
                                URI.create(
                                        "http://127.0.0.1:%d/RPC2"
                                                .formatted(server.getAddress().getPort()))));
    }

    @AfterEach
    void stop() {
        driver.close();
        server.stop(0);
    }

    private byte[] played(Exchange exchange) throws IOException {
        try (InputStream in =
                getClass().getResourceAsStream("/opennebula/" + exchange.file() + ".xml")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8)
                    .replace("@MARK@", MARK.toString())
                    .replace("@MARK8@", MARK.toString().substring(0, 8))
                    .replace("@SITE@", "site:alpha")
                    .replace("@SHA512@", image.digest().hex())
                    .replace("@STATE@", exchange.state())
                    .replace("@GROUP@", exchange.shared() ? "1" : "0")
                    .replace(
                            "@ERROR@",
                            exchange.state().equals("5")
                                    ? "&lt;ERROR&gt;Hash does not match&lt;/ERROR&gt;"
                                    : "")
                    .getBytes(UTF_8);
        }
    }

    private void expect(String method, String file) {
        expect(method, file, "", false);
    }

    private void expect(String method, String file, String state, boolean shared) {
        expected.add(new Exchange(method, file, state, shared));
    }

    private Path staged() {
        return upload.resolve("imprimatur-" + MARK);
    }

    /** The calls of a method, each with its arguments. */
    private List<List<String>> calls(String method) throws DriverException {
        var found = new ArrayList<List<String>>();
        for (var said : heard) {
            var call = OutsideXml.read(said.getBytes(UTF_8), "a call");
            if (call.text("methodName").equals(method)) {
                found.add(
                        call.all("params").getFirst().all("param").stream()
                                .map(p -> p.all("value").getFirst().children().getFirst().text())
                                .toList());
            }
        }
        return found;
    }

    private Publication publication() {
        return SampleImage.publication(MARK, "one", image);
    }

    @Test
    @Clause("WLCG-8")
    void anImageIsFetchedByTheFrontEndAndShownToTheGroupWhenItIsReady() throws Exception {
        expect("one.imagepool.info", "pool-empty");
        expect("one.image.allocate", "image-seven");
        expect("one.image.info", "image", "4", false);
        expect("one.image.info", "image", "1", false);
        expect("one.image.chown", "image-seven");
        expect("one.image.chmod", "image-seven");

        assertThat(driver.publish(MARK, image)).isEqualTo("7");

        assertThat(expected).isEmpty();
        byte[] content = Files.readAllBytes(image.file());
        assertThat(seenByFrontEnd).isEqualTo(content);
        assertThat(staged()).as("gone when it was fetched").doesNotExist();
        var made = calls("one.image.allocate").getFirst();
        assertThat(made.get(0)).isEqualTo("imprimatur:open<sesame>");
        assertThat(made.get(2)).as("the datastore").isEqualTo("1");
        var template = OutsideXml.read(made.get(1).getBytes(UTF_8), "the template");
        assertThat(template.text("PATH")).isEqualTo("/mnt/upload/imprimatur-" + MARK);
        assertThat(template.text("SHA1"))
                .isEqualTo(
                        HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-1").digest(content)));
        assertThat(template.text("NAME")).isEqualTo("EGI An image of a sample 1.0 (0f1e2d3c)");
        assertThat(template.text("FORMAT")).isEqualTo("qcow2");
        assertThat(template.text("PERSISTENT")).isEqualTo("NO");
        assertThat(template.text("IMPRIMATUR_MARK")).isEqualTo(MARK.toString());
        assertThat(template.text("IMPRIMATUR_SHA512")).isEqualTo(image.digest().hex());
        assertThat(calls("one.image.chown").getFirst().subList(1, 4))
                .containsExactly("7", "-1", "105");
        assertThat(calls("one.image.chmod").getFirst().subList(1, 11))
                .containsExactly("7", "1", "1", "0", "1", "0", "0", "0", "0", "0");
    }

    @Test
    void anImageOfOtherBytesIsDeletedThereAndToldWhy() throws Exception {
        expect("one.imagepool.info", "pool-empty");
        expect("one.image.allocate", "image-seven");
        expect("one.image.info", "image", "5", false);
        expect("one.image.delete", "image-seven");

        assertThatThrownBy(() -> driver.publish(MARK, image))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("Hash does not match");
        assertThat(expected).isEmpty();
    }

    @Test
    void whatWasBegunBeforeACrashIsGoneOnWith() throws Exception {
        expect("one.imagepool.info", "pool-with-image", "4", false);
        expect("one.image.info", "image", "1", false);
        expect("one.image.update", "image-seven");
        expect("one.image.chown", "image-seven");
        expect("one.image.chmod", "image-seven");

        assertThat(driver.publish(MARK, image)).isEqualTo("7");
        assertThat(expected).isEmpty();
    }

    @Test
    void anImageThatStandsByAnotherEndorsementIsLabelledAnewAndNotMadeAgain() throws Exception {
        expect("one.imagepool.info", "pool-with-image", "1", true);
        expect("one.image.update", "image-seven");
        expect("one.image.chown", "image-seven");
        expect("one.image.chmod", "image-seven");

        assertThat(driver.publish(MARK, image)).isEqualTo("7");

        assertThat(expected).isEmpty();
        var said = calls("one.image.update").getFirst();
        assertThat(said.get(1)).isEqualTo("7");
        assertThat(said.get(3)).as("what else is in the template stays").isEqualTo("1");
        var template = OutsideXml.read(said.get(2).getBytes(UTF_8), "the template");
        assertThat(template.text("IMPRIMATUR_ENDORSEMENT")).isEqualTo(image.candidate().id().hex());
        assertThat(template.all("PATH")).isEmpty();
    }

    @Test
    void aWithdrawnImageIsShownToNobodyAndDisabled() throws Exception {
        expect("one.imagepool.info", "pool-with-image", "1", true);
        expect("one.image.chmod", "image-seven");
        expect("one.image.enable", "image-seven");

        assertThat(driver.withdraw(publication())).as("it is kept aside").isFalse();

        assertThat(expected).isEmpty();
        assertThat(calls("one.image.chmod").getFirst().subList(1, 11))
                .containsExactly("7", "1", "1", "0", "0", "0", "0", "0", "0", "0");
        assertThat(calls("one.image.enable").getFirst().subList(1, 3)).containsExactly("7", "0");
    }

    @Test
    void anImageInUseIsShownToNobodyAndDeletedOnlyWhenItIsFree() throws Exception {
        expect("one.imagepool.info", "pool-with-image", "2", true);
        expect("one.image.chmod", "image-seven");
        assertThat(driver.withdraw(publication())).isFalse();

        expect("one.imagepool.info", "pool-with-image", "2", false);
        assertThat(driver.remove(publication())).as("in use").isFalse();

        expect("one.imagepool.info", "pool-with-image", "3", false);
        expect("one.image.delete", "image-seven");
        assertThat(driver.remove(publication())).isTrue();
        assertThat(expected).isEmpty();
    }

    @Test
    void whatIsNotTheSitesIsLeftAlone() throws Exception {
        expect("one.imagepool.info", "pool-of-others");
        assertThat(driver.withdraw(publication())).isTrue();

        expect("one.imagepool.info", "pool-of-others");
        assertThat(driver.remove(publication())).isTrue();

        expect("one.imagepool.info", "pool-of-others");
        assertThat(driver.held(List.of(publication()))).isEmpty();
        assertThat(heard).hasSize(3);
    }

    @Test
    void whatIsThereIsToldAsItIs() throws Exception {
        record Case(String state, boolean shared, Use use) {}
        for (var one :
                List.of(
                        new Case("1", true, Use.OFFERED),
                        new Case("2", true, Use.OFFERED),
                        new Case("2", false, Use.ASIDE),
                        new Case("3", false, Use.ASIDE),
                        new Case("4", true, Use.BROKEN),
                        new Case("5", true, Use.BROKEN))) {
            expect("one.imagepool.info", "pool-with-image", one.state(), one.shared());
            assertThat(driver.held(List.of(publication())))
                    .as(one.toString())
                    .containsExactly(new Held(MARK, "7", one.use()));
        }
    }

    @Test
    void aMachineIsEndedAtOnceAndOneThatHasEndedAlreadyIsNoFailure() throws Exception {
        expect("one.vm.action", "machine-terminating");
        driver.terminate("42", "wn1");
        assertThat(calls("one.vm.action").getFirst().subList(1, 3))
                .containsExactly("terminate-hard", "42");

        expect("one.vm.action", "machine-unknown");
        driver.terminate("42", "wn1");

        expect("one.vm.action", "machine-in-wrong-state");
        expect("one.vm.info", "machine-done");
        driver.terminate("42", "wn1");
        assertThat(expected).isEmpty();

        assertThatThrownBy(() -> driver.terminate("42; rm", "wn1"))
                .isInstanceOf(DriverException.class)
                .hasMessage("that is no number of a machine");
    }

    @Test
    void aRefusalIsToldWithoutTheSession() {
        expect("one.imagepool.info", "not-authenticated");
        assertThatThrownBy(() -> driver.held(List.of(publication())))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("the session was not taken")
                .hasMessageNotContaining("sesame");

        expect("one.imagepool.info", "fault-unknown-method");
        assertThatThrownBy(() -> driver.held(List.of(publication())))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("not known there");

        expect("one.imagepool.info", "with-document-type");
        assertThatThrownBy(() -> driver.held(List.of(publication())))
                .isInstanceOf(DriverException.class)
                .hasMessageNotContaining("root:");

        assertThatThrownBy(() -> driver.held(List.of(publication())))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("status 500");
    }

    @Test
    void whatTheFrontEndWouldTakeForSomethingElseIsNotGivenToIt() throws Exception {
        byte[] gzip = new byte[1024];
        gzip[0] = 0x1f;
        gzip[1] = (byte) 0x8b;
        byte[] tar = new byte[1024];
        System.arraycopy("ustar".getBytes(ISO_8859_1), 0, tar, 257, 5);
        for (var content : List.of(gzip, tar, "PK\3\4, and more".getBytes(ISO_8859_1))) {
            var packed = sample.of(content, "raw");
            expect("one.imagepool.info", "pool-empty");
            assertThatThrownBy(() -> driver.publish(MARK, packed))
                    .isInstanceOf(DriverException.class)
                    .hasMessageContaining("would unpack it");
            assertThat(staged()).doesNotExist();
        }

        var vmdk = sample.of("a disk".getBytes(UTF_8), "vmdk");
        expect("one.imagepool.info", "pool-empty");
        assertThatThrownBy(() -> driver.publish(MARK, vmdk))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("takes raw and qcow2");
    }

    @Test
    void aCopyOfOtherBytesIsNotGivenToIt() throws Exception {
        var damaged = sample.of("endorsed".getBytes(UTF_8), "raw", "another".getBytes(UTF_8));
        expect("one.imagepool.info", "pool-empty");

        assertThatThrownBy(() -> driver.publish(MARK, damaged))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("was expected");
        assertThat(staged()).doesNotExist();
    }
}
