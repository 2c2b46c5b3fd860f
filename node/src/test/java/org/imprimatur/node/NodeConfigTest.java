package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.DatabaseUrl;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.Charter;
import org.imprimatur.register.ContributorRule;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeConfigTest {

    @TempDir private Path directory;
    private String good;

    @BeforeEach
    void make() {
        good = new Trial(directory, "catalogue.example/config").yaml();
    }

    @Test
    void aGoodFileIsReadWithPathsFromItsOwnDirectory() {
        var config = read(good);

        assertThat(config.name().text()).isEqualTo("catalogue.example/config");
        assertThat(config.data()).isEqualTo(directory.resolve("data"));
        assertThat(config.policy().version()).isEqualTo("1");
        assertThat(config.owners()).hasSize(1);
    }

    @Test
    void eachErrorNamesLineMemberFaultAndRemedy() {
        refused(
                good.replace("listen: 127.0.0.1:0", "listen: nowhere"),
                ":2: \"listen\" is not HOST:PORT");
        refused(good.replace("data: data\n", ""), "has no member \"data\"");
        refused(good + "colour: red\n", "\"colour\" is not known here; one of name, listen");
        refused(good + "name: again\n", "\"name\" is given twice");
        refused(good.replace("vo:biomed", "biomed"), "is not an owner");
        refused(good.replace("anchors: anchors", "anchors: nowhere"), "no directory");
        refused(
                good + "tls-authorities: nowhere\n",
                "\"tls-authorities\" is " + directory.resolve("nowhere"));
        refused(
                good.replace("subject:", "sobject:"),
                "\"owners.vo:biomed.appointers[0].sobject\" is not known");
        refused("name: [", "not YAML");
        refused("", "empty");
        refused("x: &a [*a]\n", "not YAML: Number of aliases");
    }

    @Test
    void whatTheLedgerAsksOfContributorsIsRead() {
        assertThat(read(good).contributors()).isEmpty();
        assertThat(read(good + "contributors: {rule: each}\n").contributors())
                .contains(new Charter.Contributors(ContributorRule.EACH, null));
        assertThat(
                        read(good
                                        + "contributors: {rule: identified, since:"
                                        + " \"2027-01-01T00:00:00Z\"}\n")
                                .contributors())
                .contains(
                        new Charter.Contributors(
                                ContributorRule.IDENTIFIED, Instant.parse("2027-01-01T00:00:00Z")));
        refused(good + "contributors: {rule: all}\n", "\"contributors.rule\"");
        refused(good + "contributors: {rule: each, since: soon}\n", "\"contributors.since\"");
    }

    @Test
    void theUrlOfADatabaseIsNeverShown() {
        assertThat(new DatabaseUrl("jdbc:postgresql://h/d?password=secret").toString())
                .doesNotContain("secret");
        assertThatThrownBy(() -> new DatabaseUrl("jdbc:h2:mem"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private NodeConfig read(String text) {
        return NodeConfig.of(YamlMember.parse(directory.resolve("node.yaml").toString(), text));
    }

    private void refused(String text, String message) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(BadConfiguration.class)
                .hasMessageContaining(message)
                .hasMessageContaining("node.yaml");
    }
}
