package org.imprimatur.inspect.advisories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.imprimatur.inspect.facts.OsRelease;
import org.imprimatur.inspect.packages.InstalledPackage;
import org.imprimatur.inspect.packages.PackageKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Feeds of every format, from their files to what they mean for an image. */
class AdvisoryStoreTest {

    private static final Instant AT = Instant.parse("2026-11-21T00:00:00Z");
    private static final OsRelease DEBIAN =
            OsRelease.parse("ID=debian\nVERSION_ID=\"12\"\nNAME=Debian\n");
    private static final OsRelease RHEL = OsRelease.parse("ID=rhel\nVERSION_ID=\"9.4\"\n");

    @TempDir private Path directory;
    private AdvisoryStore store;

    @BeforeEach
    void openStore() {
        store = new AdvisoryStore(directory.resolve("advisories"));
    }

    private static Feed feed(String name, FeedFormat format, String ecosystem) {
        return new Feed(
                name,
                format,
                URI.create("https://example.org/" + name),
                ecosystem,
                name.contains("security"),
                true);
    }

    private FeedState take(Feed feed, String resource) throws IOException {
        var file = directory.resolve("fetched");
        try (InputStream in = AdvisoryStoreTest.class.getResourceAsStream(resource)) {
            Files.write(file, in.readAllBytes());
        }
        return store.take(feed, file, AT, AT);
    }

    static InstalledPackage debian(String name, String version, String source) {
        return installed(
                PackageKind.DEBIAN, name, version, "amd64", source, "/var/lib/dpkg/status");
    }

    private static InstalledPackage rpm(String name, String version) {
        return installed(PackageKind.RPM, name, version, "x86_64", name, "/var/lib/rpm");
    }

    private static InstalledPackage installed(
            PackageKind kind,
            String name,
            String version,
            String architecture,
            String source,
            String place) {
        return new InstalledPackage(
                kind,
                "",
                name,
                version,
                architecture,
                source,
                version,
                "",
                "",
                List.of(),
                "",
                null,
                place,
                "",
                "");
    }

    private static InstalledPackage python(String name, String version, String owner) {
        var each =
                InstalledPackage.ofLanguage(
                        PackageKind.PYTHON, "", name, version, List.of(), "/usr/lib/python3");
        return owner.isEmpty() ? each : each.inFile(owner, "");
    }

    @Test
    void debiansOwnIndexOfSecurityUpdatesTellsWhichPackagesAreBehind() throws IOException {
        take(
                feed("debian-12-security", FeedFormat.DEBIAN_PACKAGES, "Debian:12"),
                "debian-security-Packages.xz");

        var patches =
                Patches.of(
                        DEBIAN,
                        List.of(
                                debian("openssl", "3.0.11-1~deb12u2", "openssl"),
                                debian("sudo", "1.9.13p3-1+deb12u2", "sudo"),
                                debian("xz-utils", "5.6.0-1", "xz-utils")),
                        store,
                        AT);

        assertThat(patches.system()).isTrue();
        assertThat(patches.pending()).hasSize(1);
        assertThat(patches.pending().getFirst().installed().name()).isEqualTo("openssl");
        assertThat(patches.pending().getFirst().newest()).isEqualTo("3.0.22-1~deb12u2");
        assertThat(patches.pending().getFirst().security()).isTrue();
        assertThat(patches.feeds())
                .extracting(FeedState::name)
                .containsExactly("debian-12-security");
    }

    @Test
    void theTrackerTellsWhatIsFixedInTheReleaseOfTheImageAlone() throws IOException {
        take(feed("debian-tracker", FeedFormat.DEBIAN_TRACKER, ""), "tracker.json");

        var old =
                Patches.of(
                        DEBIAN,
                        List.of(debian("libssl3", "3.0.11-1~deb12u2", "openssl")),
                        store,
                        AT);
        var patched =
                Patches.of(
                        DEBIAN,
                        List.of(debian("libssl3", "3.0.15-1~deb12u1", "openssl")),
                        store,
                        AT);

        assertThat(old.flaws())
                .extracting(Patches.Flaw::id, Patches.Flaw::fixed, Patches.Flaw::urgency)
                .containsExactly(
                        tuple("CVE-2007-0002", "", Urgency.LOW),
                        tuple("CVE-2022-0001", "3.0.15-1~deb12u1", Urgency.UNKNOWN));
        assertThat(patched.flaws()).extracting(Patches.Flaw::id).containsExactly("CVE-2007-0002");
    }

