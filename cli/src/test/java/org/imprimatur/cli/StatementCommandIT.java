package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.register.StatementId;
import org.imprimatur.trust.Envelope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Statements that leave in foreign forms, and openssl's word on them. */
class StatementCommandIT {

    /** Takes an envelope apart and writes what its signature is over, as the DSSE protocol says. */
    private static final String TAKE_APART =
            """
            import base64, json, sys
            text = json.load(open(sys.argv[1]))
            envelope = text.get("dsseEnvelope", text)
            payload = base64.b64decode(envelope["payload"])
            kind = envelope["payloadType"].encode()
            signature = envelope["signatures"][0]
            if "x5c" in signature:
                certificate = signature["x5c"][0]
            else:
                certificate = text["verificationMaterial"]["certificate"]["rawBytes"]
            open("signed", "wb").write(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload))
            open("signature", "wb").write(base64.b64decode(signature["sig"]))
            open("certificate", "wb").write(base64.b64decode(certificate))
            """;

    @TempDir Path directory;

    private TrialStory story;
    private Path image;
    private Path bundle;

    @BeforeEach
    void endorse() throws IOException {
        story = new TrialStory(directory);
        image =
                story.endorse(
                        directory, "image.qcow2", "an image".getBytes(StandardCharsets.UTF_8));
        bundle = directory.resolve("image.qcow2.bundle.json");
    }

    private Path export(String form) {
        var file = directory.resolve(form + ".json");
        var ran = Ran.of("statement", "export", bundle.toString(), "--as", form, "--to", "" + file);
        assertThat(ran.status()).as(ran.err()).isZero();
        return file;
    }

    private Ran verify(Path file, String... options) {
        var line =
                new java.util.ArrayList<>(
                        List.of("statement", "verify", file.toString(), "--at", TrialStory.AT));
        line.addAll(List.of(options));
        return Ran.of(line);
    }

    private String tool(String... command) throws IOException, InterruptedException {
        var process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @Test
    void theEnvelopeLeavesExactlyAsSigned() throws IOException {
        var signed = Bundle.read(Files.readAllBytes(bundle)).entry().entry().envelope();

        assertThat(export("dsse")).hasBinaryContent(signed);
        assertThat(Ran.of("statement", "export", bundle.toString()).out())
                .isEqualTo(new String(signed, StandardCharsets.UTF_8));
        assertThat(Ran.of("statement", "export", bundle.toString(), "--as", "lines").out().lines())
                .hasSize(3);
    }

    @Test
    void opensslVerifiesTheSignatureInEachForm() throws Exception {
        Files.writeString(directory.resolve("apart.py"), TAKE_APART);
        for (var form : List.of("dsse", "sigstore")) {
            tool("python3", "apart.py", export(form).getFileName().toString());
            tool("sh", "-c", "openssl x509 -inform der -in certificate -noout -pubkey > key.pem");

            assertThat(
                            tool(
                                    "openssl",
                                    "dgst",
                                    "-sha256",
                                    "-verify",
                                    "key.pem",
                                    "-signature",
                                    "signature",
                                    "signed"))
                    .contains("Verified OK");
        }
    }

    @Test
    void whatLeavesIsReadBackAndSpeaksOfTheImage() throws IOException {
        for (var form : List.of("dsse", "sigstore")) {
            var ran =
                    verify(
                            export(form),
                            "--anchors",
                            story.anchors.toString(),
                            "--image",
                            image.toString());

            assertThat(ran.status()).as(ran.err() + ran.out()).isZero();
            assertThat(ran.out()).contains("CN=Alice", "'image.qcow2'");
            assertThat(ran.lastLine()).isEqualTo("ACCEPTED: it speaks of this image");
        }
    }

    @Test
    void whatOpensslHasSignedIsVerifiedWithItsKey() throws Exception {
        var sha256 = tool("openssl", "dgst", "-sha256", "-r", "image.qcow2").substring(0, 64);
        Files.writeString(
                directory.resolve("statement"),
                """
                {"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "image", "digest": {"sha256": "%s"}}],
                 "predicateType": "https://slsa.dev/provenance/v1",
                 "predicate": {"buildDefinition": {"buildType": "https://example.org/build"}, "runDetails": {"builder": {"id": "https://example.org/"}}}}
                """
                        .formatted(sha256));
        tool("openssl", "genpkey", "-algorithm", "RSA", "-out", "builder.key");
        tool("openssl", "pkey", "-in", "builder.key", "-pubout", "-out", "builder.pub");
        tool(
                "python3",
                "-c",
                "p = open('statement', 'rb').read(); t = b'application/vnd.in-toto+json';"
                        + " open('signed', 'wb').write(b'DSSEv1 %d %s %d %s' % (len(t), t, len(p), p))");
        tool("openssl", "dgst", "-sha256", "-sign", "builder.key", "-out", "signature", "signed");
        tool(
                "python3",
                "-c",
                "import base64, json; b = lambda f: base64.b64encode(open(f, 'rb').read()).decode();"
                        + " json.dump({'payloadType': 'application/vnd.in-toto+json', 'payload':"
                        + " b('statement'), 'signatures': [{'sig': b('signature')}]},"
                        + " open('provenance.json', 'w'))");
        var file = directory.resolve("provenance.json");
        var key = directory.resolve("builder.pub").toString();

        var ran = verify(file, "--key", key, "--image", image.toString(), "--output", "json");

        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.json().path("provenance").path("builder").asText())
                .isEqualTo("https://example.org/");
        Files.writeString(image, "another image");
        var other = verify(file, "--key", key, "--image", image.toString());
        assertThat(other.status()).isOne();
        assertThat(other.lastLine()).startsWith("REFUSED [image-not-named]");
    }

