package org.imprimatur.node.driver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.imprimatur.node.Loopback;
import org.imprimatur.node.SiteTrial;
import org.imprimatur.node.ThroughProxy;
import org.imprimatur.node.Trial;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A site that publishes in Debian's registry, and takes back. */
class OciDriverIT {

    /** Debian's registry, on a free port. */
    private static final class Registry implements AutoCloseable {

        final int port = Loopback.freePort();
        private final Process process;

        Registry(Path directory) throws IOException {
            assumeTrue(
                    Files.exists(Path.of("/usr/bin/docker-registry")),
                    "needs the package docker-registry");
            var config =
                    Files.writeString(
                            directory.resolve("registry.yml"),
                            """
                            version: 0.1
                            log: {level: error, accesslog: {disabled: true}}
                            storage: {filesystem: {rootdirectory: %s}, delete: {enabled: true}}
                            http: {addr: '127.0.0.1:%d'}
                            """
                                    .formatted(directory.resolve("registry"), port));
            process =
                    new ProcessBuilder("/usr/bin/docker-registry", "serve", config.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(directory.resolve("registry.log").toFile())
                            .start();
        }

        /** What it answers with, as soon as it does. */
        int status(String path) throws Exception {
            try (var http = HttpClient.newHttpClient()) {
                for (int i = 0; ; i++) {
                    try {
                        return http.send(
                                        HttpRequest.newBuilder(
                                                        URI.create(
                                                                "http://127.0.0.1:" + port + path))
                                                .header(
                                                        "Accept",
                                                        "application/vnd.oci.image.manifest.v1+json")
                                                .build(),
                                        BodyHandlers.discarding())
                                .statusCode();
                    } catch (IOException e) {
                        if (i > 200) {
                            throw e;
                        }
                        Thread.sleep(50);
                    }
                }
            }
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
        }
    }

    @Test
    @Clause("WLCG-8")
    void anApprovedImageIsInTheRegistryWithItsBundleUntilItIsRevoked(@TempDir Path directory)
            throws Exception {
        try (var registry = new Registry(directory)) {
            isThereUntilItIsRevoked(directory, registry, "127.0.0.1:" + registry.port, "");
        }
    }

    @Test
    void aRegistryBehindAProxyIsAskedThroughIt(@TempDir Path directory) throws Exception {
        try (var registry = new Registry(directory);
                var proxy =
                        new ThroughProxy(
                                new InetSocketAddress(
                                        InetAddress.getLoopbackAddress(), registry.port))) {
            isThereUntilItIsRevoked(
                    directory,
                    registry,
                    "registry.invalid",
                    "proxy: {url: \"%s\", except: [127.0.0.1]}\n".formatted(proxy.url()));

            assertThat(proxy.asked).allMatch(uri -> uri.getHost().equals("registry.invalid"));
        }
    }

    private static void isThereUntilItIsRevoked(
            Path directory, Registry registry, String host, String proxy) throws Exception {
        var trial = new Trial(directory, "catalogue.example/oci");
        try (var catalogue = trial.start()) {
            assertThat(registry.status("/v2/")).isEqualTo(200);
            trial.prepare(catalogue);
            var at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "30s");
            at.proxy = proxy;
            at.drivers =
                    """
                    drivers:
                      - {name: registry, kind: oci, repository: "%s/site/images", plain-http: true}
                    """
                            .formatted(host);
            byte[] image = "the disk".repeat(1000).getBytes(UTF_8);
            Files.write(directory.resolve("files/image"), image);
            try (var site = at.start()) {
                at.prepare(site);
                var endorsed =
                        at.endorse(
                                catalogue, image, Trial.uri(catalogue, "/files/image").toString());
                at.approve(site, endorsed);
                at.awaitPublication(site, "registry", endorsed, "published");
                var manifest = "/v2/site/images/manifests/" + endorsed.statement().guid() + "-1.0";
                assertThat(registry.status(manifest)).isEqualTo(200);

                at.revoke(catalogue, endorsed);
                at.awaitPublication(site, "registry", endorsed, "removed");
                assertThat(registry.status(manifest)).isEqualTo(404);
            }
        }
    }
}
