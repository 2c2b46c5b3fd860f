package org.imprimatur.inspect.advisories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.imprimatur.inspect.facts.OsRelease;
import org.imprimatur.inspect.packages.InstalledPackage;
import org.imprimatur.inspect.packages.InstalledSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Systems of all sizes, and hostile ones. */
@Timeout(60)
class MatchingTest {

    private static final Instant AT = Instant.parse("2026-11-21T00:00:00Z");
    private static final int FLAWS = 5000;

    @TempDir private Path directory;
    private AdvisoryStore store;

    @BeforeEach
    void fetch() throws IOException {
        store = new AdvisoryStore(directory.resolve("advisories"));
        var file = directory.resolve("fetched");
        Files.writeString(
                file,
                IntStream.range(0, FLAWS)
                        .mapToObj(
                                each ->
                                        """
                                        "CVE-2026-%05d": {"releases": {"bookworm": {
                                          "repositories": {}, "status": "open", "urgency": "low"}}}
                                        """
                                                .formatted(each))
                        .collect(Collectors.joining(",", "{\"linux\": {", "}}")));
        store.take(
                new Feed(
                        "debian-tracker",
                        FeedFormat.DEBIAN_TRACKER,
                        URI.create("https://example.org/tracker"),
                        "",
                        false,
                        true),
                file,
                AT,
                AT);
    }

    /** So many packages of the source package {@code linux}. */
    private static InstalledSystem system(int packages) {
        return new InstalledSystem(
                OsRelease.parse("ID=debian\nVERSION_ID=\"12\"\n"),
                IntStream.range(0, packages).mapToObj(MatchingTest::kernel).toList());
    }

    private static InstalledPackage kernel(int number) {
        return AdvisoryStoreTest.debian("linux-image-" + number, "6.1.1-1", "linux");
    }

    @Test
    void manyKernelsWithManyFlawsAreLookedAt() throws IOException {
        var patches = Patches.of(system(0).os(), system(100).packages(), store, AT);

        assertThat(patches.flaws()).hasSize(FLAWS).allMatch(flaw -> flaw.packages().size() == 100);
    }

    @Test
    void aSystemWithTooManyPackagesOfOneNameHoldsNoOtherUp() throws IOException {
        var outcomes = Matching.of(List.of(system(100_000), system(1)), store, AT);

        assertThat(outcomes.getFirst()).isEqualTo(new Matching.TooMuch());
        assertThat(outcomes.getLast())
                .asInstanceOf(type(Matching.Matched.class))
                .satisfies(one -> assertThat(one.patches().flaws()).hasSize(FLAWS));
    }
}