    @Test
    void wrongUseAndUnreadableFilesHaveTheirStatuses() throws IOException {
        var none = Files.writeString(directory.resolve("none"), "{}");

        assertThat(Ran.of("statement").status()).isEqualTo(2);
        assertThat(verify(none).status()).isEqualTo(2);
        assertThat(verify(none, "--anchors", story.anchors.toString()).status()).isEqualTo(3);
        assertThat(verify(none, "--anchors", story.anchors.toString()).err())
                .contains("[not-an-envelope]");
        assertThat(verify(none, "--key", none.toString()).status()).isEqualTo(3);
        assertThat(
                        verify(none, "--anchors", story.anchors.toString(), "--digest", "md5:1")
                                .status())
                .isEqualTo(2);
        assertThat(Ran.of("statement", "export", none.toString()).status()).isEqualTo(3);
        assertThat(
                        Ran.of("statement", "export", bundle.toString(), "--to", none.toString())
                                .status())
                .isEqualTo(2);
    }

    @Test
    void aNodeThatShowsAnotherStatementThanWasAskedForIsFoundOut() throws IOException {
        var envelope = Bundle.read(Files.readAllBytes(bundle)).entry().entry().envelope();
        var id = StatementId.of(Envelope.parse(envelope).payload()).hex();
        var answer =
                "{\"envelope\": \"%s\"}".formatted(Base64.getEncoder().encodeToString(envelope));
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/api/v1/statements/",
                exchange -> {
                    exchange.sendResponseHeaders(200, answer.length());
                    exchange.getResponseBody().write(answer.getBytes(StandardCharsets.US_ASCII));
                    exchange.close();
                });
        server.start();
        try {
            var node = "http://127.0.0.1:" + server.getAddress().getPort();

            assertThat(Ran.of("statement", "export", id, "--node", node).out())
                    .isEqualTo(new String(envelope, StandardCharsets.UTF_8));
            var other = Ran.of("statement", "export", "0".repeat(64), "--node", node);
            assertThat(other.status()).isOne();
            assertThat(other.out()).isEmpty();
        } finally {
            server.stop(0);
        }
    }
}
