package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.node.Node;
import org.imprimatur.node.NodeConfig;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Image lists from an endorser's command to a subscriber's, over a node. */
class ListPublishIT {

    private static final String LIST = "/store/vo/biomed/image.list";

    @TempDir static Path home;
    private static Node node;

    @BeforeAll
    static void start() throws IOException {
        NodeLog.from(Level.WARNING);
        Ran.of("keygen", "--dir", home.resolve("keys").toString(), "Manager", "Erin", "Robot");
        Files.writeString(home.resolve("policy.txt"), "Endorse with care.\n");
        var manager = PersonOptions.ofCertificate(home.resolve("keys/manager.pem"));
        Files.writeString(
                home.resolve("node.yaml"),
                """
                name: catalogue.example/lists
                listen: 127.0.0.1:0
                data: data
                programs: %s
                anchors: keys/anchors
                policy: {name: trial-policy, version: "1", file: policy.txt}
                owners:
                  "vo:biomed": {appointers: [{subject: "%s", issuer: "%s"}]}
                  "vo:climate": {appointers: [{subject: "%2$s", issuer: "%3$s"}]}
                  "vo:private": {appointers: [{subject: "%2$s", issuer: "%3$s"}]}
                lists:
                  url: https://catalogue.example
                  key: keys/robot-key.pem
                  certificate: keys/robot.pem
                  email: operations@catalogue.example
                  by-endorsers: ["vo:biomed"]
                  private: ["vo:private"]
                """
                        .formatted(
                                Path.of(System.getProperty("imprimatur.root", ".."))
                                        .resolve("node/target/programs")
                                        .toAbsolutePath()
                                        .normalize(),
                                manager.subject(),
                                manager.issuer()));
        node = Node.start(NodeConfig.read(home.resolve("node.yaml")), InstantSource.system());
        Files.write(home.resolve("charter.json"), CharterJson.write(node.charter()));
        for (var owner : List.of("vo:biomed", "vo:climate", "vo:private")) {
            done(
                    "manager",
                    "appoint",
                    "--owner",
                    owner,
                    "--role",
                    "endorser",
                    "--person",
                    home.resolve("keys/erin.pem").toString(),
                    "--name",
                    "Erin Endorser",
                    "--contact",
                    "security@biomed.example");
        }
        done("erin", "accept", "--yes");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static Ran run(String who, String... words) {
        var all = new ArrayList<>(List.of(words));
        all.addAll(
                List.of(
                        "--key",
                        home.resolve("keys/%s-key.pem".formatted(who)).toString(),
                        "--cert",
                        home.resolve("keys/%s.pem".formatted(who)).toString(),
                        "--node",
                        Demo.url(node).toString(),
                        "--charter",
                        home.resolve("charter.json").toString()));
        return Ran.of(all);
    }

    private static Ran done(String who, String... words) {
        var ran = run(who, words);
        assertThat(ran.status()).as(ran.err() + ran.out()).isZero();
        return ran;
    }

    private static void endorse(String owner, String tag, String version) throws IOException {
        var image =
                Ran.unpacked("mini-clean.ext4.raw.gz", Files.createTempDirectory(home, "image-"));
        try (var file = Files.newByteChannel(image, StandardOpenOption.WRITE)) {
            file.write(StandardCharsets.US_ASCII.encode(tag + version));
        }
        done(
                "erin",
                "endorse",
                image.toString(),
                "--owner",
                owner,
                "--tag",
                tag,
                "--image-version",
                version,
                "--location",
                "https://images.example/%s-%s".formatted(tag, version));
    }

    private static Ran publish(String... words) {
        var all = new ArrayList<>(List.of("list", "publish"));
        all.addAll(List.of("--anchors", home.resolve("keys/anchors").toString()));
        all.addAll(List.of(words));
        return run("erin", all.toArray(String[]::new));
    }

    private static Ran verify(String address, String... words) {
        var all = new ArrayList<>(List.of("list", "verify", address));
        all.addAll(List.of("--anchors", home.resolve("keys/anchors").toString()));
        all.addAll(List.of("--require-crls"));
        all.addAll(List.of(words));
        return Ran.of(all);
    }

    private static String url(String path) {
        return Demo.url(node).resolve(path).toString();
    }

    @Test
    @Clause("TVM-3.3")
    void aListIsPublishedVerifiedRenewedAndMadeAnewAfterARevocation() throws IOException {
        endorse("vo:biomed", "debian", "1.0");
        endorse("vo:biomed", "alma", "9.5");
        var file = home.resolve("first.list");

        var first = publish("--owner", "vo:biomed", "--out", file.toString());
        assertThat(first.status()).as(first.err()).isZero();
        assertThat(first.out()).contains("with 2 images");
        var verified =
                verify(
                        url(LIST),
                        "--endorser",
                        "/O=Imprimatur trials/OU=for trials only/CN=Erin",
                        "--output",
                        "json");
        assertThat(verified.status()).as(verified.out() + verified.err()).isZero();
        assertThat(verified.json().path("usable").asInt()).isEqualTo(2);

        // Nothing has changed: nobody is made to work.
        var again = publish("--owner", "vo:biomed", "--output", "json");
        assertThat(again.json().path("published").asBoolean(true)).isFalse();
        var renewed = publish("--owner", "vo:biomed", "--renew");
        assertThat(renewed.out()).startsWith("published");
        var unchanged = verify(url(LIST), "--previous", file.toString());
        assertThat(unchanged.status()).as(unchanged.out()).isZero();

        done(
                "erin",
                "revoke",
                "vo:biomed/debian",
                "--reason",
                "vulnerable",
                "--explanation",
                "openssl");
        var held = verify(url(LIST));
        assertThat(held.status()).as("held back").isEqualTo(4);
        var last = publish("--owner", "vo:biomed");
        assertThat(last.status()).as(last.err()).isZero();
        assertThat(last.out()).contains("with 1 images");
        var after = verify(url(LIST), "--previous", file.toString(), "--output", "json");
        assertThat(after.status()).as(after.out()).isZero();
        assertThat(after.json().path("usable").asInt()).isEqualTo(1);
        assertThat(verify(file.toString(), "--previous", save(LIST)).out())
                .contains("[version-lower]");
    }

    private static String save(String path) throws IOException {
        try (var in = Demo.url(node).resolve(path).toURL().openStream()) {
            var file = Files.createTempFile(home, "saved", ".list");
            Files.write(file, in.readAllBytes());
            return file.toString();
        }
    }

    @Test
    void anEndorserPublishesAListOfTheirOwn() throws IOException {
        endorse("vo:climate", "own", "1");

        var published = publish("--output", "json");

        assertThat(published.status()).as(published.err()).isZero();
        assertThat(published.json().path("hv:uri").asText())
                .startsWith("https://catalogue.example/store/person/");
        assertThat(published.json().path("published").asBoolean()).isTrue();
    }

    @Test
    void whatTheNodeSignsItselfIsNotPublished() {
        var ran = publish("--owner", "vo:private");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.errLines()).hasSize(1);
        assertThat(ran.err()).contains("the node signs the list at");
    }