    @Test
    void aRebuildOfTheSameSourceIsNotNewerThanItsFix() throws IOException {
        take(feed("debian-tracker", FeedFormat.DEBIAN_TRACKER, ""), "tracker.json");

        var rebuilt = debian("libssl3", "3.0.15-1~deb12u1+b2", "openssl");

        assertThat(Patches.of(DEBIAN, List.of(rebuilt), store, AT).flaws())
                .extracting(Patches.Flaw::id)
                .doesNotContain("CVE-2022-0001");
    }

    @Test
    void oneFlawToldByTwoFeedsIsOneAndTheGravestWordCounts() throws IOException {
        take(feed("debian-tracker", FeedFormat.DEBIAN_TRACKER, ""), "tracker.json");
        take(feed("osv-debian", FeedFormat.OSV, ""), "osv-debian.json");

        var flaws =
                Patches.of(
                                DEBIAN,
                                List.of(
                                        debian("libssl3", "3.0.11-1", "openssl"),
                                        debian("openssl", "3.0.11-1", "openssl")),
                                store,
                                AT)
                        .flaws();

        assertThat(flaws)
                .filteredOn(flaw -> flaw.id().equals("CVE-2022-0001"))
                .singleElement()
                .satisfies(
                        flaw -> {
                            assertThat(flaw.urgency()).isEqualTo(Urgency.HIGH);
                            assertThat(flaw.packages())
                                    .extracting(InstalledPackage::name)
                                    .containsExactly("libssl3", "openssl");
                        });
    }

    @Test
    void osvRangesMayBeSeveralAndNamesOfPythonHaveManySpellings() throws IOException {
        take(feed("osv-pypi", FeedFormat.OSV, ""), "osv-pypi.json");

        assertThat(flawed(python("flask-cors", "1.0.4", ""))).isTrue();
        assertThat(flawed(python("Flask.CORS", "1.0.4", ""))).isTrue();
        assertThat(flawed(python("flask-cors", "1.0.5", ""))).isFalse();
        assertThat(flawed(python("flask-cors", "2.0rc1", ""))).isTrue();
        assertThat(flawed(python("flask-cors", "2.1", ""))).isTrue();
        assertThat(flawed(python("flask-cors", "2.1.1", ""))).isFalse();
        assertThat(Patches.of(DEBIAN, List.of(python("flask-cors", "2.0", "")), store, AT).flaws())
                .extracting(Patches.Flaw::urgency)
                .containsExactly(Urgency.CRITICAL);
    }

    @Test
    void whatTheDistributionShipsIsItsOwnToPatch() throws IOException {
        take(feed("osv-pypi", FeedFormat.OSV, ""), "osv-pypi.json");

        assertThat(flawed(python("flask-cors", "1.0.4", "python3-flask-cors"))).isFalse();
    }

    private boolean flawed(InstalledPackage each) throws IOException {
        return !Patches.of(DEBIAN, List.of(each), store, AT).flaws().isEmpty();
    }

    @Test
    void aWithdrawnRecordSaysNothing() throws IOException {
        var state = take(feed("osv-pypi", FeedFormat.OSV, ""), "osv-withdrawn.json");

        assertThat(state.records()).isZero();
    }

    @Test
    void rpmRepositoriesTellTheNewestVersionsAndTheVendorsAdvisories() throws IOException {
        take(feed("el9", FeedFormat.RPM_PRIMARY, "Red Hat:9"), "primary.xml");
        take(feed("el9-updates", FeedFormat.RPM_UPDATEINFO, "Red Hat:9"), "updateinfo.xml");

        var patches =
                Patches.of(
                        RHEL,
                        List.of(rpm("bash", "5.1.8-9.el9"), rpm("openssl", "1:3.0.7-24.el9")),
                        store,
                        AT);

        assertThat(patches.pending())
                .extracting(Patches.PendingUpdate::newest)
                .containsExactly("5.1.8-10.el9", "1:3.0.7-28.el9");
        assertThat(patches.flaws())
                .extracting(Patches.Flaw::id, Patches.Flaw::urgency)
                .containsExactly(tuple("CVE-2023-5678", Urgency.HIGH));
        assertThat(Patches.of(RHEL, List.of(rpm("openssl", "1:3.0.7-28.el9")), store, AT).flaws())
                .isEmpty();
    }

