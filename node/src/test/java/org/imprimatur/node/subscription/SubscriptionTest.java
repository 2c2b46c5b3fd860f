package org.imprimatur.node.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.Owner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubscriptionTest {

    private static final String SIGNER = "signer: {subject: \"CN=A\", issuer: \"CN=B\"}";

    @TempDir Path directory;

    private List<Subscription> read(String items) {
        return Subscription.read(
                YamlMember.parse(directory.resolve("site.yaml").toString(), "lists:\n" + items)
                        .required("lists", ""));
    }

    @Test
    void aListIsReadWithItsUsualValues() {
        var one =
                read("  - {name: biomed, url: \"https://a.example/x.list\", owner: \"vo:biomed\", %s}\n"
                                .formatted(SIGNER))
                        .getFirst();

        assertThat(one.catalogue().text()).isEqualTo("list:biomed");
        assertThat(one.owner()).isEqualTo(Owner.parse("vo:biomed"));
        assertThat(one.signer().subject()).isEqualTo("CN=A");
        assertThat(one.knownAs()).isEqualTo(one.url());
        assertThat(one.poll()).isEqualTo(Duration.ofMinutes(5));
        assertThat(one.legacySha1()).isFalse();
        assertThat(one.token()).isEmpty();
    }

    @Test
    void everyFaultIsToldWithItsLine() throws IOException {
        Files.writeString(directory.resolve("token"), "t");
        var bad =
                catchThrowableOfType(
                        BadConfiguration.class,
                        () ->
                                read(
                                        """
                                          - name: Biomed
                                            url: ftp://a.example/x
                                            signer: {subject: "CN=A"}
                                            owner: nobody
                                            poll: often
                                            typo: 1
                                          - {name: b, url: "http://a.example/x", owner: "vo:b", token: token, SIGNER}
                                          - {name: c, url: "https://u:p@a.example/x", owner: "vo:b", token: gone, SIGNER}
                                          - {name: d, url: "https://a.example/x", owner: "vo:b", SIGNER}
                                          - {name: d, url: "https://a.example/y", owner: "vo:b", SIGNER}
                                          - {name: e, url: "https://a.example/x", owner: "vo:b", SIGNER}
                                        """
                                                .replace("SIGNER", SIGNER)));

        assertThat(bad.faults().stream().map(fault -> fault.line()))
                .containsExactly(2, 3, 4, 5, 6, 7, 8, 9, 9, 11, 12);
        assertThat(bad.faults()).allMatch(fault -> !fault.hint().isEmpty());
    }
}