    @Test
    void aTokenOpensAPrivateListUntilItIsRevoked() throws IOException {
        endorse("vo:private", "hidden", "1");
        var config = home.resolve("node.yaml").toString();
        var path = "/store/vo/private/image.list";

        var made =
                Ran.of(
                        "list",
                        "token",
                        "--config",
                        config,
                        "--create",
                        "a",
                        "--owner",
                        "vo:private");
        assertThat(made.status()).as(made.err()).isZero();
        var secret = made.out().strip();
        var address = url(path).replace("://", "://" + secret + ":x-oauth-basic@");

        assertThat(verify(url(path)).status()).isNotZero();
        var opened = verify(address);
        assertThat(opened.status()).as(opened.out() + opened.err()).isZero();
        assertThat(opened.out() + opened.err()).doesNotContain(secret);
        assertThat(Ran.of("list", "token", "--config", config).out())
                .contains("a ", "vo:private")
                .doesNotContain(secret);
        assertThat(
                        Ran.of(
                                        "list",
                                        "token",
                                        "--config",
                                        config,
                                        "--create",
                                        "a",
                                        "--owner",
                                        "vo:private")
                                .status())
                .as("a name is used once")
                .isEqualTo(1);
        assertThat(Ran.of("list", "token", "--config", config, "--revoke", "a").status()).isZero();
        assertThat(verify(address).status()).isNotZero();
        assertThat(Ran.of("list", "token", "--config", config, "--revoke", "a").status())
                .isEqualTo(1);
    }
}
