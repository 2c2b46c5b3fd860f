package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.SimpleFileServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.openpgp.PGPUtil;
import org.imprimatur.register.Sha256;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.XZInputStream;

class StreamsCommandTest {

    private static final byte[] IMAGE = "an image".getBytes(StandardCharsets.UTF_8);
    private static final Path KEYS =
            Path.of(System.getProperty("imprimatur.root", ".."))
                    .resolve("exchange/src/test/resources/streams");

    @TempDir Path directory;

    private TrialStory story;
    private Path root;

    @BeforeEach
    void endorse() throws IOException {
        story = new TrialStory(directory);
        root = Files.createDirectory(directory.resolve("served"));
        story.endorse(root, "image.qcow2", IMAGE);
        story.endorse(root, "second.qcow2", "another".getBytes(StandardCharsets.UTF_8));
    }

    private Ran write(String... options) {
        return run("write", root.toString(), options);
    }

    private Ran verify(String where, String... options) {
        return run("verify", where, options);
    }

    private Ran run(String command, String where, String... options) {
        var line = new ArrayList<>(List.of("streams", command, where));
        line.addAll(List.of(options));
        return Ran.trusting(story, line.toArray(String[]::new));
    }

    private static String key(String name) {
        return KEYS.resolve(name).toString();
    }

    private JsonNode json(String path) throws IOException {
        return new JsonMapper().readTree(Files.readAllBytes(root.resolve(path)));
    }