    @Test
    void csafDocumentsTellWhatIsFixedWhatIsNotAndWhatIsNotAffected() throws IOException {
        take(feed("vex", FeedFormat.CSAF, ""), "csaf-vex.json");
        take(feed("el9-updates", FeedFormat.RPM_UPDATEINFO, "Red Hat:9"), "updateinfo.xml");

        var flaws =
                Patches.of(
                                RHEL,
                                List.of(
                                        rpm("openssl", "1:3.0.7-24.el9"),
                                        rpm("mozjs", "1-1"),
                                        rpm("bash", "5-1")),
                                store,
                                AT)
                        .flaws();

        assertThat(flaws)
                .extracting(Patches.Flaw::name, Patches.Flaw::fixed)
                .containsExactly(tuple("mozjs", ""), tuple("openssl", "1:3.0.7-25.el9"));
    }

    @Test
    void withoutAFeedForTheSystemNothingIsSaidToBeKnown() throws IOException {
        take(feed("osv-pypi", FeedFormat.OSV, ""), "osv-pypi.json");

        var patches = Patches.of(RHEL, List.of(rpm("bash", "1-1")), store, AT);

        assertThat(patches.system()).isFalse();
        assertThat(patches.feeds()).isEmpty();
    }

    @Test
    void theStoreTellsWhatItHasAndHowOldItIs() throws IOException {
        take(feed("debian-tracker", FeedFormat.DEBIAN_TRACKER, ""), "tracker.json");

        assertThat(new AdvisoryStore(store.directory()).feeds())
                .singleElement()
                .satisfies(
                        state -> {
                            assertThat(state.sha256()).hasSize(64);
                            assertThat(state.fetched()).isEqualTo(AT);
                            assertThat(state.records()).isEqualTo(3);
                        });
    }

