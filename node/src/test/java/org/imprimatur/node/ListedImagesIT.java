package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.Eventually.await;
import static org.imprimatur.node.SiteTrial.codes;
import static org.imprimatur.node.SiteTrial.json;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement.Approval;
import org.imprimatur.register.StatementId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Image lists from the catalogue that publishes them to the site that starts what they list. */
class ListedImagesIT {

    private static final byte[] FILE = "the disk of an image".repeat(100).getBytes(UTF_8);
    private static final Origin LIST = new Origin("list:biomed");

    @TempDir Path directory;

    private static String address(Node node) {
        return "http://127.0.0.1:" + node.address().getPort();
    }

    private static String siteYaml(ListTrial lists, String catalogue, String follow) {
        return """
               owner: "site:alpha"
               max-staleness: 15m
               store: store
               %slists:
                 - name: biomed
                   url: %s/store/vo/biomed/image.list
                   known-as: %s/store/vo/biomed/image.list
                   signer: {subject: "%s", issuer: "%s"}
                   owner: "vo:biomed"
                   poll: 50ms
               classes:
                 infrastructure: {trust: ["vo:biomed"], approval: required}
               """
                .formatted(
                        follow,
                        catalogue,
                        ListTrial.URL,
                        lists.robot.person().subject(),
                        lists.robot.person().issuer());
    }

    private static Node start(SiteTrial site, String siteYaml) {
        site.writeSite(siteYaml);
        return Node.start(
                NodeConfig.of(
                        YamlMember.parse(
                                site.trial.directory.resolve("site-node.yaml").toString(),
                                site.yaml())),
                site.clock);
    }

    private static JsonNode images(SiteTrial site, Node node) {
        return json(site.trial.get(node, "/api/v1/site/images")).get("images");
    }

    private static List<String> names(SiteTrial site, Node node) {
        return json(site.trial.get(node, "/api/v1/site/sources"))
                .get("lists")
                .findValuesAsText("name");
    }

    private static HttpResponse<String> approve(
            SiteTrial site, Node node, Sha512 image, StatementId entry) {
        return site.submit(
                node,
                new Approval(site.header(site.approver), image, SiteTrial.ALPHA, LIST, entry));
    }

    @Test
    @Clause("WLCG-12")
    void aListedImageIsApprovedFetchedAndPermittedUntilItLeavesTheList() throws Exception {
        try (var lists = new ListTrial(directory);
                var server = new BadServer()) {
            var site =
                    new SiteTrial(
                            lists.trial,
                            URI.create(address(lists.node())),
                            lists.node().charter(),
                            "1h");
            var endorsed =
                    site.endorse(lists.node(), FILE, server.at("/image.raw", BadServer.good(FILE)));
            var image = endorsed.statement().image();
            try (var node = start(site, siteYaml(lists, address(lists.node()), ""))) {
                site.prepare(node);
                await(() -> images(site, node).size() == 1);
                assertThat(codes(site.decide(node, image, "infrastructure")))
                        .containsExactly("not-approved");

                var waiting = json(site.trial.get(node, "/api/v1/site/queue")).get("queue").get(0);
                assertThat(waiting.get("catalogue").asText()).isEqualTo(LIST.text());
                assertThat(waiting.get("digest").asText()).isEqualTo(image.toString());
                assertThat(waiting.get("listed").get("format").asText()).isEqualTo("raw");
                var id = StatementId.parse(waiting.get("endorsement").asText());
                var unknown = StatementId.parse("ab".repeat(32));
                expect(422, approve(site, node, image, unknown));
                expect(201, approve(site, node, image, id));

                await(() -> images(site, node).get(0).get("state").asText().equals("available"));
                var file = Path.of(images(site, node).get(0).get("path").asText());
                assertThat(Files.readAllBytes(file)).isEqualTo(FILE);
                var permit = site.decide(node, image, "infrastructure");
                assertThat(permit.get("decision").asBoolean()).isTrue();
                var states = permit.get("context").get("position").get(LIST.text()).asLong();
                assertThat(states).isPositive();

                site.revoke(lists.node(), endorsed);
                await(
                        () ->
                                codes(site.decide(node, image, "infrastructure"))
                                        .equals(List.of("image-revoked")));
                await(() -> !Files.exists(file));

                var replayed =
                        json(
                                expect(
                                        200,
                                        site.trial.get(
                                                node,
                                                "/api/v1/site/decisions/%s/replay"
                                                        .formatted(
                                                                permit.get("context")
                                                                        .get("id")
                                                                        .asText()))));
                assertThat(replayed.get("same").asBoolean()).isTrue();
                assertThat(replayed.get("differs").asBoolean()).isTrue();
                assertThat(replayed.get("why").toString()).contains("the list 'list:biomed'");

                // What the site's file says of lists counts without a restart.
                var yaml = siteYaml(lists, address(lists.node()), "");
                var other = yaml.replace("name: biomed", "name: biomed-2");
                site.writeSite(other);
                await(() -> names(site, node).equals(List.of("list:biomed-2")));
                site.writeSite(yaml);
                await(() -> names(site, node).equals(List.of("list:biomed")));
                assertThat(codes(site.decide(node, image, "infrastructure")))
                        .contains("image-revoked");
            }
        }
    }

    @Test
    void ledgersTheirEventsAndListsAreHadThroughAProxy() {
        try (var lists = new ListTrial(directory);
                var proxy = new ThroughProxy(lists.node().address())) {
            var site =
                    new SiteTrial(
                            lists.trial,
                            URI.create(address(lists.node())),
                            lists.node().charter(),
                            "1h");
            // Nobody but the proxy knows this host, and nothing is asked for but what was told.
            var catalogue = "http://catalogue.invalid";
            var follow =
                    "follow:\n  - {url: \"%s\", charter: charter.json, poll: 1h}\n"
                            .formatted(catalogue);
            site.proxy = "proxy: {url: \"%s\"}\n".formatted(proxy.url());
            try (var node = start(site, siteYaml(lists, catalogue, follow))) {
                await(
                        () ->
                                proxy.asked.stream()
                                        .anyMatch(uri -> uri.getPath().equals("/api/v1/events")));
                site.endorse(lists.node(), FILE, "https://images.example/image.raw");
                // Once by the ledger and once by the list.
                await(() -> images(site, node).size() == 2);

                assertThat(proxy.asked)
                        .allMatch(uri -> uri.getHost().equals("catalogue.invalid"))
                        .anyMatch(uri -> uri.getPath().equals("/checkpoint"))
                        .anyMatch(uri -> uri.getPath().equals("/store/vo/biomed/image.list"));
            }
        }
    }
}
