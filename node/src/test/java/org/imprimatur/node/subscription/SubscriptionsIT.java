package org.imprimatur.node.subscription;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.imprimatur.exchange.hepix.ImageList;
import org.imprimatur.node.MovableClock;
import org.imprimatur.node.Trial;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.follow.Bell;
import org.imprimatur.node.follow.Follows;
import org.imprimatur.node.follow.PastViews;
import org.imprimatur.node.follow.Seen;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.store.DataDirectory;
import org.imprimatur.node.store.Database;
import org.imprimatur.node.subscription.ListServer.Image;
import org.imprimatur.register.FollowedList;
import org.imprimatur.register.ListedImage;
import org.imprimatur.register.Person;
import org.imprimatur.register.Sha512;
import org.imprimatur.trust.CrlMode;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.TrialAuthority.KeyKind;
import org.imprimatur.trust.TrustAnchors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a site makes of lists of others, good and bad. */
class SubscriptionsIT {

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final UUID ONE = UUID.randomUUID();
    private static final UUID TWO = UUID.randomUUID();
    private static final byte[] FILE = "an image".getBytes(UTF_8);
    private static final byte[] OTHER = "another".getBytes(UTF_8);

    private static Path directory;
    private static DataDirectory data;
    private static Database database;
    private static Trial trial;
    private static SigningKey robot;

    private final MovableClock clock = new MovableClock();
    private final Fetch fetch = new Fetch();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private ListServer server;
    private String name;
    private TrustAnchors anchors;
    private Follows follows;
    private Subscriptions subscriptions;

    @BeforeAll
    static void open(@TempDir Path temp) {
        directory = temp;
        data = DataDirectory.open(temp.resolve("data"));
        database = Database.open(Optional.empty(), data, Trial.PROGRAMS, new SecureRandom());
        trial = new Trial(temp.resolve("trial"), "catalogue.example/others");
        robot = trial.authority.issue("Robot Others", KeyKind.RSA_2048);
    }

    @AfterAll
    static void shut() {
        database.close();
        data.close();
    }

    @BeforeEach
    void begin() throws IOException {
        server = new ListServer();
        name = "list-" + COUNT.incrementAndGet();
        anchors = TrustAnchors.directory(trial.directory.resolve("anchors"), CrlMode.IF_PRESENT);
    }

    @AfterEach
    void end() throws Exception {
        for (var one : opened.reversed()) {
            one.close();
        }
        server.close();
        fetch.close();
    }

    // ---- Tools --------------------------------------------------------------------------------

    private Subscription subscription(String called, URI url, URI knownAs, Person signer) {
        return new Subscription(
                called,
                url,
                knownAs,
                signer,
                Trial.BIOMED,
                Optional.empty(),
                Duration.ofMillis(50),
                false);
    }

    private Subscription subscription() {
        return subscription(name, server.url(), server.url(), robot.person());
    }

    private void follow(Subscription... wanted) {
        if (subscriptions != null) {
            try (var next = subscriptions.next(List.of(wanted))) {
                next.put();
            }
            return;
        }
        var metrics = new Metrics();
        follows =
                Follows.open(
                        List.of(),
                        database,
                        anchors,
                        CrlMode.IF_PRESENT,
                        data.path(),
                        fetch,
                        clock,
                        new SecureRandom(),
                        metrics,
                        new Bell());
        opened.add(follows);
        subscriptions = start(List.of(wanted), metrics);
    }

    private Subscriptions start(List<Subscription> wanted, Metrics metrics) {
        var started =
                Subscriptions.open(
                        wanted,
                        database,
                        anchors,
                        follows.alarms(),
                        fetch,
                        clock,
                        new SecureRandom(),
                        metrics,
                        new Bell());
        opened.add(started);
        return started;
    }

    private Subscriptions.Status await(Predicate<Subscriptions.Status> wanted) {
        return await(0, wanted);
    }