    static Stream<String> badFiles() throws Exception {
        var bad = Path.of(AdvisoryStoreTest.class.getResource("bad").toURI());
        try (var files = Files.list(bad)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("badFiles")
    void aDamagedFeedIsRefusedAndTheOldOneStays(String name) throws IOException {
        var format =
                Stream.of(FeedFormat.values())
                        .filter(each -> name.startsWith(each.label()))
                        .findFirst()
                        .orElseThrow();
        var feed = feed("debian-tracker", format, "Debian:12");
        take(feed("debian-tracker", FeedFormat.DEBIAN_TRACKER, ""), "tracker.json");

        assertThatThrownBy(() -> take(feed, "bad/" + name))
                .isInstanceOf(MalformedFeed.class)
                .message()
                .isNotBlank();

        assertThat(store.feeds()).singleElement().extracting(FeedState::records).isEqualTo(3L);
        try (var left = Files.list(store.directory())) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void theFeedsThatComeWithTheProgramAreWellFormed() {
        assertThat(FeedList.builtIn()).extracting(Feed::name).contains("debian-12-security");
    }

    @ParameterizedTest
    @MethodSource("badConfigurations")
    void aFaultInAConfigurationIsToldWithItsPlace(String yaml, String fault) {
        assertThatThrownBy(
                        () ->
                                FeedList.read(
                                        new ByteArrayInputStream(
                                                yaml.getBytes(StandardCharsets.UTF_8)),
                                        "my.yaml"))
                .isInstanceOf(MalformedFeed.class)
                .hasMessageContaining("my.yaml")
                .hasMessageContaining(fault);
    }

    static Stream<Arguments> badConfigurations() {
        return Stream.of(
                Arguments.of("other: 1", "feeds"),
                Arguments.of("feeds: [", "found"),
                Arguments.of(
                        "feeds: [{name: a, format: osv, url: 'https://a', colour: red}]",
                        "unknown member 'colour'"),
                Arguments.of(
                        "feeds: [{name: a, format: rss, url: 'https://a'}]", "no format 'rss'"),
                Arguments.of("feeds: [{name: ../a, format: osv, url: 'https://a'}]", "no name"),
                Arguments.of(
                        "feeds: [{name: a, format: rpm-primary, url: 'https://a'}]", "ecosystem"),
                Arguments.of("feeds: [{name: a, format: osv, url: 'ftp://a'}]", "https"),
                Arguments.of(
                        "feeds: [{name: a, format: osv, url: 'https://a'}, {name: a, format: osv, url: 'https://a'}]",
                        "twice"));
    }

    /** Takes rows, and does something at the first one. */
    private static final class Disturbing implements AdvisoryStore.RowTaker {

        private final Runnable disturbance;
        private final Set<String> taken = new TreeSet<>();

        Disturbing(Runnable disturbance) {
            this.disturbance = disturbance;
        }

        @Override
        public void take(Advisory advisory, FeedState feed) {
            if (taken.isEmpty()) {
                disturbance.run();
            }
            taken.add(feed.name());
        }

        @Override
        public void damaged(String ecosystem, FeedState feed, MalformedFeed fault) {
            throw new AssertionError(fault);
        }
    }

    private boolean readWhile(Disturbing taker) throws IOException {
        return store.read(List.of("Debian:12"), taker);
    }

    @Test
    void whatIsReadWhileAFeedIsReplacedIsNotTakenForOneState() throws IOException {
        var one = feed("one", FeedFormat.DEBIAN_TRACKER, "");
        var two = feed("two", FeedFormat.DEBIAN_TRACKER, "");
        take(one, "tracker.json");
        take(two, "tracker.json");

        assertThat(readWhile(new Disturbing(() -> {}))).isTrue();
        assertThat(readWhile(new Disturbing(() -> replace(two)))).isFalse();
        assertThat(readWhile(new Disturbing(() -> move("two", "gone")))).isFalse();
    }

    @Test
    void aFeedThatIsAtItsOldPlaceForAMomentIsRead() throws IOException {
        take(feed("one", FeedFormat.DEBIAN_TRACKER, ""), "tracker.json");
        take(feed("two", FeedFormat.DEBIAN_TRACKER, ""), "tracker.json");
        var reading = new Disturbing(() -> move("two", ".old-two"));

        assertThat(readWhile(reading)).isTrue();
        assertThat(reading.taken).containsExactly("one", "two");
        assertThat(store.feeds()).hasSize(2);
    }

    private void replace(Feed feed) {
        try {
            var file = Files.createTempFile(directory, "feed", "");
            Files.writeString(file, "{}");
            store.take(feed, file, AT.plusSeconds(1), AT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void move(String from, String to) {
        try {
            Files.move(store.directory().resolve(from), store.directory().resolve(to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aTableThatDoesNotSayTheNewestVersionIsDamaged() throws IOException {
        take(
                feed("debian-12-security", FeedFormat.DEBIAN_PACKAGES, "Debian:12"),
                "debian-security-Packages.xz");
        var table = store.directory().resolve("debian-12-security/Debian%3A12.tsv.gz");
        try (var out = new GZIPOutputStream(Files.newOutputStream(table))) {
            out.write("NEWEST\tBINARY\topenssl\t\t\tUNKNOWN\n".getBytes(StandardCharsets.UTF_8));
        }

        assertThatThrownBy(
                        () ->
                                Patches.of(
                                        DEBIAN,
                                        List.of(debian("openssl", "3.0.11-1", "openssl")),
                                        store,
                                        AT))
                .isInstanceOf(MalformedFeed.class)
                .hasMessageContaining("is damaged");
    }

    @Test
    void anAdvisoryThatCouldNotBeReadAgainIsNotTaken() throws IOException {
        var tracker = feed("debian-tracker", FeedFormat.DEBIAN_TRACKER, "");
        var before = take(tracker, "tracker.json");
        var file = directory.resolve("fetched");
        Files.writeString(
                file,
                """
                {"openssl": {"CVE-2026-0001": {"releases": {"bookworm": {"repositories": {},
                  "status": "resolved", "fixed_version": "%s", "urgency": "high"}}}}}
                """
                        .formatted("1".repeat(1 << 20)));

        assertThatThrownBy(() -> store.take(tracker, file, AT.plusSeconds(1), AT))
                .isInstanceOf(MalformedFeed.class)
                .hasMessageContaining("CVE-2026-0001 in openssl is longer than 1048576 bytes");
        assertThat(store.feeds()).containsExactly(before);
        assertThat(store.directory()).isDirectoryNotContaining("glob:**.new-*");
    }
}
