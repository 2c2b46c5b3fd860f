package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListCommandsTest {

    private static final Path LISTS =
            Path.of(System.getProperty("imprimatur.root", ".."))
                    .resolve("exchange/src/test/resources/hepix");
    private static final String AT = "2026-11-21T12:00:00Z";

    @TempDir Path directory;

    private static String list(String name) {
        return LISTS.resolve(name + ".list").toString();
    }

    private static Ran verify(String source, String... more) {
        var line =
                new ArrayList<>(
                        List.of(
                                "list",
                                "verify",
                                source,
                                "--anchors",
                                LISTS.resolve("anchors").toString(),
                                "--at",
                                AT));
        line.addAll(List.of(more));
        return Ran.of(line);
    }

    @ParameterizedTest
    @CsvSource({
        "good, 0, ACCEPTED, ''",
        "image-climbs-out, 0, ACCEPTED, ''",
        "tampered-content, 1, REFUSED, digest-mismatch",
        "unsigned, 1, REFUSED, not-signed",
        "sha1, 1, REFUSED, weak-digest",
        "text, 3, UNREADABLE, not-a-list"
    })
    void theStatusAndTheDocumentSayTheSame(String name, int status, String verdict, String reason) {
        var text = verify(list(name));
        var json = verify(list(name), "--output", "json");

        assertThat(text.status()).as(text.err()).isEqualTo(status);
        assertThat(json.status()).isEqualTo(status);
        assertThat(json.json().path("verdict").asText()).isEqualTo(verdict);
        assertThat(json.json().path("reason").asText("")).isEqualTo(reason);
        assertThat(text.err() + text.out()).doesNotContain("Exception");
    }

    @Test
    void anUnusableImageIsListedAndTheOthersStay() {
        var json = verify(list("image-climbs-out"), "--output", "json").json();

        assertThat(json.path("usable").asInt()).isEqualTo(1);
        assertThat(json.path("unusable").asInt()).isEqualTo(1);
        assertThat(json.at("/images/1/reasons/0/code").asText())
                .isEqualTo("image-identifier-not-uuid");
        assertThat(json.at("/images/0/identifier").asText())
                .isEqualTo("7c5d0a6e-1c7f-4d0e-8f25-3a1be0c4d201");
    }

    @Test
    void whatIsKnownBeforehandIsHeldAgainstTheList() {
        assertThat(verify(list("sha1"), "--legacy-sha1").status()).isZero();
        assertThat(verify(list("rollback")).status()).isZero();
        assertThat(verify(list("rollback"), "--previous", list("good")).out())
                .contains("[version-lower]")
                .endsWith("REFUSED\n");
        assertThat(verify(list("good"), "--endorser", "/CN=Bob").out())
                .contains("[unexpected-endorser]");
        assertThat(verify(list("good"), "--endorser", "CN=Bob").out())
                .contains("[unexpected-endorser]");
        assertThat(
                        verify(
                                        list("good"),
                                        "--endorser",
                                        "CN=Alice Endorser,O=Physics,DC=example,DC=org",
                                        "--issuer",
                                        "CN=Example Grid CA,DC=example,DC=org")
                                .status())
                .isZero();
        assertThat(verify(list("good"), "--endorser", "Bob").status()).isEqualTo(2);
    }

    @Test
    void aListIsFetchedWithItsCredentialsWhichAreNotShown() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var request = serveOnce(server, "200 OK", Files.readAllBytes(Path.of(list("good"))));

            var ran =
                    verify(
                            "http://secret-token:x-oauth-basic@127.0.0.1:"
                                    + server.getLocalPort()
                                    + "/store/vo/physics/image.list");

            assertThat(ran.status()).as(ran.err()).isZero();
            assertThat(ran.out() + ran.err()).doesNotContain("secret-token");
            assertThat(ran.out()).contains("hv:uri says that the list is at");
            assertThat(request.get())
                    .startsWith("GET /store/vo/physics/image.list ")
                    .contains("Authorization: Basic c2VjcmV0LXRva2VuOngtb2F1dGgtYmFzaWM=");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"404 Not Found", "302 Found", "500 Oops"})
    void whatCannotBeFetchedIsNotAnEmptyList(String status) throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            serveOnce(server, status, new byte[0]);

            var ran = verify("http://t:x@127.0.0.1:" + server.getLocalPort() + "/image.list");

            assertThat(ran.status()).as(ran.err()).isEqualTo(4);
            assertThat(ran.errLines()).hasSize(1);
            assertThat(ran.err()).doesNotContain("t:x@");
            assertThat(ran.out()).isEmpty();
        }
    }

    private static CompletableFuture<String> serveOnce(
            ServerSocket server, String status, byte[] body) {
        var request = new CompletableFuture<String>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try (var caller = server.accept()) {
                                byte[] head = new byte[8192];
                                int read = caller.getInputStream().read(head);
                                request.complete(
                                        new String(head, 0, read, StandardCharsets.US_ASCII));
                                var out = caller.getOutputStream();
                                out.write(
                                        ("HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n"
                                                        .formatted(status, body.length))
                                                .getBytes(StandardCharsets.US_ASCII));
                                out.write(body);
                            } catch (IOException e) {
                                request.completeExceptionally(e);
                                throw new UncheckedIOException(e);
                            }
                        });
        return request;
    }

    @Test
    void aListIsSignedVerifiedSignedAnewAndCompared() {
        var keys = directory.resolve("keys");
        assertThat(Ran.of("keygen", "--dir", keys.toString(), "Alice").status()).isZero();
        var first = directory.resolve("first.list");
        var second = directory.resolve("second.list");

        var signed = sign(list("unsigned"), first, keys);
        assertThat(signed.status()).as(signed.err()).isZero();
        assertThat(sign(first.toString(), second, keys).status()).isZero();

        var verified =
                Ran.of(
                        "list",
                        "verify",
                        second.toString(),
                        "--anchors",
                        keys.resolve("anchors").toString(),
                        "--previous",
                        first.toString(),
                        "--require-crls",
                        "--endorser",
                        "/O=Imprimatur trials/OU=for trials only/CN=Alice");
        assertThat(verified.status()).as(verified.out() + verified.err()).isZero();
        assertThat(verified.out()).contains("version 32", "2 of 2 images usable");
        var diff = Ran.of("list", "diff", first.toString(), second.toString(), "--output", "json");
        assertThat(diff.status()).isZero();
        assertThat(diff.json().path("list").toString()).contains("hv:version");
        assertThat(diff.json().path("changed").isEmpty()).isTrue();
        assertThat(Ran.of("list", "show", second.toString()).out())
                .contains(
                        "not verified",
                        "Worker nodes",
                        "answers for it from",
                        "or until a newer list is without it");
    }

    @Test
    void aListIsSignedByAKeyOnAToken() throws Exception {
        var keys = directory.resolve("keys");
        assertThat(Ran.of("keygen", "--dir", keys.toString(), "Alice").status()).isZero();
        var token = SoftToken.token();
        token.take(keys, "alice", "0a");
        var out = directory.resolve("token.list").toString();
        var line = new ArrayList<>(List.of("list", "sign", list("unsigned"), "--out", out));
        line.addAll(List.of(token.options("alice")));

        var signed = Ran.of(line);
        assertThat(signed.status()).as(signed.err()).isZero();
        var verified =
                Ran.of("list", "verify", out, "--anchors", keys.resolve("anchors").toString());
        assertThat(verified.status()).as(verified.out() + verified.err()).isZero();

        line.set(line.indexOf("--password-file") + 1, list("unsigned"));
        line.set(line.indexOf(out), out + ".never");
        line.replaceAll(word -> word.replace("object=alice", "object=bob"));
        var refused = Ran.of(line);
        assertThat(refused.status()).isEqualTo(3);
        assertThat(refused.errLines()).hasSize(1);
    }

    private static Ran sign(String draft, Path out, Path keys) {
        return Ran.of(
                "list",
                "sign",
                draft,
                "--out",
                out.toString(),
                "--key",
                keys.resolve("alice-key.pem").toString(),
                "--cert",
                keys.resolve("alice.pem").toString());
    }

    @Test
    void aDraftThatIsNotWholeIsNotSigned() {
        var keys = directory.resolve("keys");
        Ran.of("keygen", "--dir", keys.toString(), "Alice");
        var out = directory.resolve("out.list");

        var ran = sign(list("good-hepix-keys-only"), out, keys);

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.errLines()).hasSize(1);
        assertThat(ran.err()).contains("no ad:vo", "no ad:mpuri");
        assertThat(out).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify", "sign", "show", "diff", "publish", "token"})
    void theHelpOfEachHasAnExampleAndTheExitStatuses(String command) {
        var ran = Ran.of("list", command, "--help");

        assertThat(ran.status()).isZero();
        assertThat(ran.out())
                .contains("  imprimatur list " + command, "Exit status:", "70", "--output");
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "list verify", "list sign x", "list diff x", "list nonsense"})
    void aWrongCommandLineIsStatusTwo(String line) {
        var ran = Ran.of(line.split(" "));

        assertThat(ran.status()).as(ran.err()).isEqualTo(2);
        assertThat(ran.errLines()).hasSizeLessThanOrEqualTo(2);
    }
}