    private Subscriptions.Status await(int number, Predicate<Subscriptions.Status> wanted) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        Subscriptions.Status last = null;
        while (System.nanoTime() < end) {
            last = subscriptions.statuses().get(number);
            if (wanted.test(last)) {
                return last;
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        throw new AssertionError("not in time: " + last);
    }

    private void serve(String version, Image... images) {
        server.serve(server.list(robot, clock.instant(), version, images));
    }

    private static Image image(UUID identifier, String version, byte[] file) {
        return new Image(identifier, version, file);
    }

    /** Follows a list with one image. */
    private FollowedList followed() {
        serve("1", image(ONE, "1.0", FILE));
        follow(subscription());
        return await(status -> status.version().equals("1")).list();
    }

    private static List<String> versions(FollowedList list) {
        return list.images().all().stream()
                .filter(one -> one.gone() == null)
                .map(one -> one.version().text())
                .toList();
    }

    private List<String> alarms() {
        return follows.alarms().all().stream()
                .filter(one -> one.origin().text().equals("list:" + name))
                .map(one -> one.kind())
                .toList();
    }

    private void awaitFault(String kind) {
        var status = await(one -> one.list().fault() != null);
        assertThat(status.list().fault()).contains(kind);
        assertThat(status.since()).isNotNull();
        assertThat(versions(status.list())).containsExactly("1.0");
        assertThat(alarms()).contains(kind);
    }

    private void awaitProblem(String what) {
        var status = await(one -> one.problem() != null && one.problem().contains(what));
        assertThat(status.since()).isNotNull();
        assertThat(status.list().fault()).isNull();
        assertThat(versions(status.list())).containsExactly("1.0");
        assertThat(alarms()).isEmpty();
    }

    private void awaitGood(String version) {
        var status =
                await(
                        one ->
                                one.version().equals(version)
                                        && one.list().fault() == null
                                        && one.problem() == null);
        assertThat(status.since()).isNull();
    }

    // ---- Good lists ---------------------------------------------------------------------------

    @Test
    void aListIsTakenWithWhatItSays() {
        var list = followed();

        assertThat(list.signer()).isEqualTo(robot.person());
        assertThat(list.owner()).isEqualTo(Trial.BIOMED);
        assertThat(list.contact()).isEqualTo("images@example.org");
        var image = list.images().of(Sha512.of(FILE)).getFirst();
        assertThat(image.fileBytes()).isEqualTo(FILE.length);
        assertThat(image.format()).isEqualTo("raw");
        assertThat(image.hypervisor()).isEqualTo("kvm");
        assertThat(image.software().name()).isEqualTo("Debian");
        assertThat(image.location()).endsWith("/image.raw");
    }

    @Test
    void whatHasNotChangedIsNotSentAgainAndIsVerifiedAgain() {
        var before = followed();
        var after = await(one -> one.list().verifiedAt().isAfter(before.verifiedAt())).list();

        assertThat(after.state()).isEqualTo(1);
        assertThat(server.asked.getLast().getRequestHeaders().getFirst("If-None-Match"))
                .isNotNull();
        assertThat(server.asked.getLast().getResponseCode()).isEqualTo(304);
    }

    @Test
    void whatIsNoLongerListedIsGoneAndMayComeBack() {
        followed();
        serve("2");
        await(status -> status.version().equals("2"));
        var gone = subscriptions.lists().getFirst().images().all().getFirst().gone();
        assertThat(gone).isNotNull();
        assertThat(gone.version()).isEqualTo("2");

        serve("3", image(ONE, "1.0", FILE), image(TWO, "1.0", OTHER));
        var list = await(status -> status.version().equals("3")).list();
        assertThat(versions(list)).containsExactly("1.0", "1.0");
        assertThat(list.images().all().getFirst().from()).isEqualTo(1);
    }

    @Test
    void aTokenIsSentWithoutBeingAskedFor() throws IOException {
        var token = Files.writeString(directory.resolve(name), "secret-token\n");
        serve("1", image(ONE, "1.0", FILE));
        follow(
                new Subscription(
                        name,
                        server.url(),
                        server.url(),
                        robot.person(),
                        Trial.BIOMED,
                        Optional.of(token),
                        Duration.ofMillis(50),
                        false));
        await(status -> status.version().equals("1"));

        var sent = server.asked.getFirst().getRequestHeaders().getFirst("Authorization");
        assertThat(new String(Base64.getDecoder().decode(sent.substring(6)), UTF_8))
                .isEqualTo("secret-token:x-oauth-basic");
    }

    // ---- Faults -------------------------------------------------------------------------------

    @Test
    void aListThatSomebodyElseHasSignedIsAFault() {
        followed();
        var mallory = trial.authority.issue("Mallory", KeyKind.RSA_2048);
        server.serve(server.list(mallory, clock.instant(), "2", image(TWO, "1.0", OTHER)));

        awaitFault("unexpected-endorser");
        serve("3", image(ONE, "1.0", FILE));
        awaitGood("3");
    }

    @Test
    void anOlderListThatIsShownAgainIsAFault() {
        var old = server.list(robot, clock.instant(), "1", image(ONE, "0.9", OTHER));
        serve("2", image(ONE, "1.0", FILE));
        follow(subscription());
        await(status -> status.version().equals("2"));

        server.serve(old);
        awaitFault("version-lower");
    }

    @Test
    void theSameVersionWithOtherContentIsAnAlarmWithBothAsEvidence() throws IOException {
        followed();
        var changed = server.list(robot, clock.instant(), "1", image(ONE, "1.0", OTHER));
        server.serve(changed);

        awaitFault("same-version-changed");
        var alarm =
                follows.alarms().all().stream()
                        .filter(one -> one.origin().text().equals("list:" + name))
                        .findFirst()
                        .orElseThrow();
        var evidence =
                new com.fasterxml.jackson.databind.ObjectMapper()
                        .readTree(follows.alarms().evidence(alarm.id()).orElseThrow());
        assertThat(evidence.path("served").binaryValue()).isEqualTo(changed);
        assertThat(ImageList.readAny(evidence.path("held").binaryValue()).text("hv:version"))
                .contains("1");

        serve("2", image(ONE, "1.1", OTHER));
        awaitGood("2");
    }

    @Test
    void anotherListAtTheSameAddressIsAFault() {
        followed();
        try (var other = new ListServer()) {
            server.serve(
                    other.list(robot, clock.instant(), "9", server.url(), image(TWO, "1", OTHER)));
            awaitFault("other-list");
        }
    }

    @Test
    void aSignerWhoseCertificateIsRevokedCountsNoMoreEvenIfTheListIsOutOfReach()
            throws IOException {
        var lost = trial.authority.issue("Robot Lost", KeyKind.RSA_2048);
        server.serve(server.list(lost, clock.instant(), "1", image(ONE, "1.0", FILE)));
        follow(subscription(name, server.url(), server.url(), lost.person()));
        await(status -> status.version().equals("1"));

        server.manners(exchange -> ListServer.plain(exchange, 503, new byte[0]));
        trial.authority.revoke(lost.certificate(), clock.instant().minusSeconds(5));
        trial.authority.writeAnchors(trial.directory.resolve("anchors"));
        awaitFault("revoked");
    }

    @Test
    void aForgedSignatureIsAFault() {
        followed();
        var forged =
                new String(server.list(robot, clock.instant(), "2", image(ONE, "1.0", FILE)), UTF_8)
                        .replace("Worker node", "Worker mode");
        server.serve(forged.getBytes(UTF_8));
        awaitFault("digest-mismatch");
    }

    // ---- Problems -----------------------------------------------------------------------------

    @Test
    void anOutageAndWhatIsNoListChangeNothing() {
        followed();
        server.manners(exchange -> ListServer.plain(exchange, 500, new byte[0]));
        awaitProblem("answered 500");
        server.manners(exchange -> ListServer.plain(exchange, 404, new byte[0]));
        awaitProblem("answered 404");
        server.serve(new byte[0]);
        awaitProblem("no list");
        server.serve("<html>Sorry</html>".getBytes(UTF_8));
        awaitProblem("no list");
        server.serve(
                """
                {"hv:imagelist": {"hv:images": []}}\
                """
                        .getBytes(UTF_8));
        awaitProblem("plain JSON");
        server.manners(exchange -> ListServer.plain(exchange, 401, new byte[0]));
        awaitProblem("token");
        server.close();
        awaitProblem("cannot be had");
    }

    @Test
    void thatNothingHasChangedIsNoAnswerToWhoDidNotAskIt() {
        var message = server.list(robot, clock.instant(), "1", image(ONE, "1.0", FILE));
        server.manners(exchange -> ListServer.plain(exchange, 200, message));
        follow(subscription());
        await(status -> status.version().equals("1"));

        server.manners(exchange -> exchange.sendResponseHeaders(304, -1));
        awaitProblem("nothing has changed");
    }

    @Test
    void aTruncatedListChangesNothing() {
        followed();
        var whole = server.list(robot, clock.instant(), "2");
        server.manners(
                exchange -> {
                    exchange.sendResponseHeaders(200, whole.length);
                    exchange.getResponseBody().write(whole, 0, whole.length / 2);
                    exchange.getResponseBody().flush();
                    exchange.close();
                });
        awaitProblem("cannot be had");
        server.serve(Arrays.copyOf(whole, whole.length / 2));
        awaitProblem("no list");
    }

    @Test
    void aListWithoutEndChangesNothing() {
        followed();
        server.manners(
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    var zeros = new byte[1 << 20];
                    for (int i = 0; i <= ImageList.MAX_BYTES / zeros.length; i++) {
                        exchange.getResponseBody().write(zeros);
                    }
                });
        awaitProblem("cannot be had");
    }

