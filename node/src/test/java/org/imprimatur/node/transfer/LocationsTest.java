package org.imprimatur.node.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imprimatur.node.BadServer.good;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.imprimatur.node.BadServer;
import org.imprimatur.node.ThroughProxy;
import org.imprimatur.node.driver.DirectoryStore;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.FetchFailed;
import org.imprimatur.node.fetch.Proxies;
import org.imprimatur.node.transfer.Download.Outcome;
import org.imprimatur.register.Sha256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images in object stores and registries. */
class LocationsTest {

    private static final byte[] IMAGE = Trials.image(300_000, 4);

    @TempDir Path directory;
    private final BadServer server = new BadServer();
    private final Fetch fetch = new Fetch();
    private final URI base = URI.create(server.at("/", good(new byte[0]))).resolve("/");

    @AfterEach
    void stop() {
        fetch.close();
        server.close();
    }

    private TransferSettings settings(Optional<S3Access.Credentials> credentials) {
        var endpoint = URI.create("http://" + base.getAuthority());
        return Trials.settings(
                new S3Access(endpoint, "us-east-1", credentials), List.of(base.getAuthority()));
    }

    private Outcome download(TransferSettings settings, String location) {
        return download(fetch, settings, location);
    }

    private Outcome download(Fetch fetch, TransferSettings settings, String location) {
        var store = DirectoryStore.open(directory, new Random(1));
        var means =
                new Means(
                        store,
                        new Space(store),
                        new Locations(fetch, () -> settings, InstantSource.system()),
                        new Lanes(() -> 8, () -> 4),
                        new Bandwidth(() -> OptionalLong.empty()),
                        Trials.PIECE);
        return new Download(means, Trials.file(IMAGE, location), Optional::empty).run();
    }

    private static void isWhole(Outcome outcome) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Whole.class,
                        whole -> assertThat(whole.file()).hasBinaryContent(IMAGE));
    }

    private static String why(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        return ((Outcome.Failed) outcome).why();
    }

    @Test
    void anObjectIsFetchedInPartsWithAndWithoutCredentials() {
        server.at("/images/debian%2012/a.raw", good(IMAGE));

        isWhole(download(settings(Optional.empty()), "s3://images/debian%2012/a.raw"));
        directory.resolve(".incoming").toFile().listFiles()[0].delete();
        isWhole(
                download(
                        settings(Optional.of(new S3Access.Credentials("KEY", "SECRET"))),
                        "s3://images/debian%2012/a.raw"));

        assertThat(server.asked).hasSize(10);
    }

    @Test
    void whatGoesWrongShowsNoSecret() {
        var why =
                why(
                        download(
                                settings(Optional.of(new S3Access.Credentials("KEY", "SECRET"))),
                                "s3://images/missing"));

        assertThat(why).contains("/images/missing answered 404").doesNotContain("SECRET");
    }

    @Test
    void whatIsNoObjectIsNotAskedFor() {
        for (var address : List.of("s3://images", "s3://images/", "s3://A/b", "s3://x@images/b")) {
            assertThatThrownBy(
                            () ->
                                    new Locations(
                                                    fetch,
                                                    () -> settings(Optional.empty()),
                                                    InstantSource.system())
                                            .at(address, 1))
                    .isInstanceOf(FetchFailed.class)
                    .hasMessageContaining("s3://BUCKET/KEY");
        }
    }

    private void registry(byte[] layer, String type) {
        var digest = Sha256.of(layer).hex();
        server.at(
                "/v2/biomed/debian/manifests/12",
                good(
                        """
                        {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                         "artifactType": "application/vnd.unknown.artifact.v1",
                         "config": {"mediaType": "application/vnd.oci.empty.v1+json", "size": 2,
                                    "digest": "sha256:%s"},
                         "layers": [{"mediaType": "%s", "size": %d, "digest": "sha256:%s"}]}
                        """
                                .formatted(
                                        Sha256.of("{}".getBytes(UTF_8)).hex(),
                                        type,
                                        layer.length,
                                        digest)
                                .getBytes(UTF_8)));
        server.at("/v2/biomed/debian/blobs/sha256:" + digest, good(layer));
    }

    @Test
    void theDiskOfAnImageInARegistryIsFetched() {
        registry(IMAGE, "application/x-raw-disk-image");

        isWhole(
                download(
                        settings(Optional.empty()),
                        "oci://%s/biomed/debian:12".formatted(base.getAuthority())));
    }

    @Test
    void aRegistryBehindAProxyIsAskedThroughIt() {
        registry(IMAGE, "application/x-raw-disk-image");
        var settings = Trials.settings(S3Access.USUAL, List.of("registry.invalid"));

        try (var proxy = new ThroughProxy(new InetSocketAddress(base.getHost(), base.getPort()));
                var through = new Fetch(Proxies.of(proxy.url(), List.of()), Optional.empty())) {
            isWhole(download(through, settings, "oci://registry.invalid/biomed/debian:12"));
            assertThat(proxy.asked).allMatch(uri -> uri.getHost().equals("registry.invalid"));
        }
    }

    @Test
    void aRegistryThatHasSomethingElseIsTold() {
        registry(Trials.image(299_999, 1), "application/x-raw-disk-image");
        var location = "docker://%s/biomed/debian:12".formatted(base.getAuthority());
        assertThat(why(download(settings(Optional.empty()), location)))
                .contains("serves 299999 bytes where 300000 are endorsed");

        registry(IMAGE, "text/plain");
        assertThat(why(download(settings(Optional.empty()), location)))
                .contains("expected a layer that is a disk");
        assertThat(why(download(settings(Optional.empty()), "oci://example.org")))
                .contains("is no oci://HOST/NAME:TAG");
    }
}
