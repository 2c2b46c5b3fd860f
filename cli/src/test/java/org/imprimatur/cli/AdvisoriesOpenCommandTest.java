package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command that tells known flaws, as a node tells it what it knows. */
class AdvisoriesOpenCommandTest {

    private static final String GUID = "00000000-0000-4000-8000-000000000001";
    private static final String TAG = "/api/v1/images?owner=vo%3Abiomed&tag=debian-12&limit=200";
    private static final String TAG_AT_SITE = "/api/v1/site/images?owner=vo%3Abiomed&tag=debian-12";

    @TempDir private Path directory;
    private FakeNode node;

    @BeforeEach
    void start() throws IOException {
        var charter = new TrialStory(directory).charterFile;
        node =
                new FakeNode()
                        .answering("/api/v1/charter", Files.readString(charter))
                        .answering(TAG, images());
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private static String images(String... states) {
        var all = new ArrayList<String>();
        for (var state : states) {
            all.add(
                    """
                    {"guid": "%s", "version": "1.%d", "owner": "vo:biomed", "tag": "debian-12",
                     "state": "%s"}
                    """
                            .formatted(GUID, states.length - all.size(), state));
        }
        return "{\"images\": [%s]}".formatted(String.join(",", all));
    }

    private static String flaws(String version) {
        return "/api/v1/images/%s/versions/%s/advisories".formatted(GUID, version);
    }

    private Ran open(String... words) {
        var all = new ArrayList<>(List.of("advisories", "open", "--node", node.url()));
        all.addAll(List.of(words));
        return Ran.of(all);
    }

    @Test
    void aTagMeansItsNewestVersionThatCounts() {
        node.answering(TAG, images("revoked", "endorsed", "endorsed"))
                .answering(flaws("1.2"), "{\"endorsements\": [{\"title\": \"Debian\"}]}");

        var ran = open("vo:biomed/debian-12");

        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("Debian", "0 flaws");
    }

    @Test
    void atASiteATagOfALedgerThatItFollowsIsMeant() {
        node.answering(TAG_AT_SITE, images("withdrawn", "available"))
                .answering(
                        flaws("1.1"),
                        """
                        {"endorsements": [{"flaws": [
                          {"id": "CVE-2026-1", "urgency": "high", "package": "openssl",
                           "installed": "1", "fixed": "2", "since": "2026-11-21T00:00:00Z"}]}]}
                        """);

        var ran = open("vo:biomed/debian-12");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out()).contains("CVE-2026-1", "openssl", "fixed in 2");
    }

    @Test
    void aVersionThatIsNamedIsNotLookedFor() {
        node.answering(flaws("2.0%2Bb1"), "{\"endorsements\": []}");

        assertThat(open(GUID + "@2.0+b1").status()).isZero();
        assertThat(open(GUID + "/2.0+b1").status()).isZero();
        assertThat(node.asked()).hasSize(2);
    }

    @Test
    void whatDoesNotCountOrIsNoNameOfAnImageIsToldAsByOtherCommands() {
        node.answering(TAG, images("revoked"));

        var gone = open("vo:biomed/debian-12");
        assertThat(gone.status()).isEqualTo(1);
        assertThat(gone.err()).contains("no endorsement of 'vo:biomed/debian-12' counts");
        for (var nonsense :
                List.of("nonsense", "nobody/debian-12", "vo:biomed/ä b", GUID + "@ä b")) {
            var ran = open(nonsense);
            assertThat(ran.status()).as(nonsense).isEqualTo(2);
            assertThat(ran.err()).contains("'" + nonsense + "'");
        }
    }

    @Test
    void aSiteThatDoesNotSayIsNotTakenForACatalogue() {
        node.answering(TAG_AT_SITE, 403, new byte[0]);

        var ran = open("vo:biomed/debian-12");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains("answers with status 403");
    }
}