    @Test
    void anExpiredListIsKeptAndTold() {
        var list = followed();
        clock.forward(Duration.ofHours(2));
        awaitProblem("expired");
        assertThat(subscriptions.lists().getFirst().expires()).isEqualTo(list.expires());

        serve("2", image(ONE, "1.0", FILE));
        awaitGood("2");
    }

    @Test
    void aFaultStaysInItsOwnList() {
        try (var second = new ListServer()) {
            second.serve(second.list(robot, clock.instant(), "7", image(TWO, "1.0", OTHER)));
            serve("1", image(ONE, "1.0", FILE));
            follow(
                    subscription(),
                    subscription(name + "-b", second.url(), second.url(), robot.person()));
            await(0, status -> status.version().equals("1"));
            await(1, status -> status.version().equals("7"));
            server.serve(server.list(robot, clock.instant(), "1", image(ONE, "1.0", OTHER)));
            await(0, status -> status.list().fault() != null);

            second.serve(second.list(robot, clock.instant(), "8", image(TWO, "1.0", OTHER)));
            assertThat(await(1, status -> status.version().equals("8")).list().fault()).isNull();
        }
    }

    // ---- Between lists ------------------------------------------------------------------------

    private Subscription second(ListServer at) {
        return subscription(name + "-b", at.url(), at.url(), robot.person());
    }