    @Test
    void endorsedImagesAreListedAsIncusReadsThem() throws IOException {
        var ran = write();

        assertThat(ran.status()).as(ran.out() + ran.err()).isZero();
        var entry = json("streams/v1/index.json").path("index").path("images");
        assertThat(entry.path("datatype").asText()).isEqualTo("image-downloads");
        var product =
                json(entry.path("path").asText()).path("products").path("vo.biomed:image-2:amd64");
        assertThat(product.path("aliases").asText()).isEqualTo("vo.biomed/image-2");
        var version = product.path("versions").properties().iterator().next();
        assertThat(version.getKey()).isEqualTo("20261121_120002-1.2");
        var items = version.getValue().path("items");
        assertThat(items.path("disk").path("ftype").asText()).isEqualTo("disk-kvm.img");
        assertThat(items.path("disk").path("sha256").asText()).isEqualTo(Sha256.of(IMAGE).hex());
        var incus = items.path("incus.tar.xz");
        var metadata = Files.readAllBytes(root.resolve(incus.path("path").asText()));
        assertThat(incus.path("sha256").asText()).isEqualTo(Sha256.of(metadata).hex());
        var both = new ByteArrayOutputStream();
        both.writeBytes(metadata);
        both.writeBytes(IMAGE);
        assertThat(incus.path("combined_disk-kvm-img_sha256").asText())
                .isEqualTo(Sha256.of(both.toByteArray()).hex());
        try (var xz =
                new XZInputStream(
                        Files.newInputStream(root.resolve(incus.path("path").asText())))) {
            assertThat(new String(xz.readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("metadata.yaml\0")
                    .contains("architecture: \"x86_64\"", "  os: \"Debian GNU/Linux\"");
        }
    }

    @Test
    void writingAgainGivesTheSameBytes() throws IOException {
        write();
        var first = Files.readAllBytes(root.resolve("streams/v1/images.json"));
        write();

        assertThat(root.resolve("streams/v1/images.json")).hasBinaryContent(first);
    }

    @Test
    void whatIsNotTheEndorsedFileIsLeftOut() throws IOException {
        Files.writeString(root.resolve("second.qcow2"), "altered");
        Files.writeString(root.resolve("bad.qcow2.bundle.json"), "{}");
        Files.writeString(root.resolve("bad.qcow2"), "x");

        var ran = write("--output", "json");

        assertThat(ran.status()).isOne();
        assertThat(ran.json().path("listed").asInt()).isOne();
        assertThat(ran.json().path("leftOut").findValuesAsText("code"))
                .containsExactly("malformed-bundle", "another-image");
        assertThat(verify(root.toString()).out()).contains("1 of 1 images usable");
    }

    @Test
    void aSignedIndexIsVerifiedOverHttpWithItsBundles() throws IOException {
        assertThat(write("--gpg-key", key("trial.secret.asc")).status()).isZero();
        var server =
                SimpleFileServer.createFileServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        root.toRealPath(),
                        SimpleFileServer.OutputLevel.NONE);
        server.start();
        try {
            var where = "http://127.0.0.1:" + server.getAddress().getPort();
            var ran =
                    verify(
                            where,
                            "--keyring",
                            key("trial.public.asc"),
                            "--max-age",
                            "PT1H",
                            "--output",
                            "json");

            assertThat(ran.status()).as(ran.out() + ran.err()).isZero();
            assertThat(ran.json().path("images")).hasSize(2);
            assertThat(ran.json().path("images").findValuesAsText("usable"))
                    .containsExactly("true", "true");
            assertThat(ran.json().path("images").get(0).path("endorser").asText())
                    .contains("CN=Alice");
        } finally {
            server.stop(0);
        }
        assertThat(verify("http://127.0.0.1:1").status()).isEqualTo(4);
        assertThat(verify(root.toString(), "--keyring", key("other.public.asc")).lastLine())
                .startsWith("REFUSED [unknown-key]");
    }

    @Test
    void theIndexIsVerifiedByGnupgToo() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/gpgv")), "needs Debian's package gpgv");
        write("--gpg-key", key("other.secret.asc"));
        var home = Files.createDirectory(directory.resolve("gnupg"));
        Files.setPosixFilePermissions(
                home, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
        try (var keys =
                PGPUtil.getDecoderStream(Files.newInputStream(Path.of(key("other.public.asc"))))) {
            Files.copy(keys, directory.resolve("keys.gpg"));
        }
        for (var name : List.of("index", "images")) {
            assertThat(
                            tool(
                                    "gpgv",
                                    "--homedir",
                                    "" + home,
                                    "--keyring",
                                    directory.resolve("keys.gpg").toString(),
                                    root.resolve("streams/v1/" + name + ".sjson").toString()))
                    .contains("Good signature");
        }
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
    void aDirectoryWithoutAnIndexIsNotReadableAsOne() throws IOException {
        var none = verify(root.toString(), "--output", "json");
        assertThat(none.status()).isEqualTo(3);
        assertThat(none.err()).contains("there is no streams/v1/index.json", "not-an-index");
        assertThat(none.json().path("code").asText()).isEqualTo("not-an-index");
        var keyring = key("trial.public.asc");
        assertThat(verify(root.toString(), "--keyring", keyring).status()).isEqualTo(3);

        write();
        assertThat(verify(root.toString(), "--keyring", keyring).lastLine())
                .startsWith("REFUSED [not-signed]");
    }

    @Test
    void anImageThatNobodyWhoIsTrustedEndorsedYetIsUnusable() throws IOException {
        write();
        var stranger = new TrialStory(Files.createDirectory(directory.resolve("stranger")));
        assertThat(Ran.trusting(stranger, "streams", "verify", root.toString()).out())
                .contains("[bundle-refused]", "0 of 2 images usable");

        for (var file : List.of("index.json", "images.json")) {
            var path = root.resolve("streams/v1").resolve(file);
            Files.writeString(
                    path,
                    Files.readString(path)
                            .replaceAll(
                                    "(\"updated\" ?: ?)\"[^\"]*\"",
                                    "$1\"Sat, 21 Nov 2026 12:00:00 +0000\""));
        }
        var before =
                Ran.of(
                        "streams",
                        "verify",
                        root.toString(),
                        "--charter",
                        story.charterFile.toString(),
                        "--anchors",
                        story.anchors.toString(),
                        "--at",
                        "2026-11-21T12:00:01Z");
        assertThat(before.out()).contains("[not-in-force]", "0 of 2 images usable");
    }

    @Test
    void anIndexThatLiesIsToldOf() throws IOException {
        write();
        var products = root.resolve("streams/v1/images.json");
        var honest = Files.readString(products);
        var second = json("streams/v1/images.json").findValuesAsText("sha512").get(1);

        Files.writeString(products, honest.replace(second, "0".repeat(128)));
        assertThat(verify(root.toString()).out())
                .contains("[another-image]", "1 of 2 images usable");
        Files.writeString(products, honest.replace("imprimatur.bundle.json", "other"));
        assertThat(verify(root.toString()).out()).contains("[no-bundle]", "0 of 2 images usable");
        Files.writeString(products, honest);
        var bundle = Files.readString(root.resolve("image.qcow2.bundle.json"));
        Files.writeString(
                root.resolve("image.qcow2.bundle.json"),
                bundle.substring(0, bundle.length() - 1) + " ");
        assertThat(verify(root.toString()).out()).contains("[digest-mismatch]");
        Files.writeString(root.resolve("image.qcow2.bundle.json"), "{}");
        assertThat(verify(root.toString()).out()).contains("[size-mismatch]");
        Files.writeString(root.resolve("streams/v1/index.json"), "{");
        assertThat(verify(root.toString()).status()).isEqualTo(3);
        assertThat(verify(root.toString(), "--max-age", "soon").status()).isEqualTo(2);
        assertThat(Ran.of("streams").status()).isEqualTo(2);
    }
}
