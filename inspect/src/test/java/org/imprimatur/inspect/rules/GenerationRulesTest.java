package org.imprimatur.inspect.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.imprimatur.inspect.advisories.AdvisoryStore;
import org.imprimatur.inspect.advisories.Feed;
import org.imprimatur.inspect.advisories.FeedFormat;
import org.imprimatur.inspect.facts.Facts;
import org.imprimatur.inspect.facts.Found;
import org.imprimatur.inspect.facts.GenerationTool;
import org.imprimatur.inspect.facts.GenerationTool.Told;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program that made an image against feeds as they are fetched. */
class GenerationRulesTest {

    private static final Instant AT = Instant.parse("2026-11-21T00:00:00Z");

    private static final String FIXED =
            """
            {"id": "GHSA-1111", "aliases": ["CVE-2026-0001"], "modified": "2026-11-01T00:00:00Z",
             "affected": [{"package": {"ecosystem": "PyPI", "name": "diskimage-builder"},
               "ranges": [{"type": "ECOSYSTEM",
                           "events": [{"introduced": "0"}, {"fixed": "3.32.0"}]}]}]}
            """;

    private static final String UNFIXED =
            """
            {"id": "GHSA-2222", "modified": "2026-11-01T00:00:00Z",
             "affected": [{"package": {"ecosystem": "PyPI", "name": "diskimage-builder"},
               "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "3.33.0"}]}]}]}
            """;

    private static final String PACKAGES =
            """
            Package: mkosi
            Version: 14-3
            Architecture: all

            """;

    @TempDir private Path home;

    private AdvisoryStore store;

    @BeforeEach
    void feeds() throws IOException {
        store = new AdvisoryStore(home.resolve("store"));
        take("osv-1", FeedFormat.OSV, "", false, FIXED);
        take("osv-2", FeedFormat.OSV, "", false, UNFIXED);
    }

    private void take(
            String name, FeedFormat format, String ecosystem, boolean security, String text)
            throws IOException {
        var feed =
                new Feed(
                        name,
                        format,
                        URI.create("https://feeds.example/x"),
                        ecosystem,
                        security,
                        true);
        store.take(feed, Files.writeString(home.resolve("fetched"), text), AT, AT);
    }

    private List<String> judged(GenerationTool tool) throws IOException {
        var facts = Facts.ofNoSystem(new Found()).withGeneration(tool.matched(store, AT));
        return RuleCatalogue.judge(Profile.EGI_1, facts, List.of()).stream()
                .map(
                        each ->
                                "%s %s: %s"
                                        .formatted(
                                                each.severity().label(),
                                                each.rule().id(),
                                                each.path() + each.evidence()))
                .toList();
    }

    private static Told builder(String version) {
        return new Told("disk-image-create", version, "pkg:pypi/diskimage-builder");
    }

    @Test
    @Clause({"TVM-3.7.1", "END-4.2.a", "EGI-5.2.a"})
    void aProgramWithAFlawThatANewerOneHasNotBlocks() throws IOException {
        assertThat(judged(builder("3.31.0")))
                .containsExactly(
                        "block generation.outdated: disk-image-create 3.31.0: CVE-2026-0001; fixed in"
                                + " 3.32.0");
        assertThat(judged(builder("3.32.0"))).isEmpty();
    }

    @Test
    void aFlawWithoutAPatchIsNobodysFault() throws IOException {
        assertThat(judged(builder("3.34.0"))).isEmpty();
    }

    @Test
    @Clause({"TVM-3.7.1", "END-4.2.a", "EGI-5.2.a"})
    void aProgramOfADistributionIsComparedWithItsRepositories() throws IOException {
        var tool = new Told("mkosi", "14-2", "pkg:deb/debian/mkosi@14-2?distro=debian-12");
        take("main", FeedFormat.DEBIAN_PACKAGES, "Debian:12", false, PACKAGES);
        assertThat(judged(tool))
                .containsExactly("warn generation.pending: mkosi 14-2 is installed, 14-3 is there");

        take("main", FeedFormat.DEBIAN_PACKAGES, "Debian:12", true, PACKAGES);
        assertThat(judged(tool))
                .containsExactly(
                        "block generation.outdated: mkosi 14-2 is installed, 14-3 is there");
        assertThat(judged(new Told("mkosi", "14-3", "pkg:deb/debian/mkosi?distro=debian-12")))
                .isEmpty();
    }

    @Test
    @Clause({"TVM-3.7.1", "END-4.2.a", "EGI-5.2.a"})
    void aProgramThatNobodyNamesOrNoFeedKnowsIsTold() throws IOException {
        assertThat(judged(GenerationTool.NOT_TOLD))
                .containsExactly("warn generation.unknown: the program is not named (--tool)");
        assertThat(judged(new Told("packer", "1.11.2", "")))
                .containsExactly(
                        "warn generation.unknown: packer 1.11.2 has no package URL (--tool-package)");
        for (var url :
                List.of(
                        "pkg:golang/github.com/hashicorp/packer@1.11.2",
                        "pkg:deb/debian/mkosi",
                        "pkg:generic/packer",
                        "pkg:?")) {
            assertThat(judged(new Told("packer", "1.11.2", url)))
                    .containsExactly("warn generation.unknown: no feed speaks of " + url);
        }
    }

    @Test
    void anInspectionThatIsNoEndorsementDoesNotAsk() throws IOException {
        assertThat(judged(GenerationTool.NOT_ASKED)).isEmpty();
    }
}