    private List<String> alarmsOfSecond() {
        return follows.alarms().all().stream()
                .filter(one -> one.origin().text().equals("list:" + name + "-b"))
                .map(one -> one.kind())
                .toList();
    }

    @Test
    void anImageBelongsToTheListThatHadItFirstAndElsewhereItIsAnAlarm() {
        try (var second = new ListServer()) {
            serve("1", image(ONE, "1.0", FILE));
            follow(subscription());
            await(status -> status.version().equals("1"));
            second.serve(
                    second.list(
                            robot,
                            clock.instant(),
                            "1",
                            image(ONE, "2.0", OTHER),
                            image(TWO, "3.0", OTHER)));
            follow(subscription(), second(second));

            var status = await(1, one -> one.version().equals("1"));
            assertThat(versions(status.list())).containsExactly("3.0");
            assertThat(status.unusable()).singleElement().asString().contains("list:" + name);
            assertThat(status.list().fault()).isNull();
            assertThat(alarmsOfSecond()).containsExactly("image-of-another-list");

            // Its first list goes on with it, even after it had gone for a while.
            serve("2");
            await(0, one -> one.version().equals("2"));
            second.serve(second.list(robot, clock.instant(), "2", image(ONE, "2.1", OTHER)));
            assertThat(versions(await(1, one -> one.version().equals("2")).list())).isEmpty();
            serve("3", image(ONE, "1.1", FILE));
            assertThat(versions(await(0, one -> one.version().equals("3")).list()))
                    .containsExactly("1.1");
            assertThat(alarms()).isEmpty();

            // Who does not follow that list any more has consented.
            follow(second(second));
            second.serve(second.list(robot, clock.instant(), "3", image(ONE, "2.2", OTHER)));
            assertThat(versions(await(0, one -> one.version().equals("3")).list()))
                    .containsExactly("2.2");
        }
    }

