package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The command that tells how a site stands, as the site tells it. */
class SiteStatusCommandTest {

    private static final String REFUSED = "/api/v1/site/images?state=refused";
    private FakeNode site;

    @BeforeEach
    void start() throws IOException {
        site =
                new FakeNode()
                        .answering("/api/v1/site/sources", "{\"sources\": [], \"lists\": []}")
                        .answering("/api/v1/site/images?state=failed", "{\"images\": []}")
                        .answering(REFUSED, "{\"images\": []}")
                        .answering("/api/v1/site/publications?state=failed", "{}")
                        .answering("/api/v1/site/publications?state=withdrawing", "{}");
    }

    @AfterEach
    void stop() {
        site.close();
    }

    private Ran status(String... more) {
        var words = new ArrayList<>(List.of("site", "status", "--node", site.url()));
        words.addAll(List.of(more));
        return Ran.of(words);
    }

    @Test
    void aSiteWithoutTroubleIsStatusZero() {
        assertThat(status().status()).isZero();
    }

    @Test
    void aRefusalThatSeveralWereNotToldOfIsOneRefusal() {
        site.answering(
                REFUSED,
                """
                {"images": [{"title": "Debian", "guid": "g", "version": "1", "refusal": {"id": "r",
                  "notices": [{"why": "no such mailbox"}, {"why": "greylisted"}, {},
                              {"why": "greylisted"}]}}]}
                """);

        var ran = status();

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out())
                .containsOnlyOnce("refusal of Debian")
                .containsOnlyOnce("no such mailbox")
                .containsOnlyOnce("greylisted");
        assertThat(status("--output", "json").json().path("untold")).hasSize(1);
    }
}
