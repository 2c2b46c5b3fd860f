package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Debian's registry (package docker-registry), with users and without: it does not list referrers
 * itself, so that the way by tags is taken.
 */
class OciRegistryIT {

    private static final String PASSWORD = "trial-password";

    /** Of that password, by bcrypt, as the registry's own tool writes it. */
    private static final String USERS =
            "trial:$2b$04$lLdU26WaNzkBAZkRNJiRCOpUX7ayC/6EMmyvubg79oXsakNcTIEgq\n";

    @TempDir Path directory;

    private final byte[] content = new byte[3_000_000];
    private TrialStory story;
    private Path target;
    private Process registry;
    private int port;

    @BeforeEach
    void endorse() throws IOException {
        assumeTrue(
                Files.exists(Path.of("/usr/bin/docker-registry")),
                "needs Debian's package docker-registry");
        new Random(2).nextBytes(content);
        story = new TrialStory(directory);
        story.endorse(directory, "image.qcow2", content);
        target = Files.createDirectory(directory.resolve("target"));
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (registry != null) {
            registry.destroy();
            registry.waitFor(10, TimeUnit.SECONDS);
        }
    }

    private void start(String auth) throws Exception {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Files.writeString(directory.resolve("users"), USERS);
        var config =
                Files.writeString(
                        directory.resolve("registry.yml"),
                        """
                        version: 0.1
                        log: {level: error, accesslog: {disabled: true}}
                        storage: {filesystem: {rootdirectory: %s}}
                        http: {addr: '127.0.0.1:%d'}
                        %s
                        """
                                .formatted(directory.resolve("storage"), port, auth));
        registry =
                new ProcessBuilder("/usr/bin/docker-registry", "serve", config.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("registry.log").toFile())
                        .start();
        for (int i = 0; i < 200; i++) {
            try {
                if (status("/v2/", "") > 0) {
                    return;
                }
            } catch (IOException e) {
                Thread.sleep(50);
            }
        }
        throw new AssertionError(Files.readString(directory.resolve("registry.log")));
    }

    private int status(String path, String accept) throws IOException, InterruptedException {
        return get(path, accept).statusCode();
    }

    private java.net.http.HttpResponse<String> get(String path, String accept)
            throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .header("Accept", accept.isEmpty() ? "*/*" : accept)
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    private String reference() {
        return "127.0.0.1:" + port + "/egi_vm_images/debian:12";
    }

    private Ran push(String... options) {
        var line =
                new java.util.ArrayList<>(
                        List.of(
                                "oci",
                                "push",
                                directory.resolve("image.qcow2").toString(),
                                directory.resolve("image.qcow2.bundle.json").toString(),
                                reference(),
                                "--plain-http"));
        line.addAll(List.of(options));
        return Ran.of(line);
    }

    private Ran pull(String... options) {
        var line =
                new java.util.ArrayList<>(
                        List.of("oci", "pull", reference(), "--to", "" + target, "--plain-http"));
        line.addAll(List.of(options));
        return Ran.trusting(story, line.toArray(String[]::new));
    }

    @Test
    void whatIsPushedIsPulledAndLooksAsEgiPublishesIt() throws Exception {
        start("");

        var pushed = push("--output", "json");
        assertThat(pushed.status()).as(pushed.err()).isZero();
        var again = push();
        assertThat(again.status()).as(again.err()).isZero();
        var pulled = pull();

        assertThat(pulled.status()).as(pulled.out() + pulled.err()).isZero();
        assertThat(target.resolve("image.qcow2")).hasBinaryContent(content);
        var image = pushed.json().path("image").asText();
        var manifest =
                get(
                                "/v2/egi_vm_images/debian/manifests/12",
                                "application/vnd.oci.image.manifest.v1+json")
                        .body();
        assertThat(manifest)
                .contains(
                        "\"mediaType\":\"application/x-qemu-disk\"",
                        "\"org.opencontainers.image.title\":\"image.qcow2\"",
                        "\"org.openstack.glance.os_distro\":\"debian\"",
                        "\"org.openstack.glance.architecture\":\"x86_64\"");
        var referrers =
                get(
                                "/v2/egi_vm_images/debian/manifests/" + image.replace(':', '-'),
                                "application/vnd.oci.image.index.v1+json")
                        .body();
        assertThat(referrers)
                .contains("application/vnd.imprimatur.bundle.v1+json")
                .contains("application/vnd.in-toto+json");
        assertThat(referrers.split("\"digest\"", -1)).as("each referrer once").hasSize(3);
        var byDigest =
                Ran.trusting(
                        story,
                        "oci",
                        "verify",
                        "127.0.0.1:" + port + "/egi_vm_images/debian@" + image,
                        "--plain-http");
        assertThat(byDigest.status()).as(byDigest.err()).isZero();
    }

    @Test
    void aRegistryWithUsersAsksForThemAndNobodySeesThePassword() throws Exception {
        start("auth: {htpasswd: {realm: trial, path: %s}}".formatted(directory.resolve("users")));
        var good = Files.writeString(directory.resolve("password"), PASSWORD + "\n").toString();
        var bad = Files.writeString(directory.resolve("wrong"), "wrong-password\n").toString();

        var wrong = push("--username", "trial", "--password-file", bad);
        assertThat(wrong.status()).as(wrong.err()).isEqualTo(4);
        assertThat(wrong.err()).contains("[unauthorized]").doesNotContain("wrong-password");
        assertThat(wrong.err())
                .doesNotContain(
                        Base64.getEncoder()
                                .encodeToString(
                                        "trial:wrong-password".getBytes(StandardCharsets.UTF_8)));

        var pushed = push("--username", "trial", "--password-file", good);
        assertThat(pushed.status()).as(pushed.err()).isZero();
        assertThat(pushed.out() + pushed.err()).doesNotContain(PASSWORD);
        assertThat(pull("--username", "trial", "--password-file", bad).status()).isEqualTo(4);
        assertThat(pull("--username", "trial", "--password-file", good).status()).isZero();
    }
}