    @Test
    void ofTwoListsThatComeTogetherOneHasTheImage() {
        try (var second = new ListServer()) {
            serve("1", image(ONE, "1.0", FILE));
            second.serve(second.list(robot, clock.instant(), "1", image(ONE, "1.0", OTHER)));
            follow(subscription(), second(second));
            await(0, one -> one.version().equals("1"));
            await(1, one -> one.version().equals("1"));

            assertThat(subscriptions.lists().stream().flatMap(list -> versions(list).stream()))
                    .containsExactly("1.0");
        }
    }

    @Test
    void oneListUnderTwoNamesCountsUnderTheFirst() {
        try (var second = new ListServer()) {
            serve("1", image(ONE, "1.0", FILE));
            follow(subscription());
            await(status -> status.version().equals("1"));
            second.serve(
                    server.list(
                            robot, clock.instant(), "2", second.url(), image(TWO, "1.0", OTHER)));
            follow(subscription(), second(second));

            var status = await(1, one -> one.list().fault() != null);
            assertThat(status.list().fault()).contains("list:" + name, "identifier-taken");
            assertThat(status.list().state()).isZero();
            assertThat(alarmsOfSecond()).containsExactly("identifier-taken");
            assertThat(subscriptions.lists().getFirst().fault()).isNull();

            follow(second(second));
            awaitGood("2");
        }
    }

    // ---- Consent ------------------------------------------------------------------------------

    @Test
    void aListThatSaysItIsElsewhereWaitsForConsent() {
        followed();
        var elsewhere = URI.create("https://elsewhere.example/a.list");
        server.serve(server.list(robot, clock.instant(), "2", elsewhere, image(TWO, "1", OTHER)));

        awaitProblem("before you consent: write \"url: https://elsewhere.example/a.list\"");
        assertThat(subscriptions.statuses().getFirst().movedTo()).isEqualTo(elsewhere);

        follow(subscription(name, server.url(), elsewhere, robot.person()));
        awaitGood("2");
        assertThat(subscriptions.statuses().getFirst().movedTo()).isNull();
    }

    @Test
    void aPermanentRedirectIsNotFollowed() {
        followed();
        try (var other = new ListServer()) {
            server.manners(
                    exchange -> {
                        exchange.getResponseHeaders().set("Location", other.url().toString());
                        ListServer.plain(exchange, 301, new byte[0]);
                    });
            awaitProblem("before you consent");
            assertThat(subscriptions.statuses().getFirst().movedTo()).isEqualTo(other.url());
            assertThat(other.asked).isEmpty();
        }
    }

    // ---- Images -------------------------------------------------------------------------------

    @Test
    void anImageThatCannotBeUsedHarmsNoOther() {
        serve(
                "1",
                image(ONE, "1.0", FILE),
                new Image(TWO, "1.0", OTHER, "hv:format", "raw.gz"),
                new Image(UUID.randomUUID(), "a version", OTHER));
        follow(subscription());
        var status = await(one -> one.version().equals("1"));

        assertThat(versions(status.list())).containsExactly("1.0");
        assertThat(status.unusable()).hasSize(2).anyMatch(why -> why.contains("raw.gz"));
    }

    @Test
    void versionsOfAnImageNeitherGoDownNorChangeTheirFile() {
        serve("1", image(ONE, "1.1", FILE), image(TWO, "1.0", FILE));
        follow(subscription());
        await(status -> status.version().equals("1"));
        serve("2", image(TWO, "1.0", FILE));
        await(status -> status.version().equals("2"));

        serve("3", image(ONE, "1.0", OTHER), image(TWO, "1.0", OTHER));
        var status = await(one -> one.version().equals("3"));
        assertThat(versions(status.list())).isEmpty();
        assertThat(status.unusable()).hasSize(2);
    }

    @Test
    void aLongTitleIsCutBetweenItsCharacters() {
        var beginning = "x".repeat(198);
        serve("1", new Image(ONE, "1.0", FILE, "dc:title", beginning + "😀😀"));
        follow(subscription());

        var list = await(status -> status.version().equals("1")).list();
        assertThat(list.images().all().getFirst().title()).isEqualTo(beginning + "…");
    }

    // ---- Memory -------------------------------------------------------------------------------

    @Test
    void whatWasTakenIsKnownAfterARestartAndAfterAPause() {
        followed();
        var old = server.list(robot, clock.instant(), "0", image(ONE, "0.9", OTHER));
        follow();
        assertThat(subscriptions.statuses()).isEmpty();
        server.serve(old);
        var again = start(List.of(subscription()), new Metrics());
        subscriptions = again;

        assertThat(again.lists().getFirst().state()).isEqualTo(1);
        assertThat(versions(again.lists().getFirst())).containsExactly("1.0");
        awaitFault("version-lower");
    }

    @Test
    void anyPastStateCanBeHadAgain() throws PastViews.NotKept {
        var first = followed();
        serve("2", image(TWO, "3", OTHER));
        var second = await(status -> status.version().equals("2")).list();
        serve("3", new Image(TWO, "3", OTHER, "dc:title", "Renamed"), image(ONE, "1.0", FILE));
        var third = await(status -> status.version().equals("3")).list();

        for (var list : List.of(first, second, third)) {
            var past =
                    subscriptions.list(
                            new Seen.Listed(
                                    list.name(),
                                    list.owner(),
                                    list.signer(),
                                    list.state(),
                                    list.verifiedAt(),
                                    list.fault()));
            assertThat(past).usingRecursiveComparison().ignoringFields("images").isEqualTo(list);
            assertThat(past.images().all())
                    .containsExactlyInAnyOrderElementsOf(list.images().all());
        }
        assertThat(third.images().of(Sha512.of(OTHER)).stream().map(ListedImage::title))
                .containsExactly("Renamed");
        assertThatThrownBy(
                        () ->
                                subscriptions.list(
                                        new Seen.Listed(
                                                first.name(),
                                                first.owner(),
                                                first.signer(),
                                                9,
                                                null,
                                                null)))
                .isInstanceOf(PastViews.NotKept.class);
    }

    @Test
    void whatIsNotedOfAnEarlierStateDoesNotReplaceWhatIsNotedOfALaterOne() {
        followed();
        serve("2", image(ONE, "1.0", FILE));
        await(status -> status.version().equals("2"));
        follow();

        var of = subscription().catalogue();
        database.change(
                db -> new SubscriptionTable(db).note(of, 1, clock.instant(), "a fault", null));
        var row = database.read(db -> new SubscriptionTable(db).find(of)).orElseThrow();
        assertThat(row.fault()).isNull();
        assertThat(row.validators()).isNotNull();
    }

    /** Nobody could say later what a decision rested on. */
    @Test
    void aStateThatIsNotStoredAnyMoreIsNotSeenEither() {
        serve("1", image(ONE, "1.0", FILE));
        follow();
        var followed = new CompletableFuture<Subscriber>();
        InstantSource closing =
                () -> {
                    // Asked for when the list was had, and before it is stored.
                    var one = followed.join();
                    Thread.ofPlatform().start(one::close);
                    while (!one.closed()) {
                        Thread.yield();
                    }
                    return clock.instant();
                };
        var one =
                new Subscriber(
                        subscription(),
                        fetch,
                        anchors,
                        database,
                        follows.alarms(),
                        new Claims(),
                        closing,
                        new SecureRandom(),
                        new Bell());
        opened.add(one);
        followed.complete(one);
        one.begin();
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!one.closed() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        one.close();

        assertThat(one.closed()).isTrue();
        assertThat(server.asked).isNotEmpty();
        assertThat(one.status().list().state()).isZero();
    }

    @Test
    void anotherSignerInTheSettingsCountsAtOnce() {
        followed();
        var successor = trial.authority.issue("Robot Successor", KeyKind.RSA_2048);
        follow(subscription(name, server.url(), server.url(), successor.person()));
        assertThat(subscriptions.lists().getFirst().fault()).contains("Robot Successor");

        server.serve(server.list(successor, clock.instant(), "2", image(ONE, "1.0", FILE)));
        awaitGood("2");
        var list = subscriptions.lists().getFirst();
        assertThat(list.signer()).isEqualTo(successor.person());
        assertThat(list.images().all().getFirst().introducer()).isEqualTo(robot.person());
    }
}
