package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.imprimatur.exchange.LedgerEvidence;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.Cosigner;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.ledger.TreeHead;
import org.imprimatur.ledger.VerifiedCheckpoint;
import org.imprimatur.ledger.WitnessQuorum;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.follow.Bell;
import org.imprimatur.node.follow.Follows;
import org.imprimatur.node.follow.Sighting;
import org.imprimatur.node.follow.Source;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.store.DataDirectory;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Decision;
import org.imprimatur.register.DecisionRequest;
import org.imprimatur.register.Decisions;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Reason;
import org.imprimatur.register.Register;
import org.imprimatur.register.Role;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.Standing;
import org.imprimatur.register.Statement;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatementJson;
import org.imprimatur.register.UseClass;
import org.imprimatur.trust.CrlMode;
import org.imprimatur.trust.Envelope;
import org.imprimatur.trust.SigningKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a follower makes of a ledger that has a good key and bad manners. */
class FollowFaultsIT {

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static Path directory;
    private static DataDirectory data;
    private static Database database;
    private static Trial trial;

    private FakeLedger fake;
    private final MovableClock clock = new MovableClock();
    private Fetch fetch;
    private Follows follows;
    private Endorsement endorsement;
    private List<byte[]> honest;

    @BeforeAll
    static void open(@TempDir Path temp) {
        directory = temp;
        data = DataDirectory.open(temp.resolve("data"));
        database = Database.open(Optional.empty(), data, Trial.PROGRAMS, new SecureRandom());
    }

    @AfterAll
    static void shut() {
        database.close();
        data.close();
    }

    @BeforeEach
    void begin() {
        String origin = "fake.example/" + COUNT.incrementAndGet();
        trial = new Trial(directory.resolve("trial-" + COUNT), origin);
        fake = new FakeLedger(origin);
        fetch = new Fetch();
        endorsement = trial.endorsement(trial.endorser, "an image");
        honest =
                List.of(
                        entry(
                                trial.appointment(
                                        trial.appointer, Role.ENDORSER, trial.endorser.person()),
                                trial.appointer),
                        entry(trial.acceptance(trial.endorser), trial.endorser),
                        entry(endorsement, trial.endorser));
        fake.publish(honest);
    }

    @AfterEach
    void end() {
        follows.close();
        fetch.close();
        fake.close();
    }

    // ---- Tools --------------------------------------------------------------------------------

    private static byte[] entry(Statement statement, SigningKey key) {
        return FakeLedger.entry(Instant.now(), trial.sign(statement, key));
    }

    private byte[] another(String content) {
        return entry(trial.endorsement(trial.endorser, content), trial.endorser);
    }

    private static List<byte[]> with(List<byte[]> entries, byte[]... more) {
        var all = new ArrayList<>(entries);
        all.addAll(Arrays.asList(more));
        return all;
    }

    private Charter charter() {
        return new Charter(
                trial.origin,
                fake.key.verifier().toString(),
                trial.policy,
                List.of(new Charter.Body(Trial.BIOMED, List.of(trial.appointer.person()))));
    }

    private Source source() {
        return new Source(fake.url(), charter(), Optional.empty(), Duration.ofMillis(50));
    }

    private void follow(Source... sources) {
        follows = node(sources);
    }

    /** What one node follows; several share the database. */
    private Follows node(Source... sources) {
        return Follows.open(
                List.of(sources),
                database,
                trial.authority.anchors(),
                CrlMode.IF_PRESENT,
                data.path(),
                fetch,
                clock,
                new SecureRandom(),
                new Metrics(),
                new Bell());
    }

    private void followAll() {
        follow(source());
        await(s -> s.verifiedAt() != null && s.size() == honest.size());
    }

    private Follows.Status await(Predicate<Follows.Status> wanted) {
        return await(0, wanted);
    }

    private Follows.Status await(int source, Predicate<Follows.Status> wanted) {
        return await(follows, source, wanted);
    }

    private static Follows.Status await(
            Follows node, int source, Predicate<Follows.Status> wanted) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (System.nanoTime() < end) {
            var status = node.sources().get(source);
            if (wanted.test(status)) {
                return status;
            }
            SiteTrial.pause();
        }
        throw new AssertionError("not in time: " + node.sources().get(source));
    }

    private Follows.Status awaitFault() {
        return await(s -> s.fault() != null);
    }

    private Follows.Status awaitNextLook() {
        var before = follows.sources().getFirst().verifiedAt();
        return await(s -> s.verifiedAt() != null && !s.verifiedAt().equals(before));
    }

    private Decision decide() {
        var site = Owner.parse("site:alpha");
        var own =
                new Register(
                        new Charter(
                                SiteTrial.ORIGIN,
                                SiteTrial.ORIGIN + "+key",
                                trial.policy,
                                List.of(
                                        new Charter.Body(
                                                site, List.of(trial.appointer.person())))));
        var policy =
                new SitePolicy(
                        site,
                        Map.of(
                                UseClass.TRUSTED_PAYLOAD,
                                new SitePolicy.ClassPolicy(
                                        java.util.Set.of(Trial.BIOMED), false, List.of())),
                        Duration.ofMinutes(15),
                        Sha256.of(new byte[0]));
        var request =
                new DecisionRequest(
                        endorsement.image(),
                        UseClass.TRUSTED_PAYLOAD,
                        DecisionRequest.Action.INSTANTIATE,
                        "CN=Olga",
                        null);
        return follows.ask(
                followed ->
                        Decisions.decide(
                                new Standing(own, followed), policy, request, Instant.now()));
    }

    private void assertDeniedAsFaulty() {
        var decision = decide();
        assertThat(decision.permitted()).isFalse();
        assertThat(decision.reasons().stream().map(Reason::code))
                .contains(Reason.Code.SOURCE_FAULTY);
    }

    private Path evidence(String kind) {
        var home =
                data.path()
                        .resolve("evidence")
                        .resolve(
                                Sha256.of(
                                                trial.origin
                                                        .text()
                                                        .getBytes(
                                                                java.nio.charset.StandardCharsets
                                                                        .UTF_8))
                                        .hex()
                                        .substring(0, 16));
        try (var cases = Files.list(home)) {
            return cases.filter(p -> p.getFileName().toString().startsWith(kind + "-"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no evidence of " + kind));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the file says that was kept of it. */
    private LedgerEvidence.Judgement judged(String kind) {
        try {
            return LedgerEvidence.read(Files.readAllBytes(evidence(kind).resolve("evidence.json")))
                    .judge();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void assertAlarm(String kind) {
        assertThat(follows.alarms().all())
                .anySatisfy(
                        alarm -> {
                            assertThat(alarm.origin()).isEqualTo(trial.origin);
                            assertThat(alarm.kind()).isEqualTo(kind);
                            assertThat(follows.alarms().evidence(alarm.id()))
                                    .hasValueSatisfying(
                                            file ->
                                                    assertThat(
                                                                    evidence(kind)
                                                                            .resolve(
                                                                                    "evidence.json"))
                                                            .hasBinaryContent(file));
                        });
    }

    // ---- Promises -----------------------------------------------------------------------------

    @Test
    void anHonestLedgerIsFollowedAndMayGrow() {
        followAll();
        fake.publish(with(honest, another("two")));

        var status = await(s -> s.size() == 4);

        assertThat(status.fault()).isNull();
        assertThat(decide().permitted()).isTrue();
    }

    @Test
    void aLedgerOfManyBundlesIsTakenInParts() {
        var many = new ArrayList<>(honest);
        for (int i = 0; i < 700; i++) {
            var person = new org.imprimatur.register.Person("CN=Person " + i, "CN=CA");
            many.add(
                    entry(
                            trial.appointment(trial.appointer, Role.ENDORSER, person),
                            trial.appointer));
        }
        fake.publish(many);

        follow(source());
        var status = await(s -> s.verifiedAt() != null);

        assertThat(status.size()).isEqualTo(703);
        assertThat(status.fault()).isNull();
    }

    // ---- Two nodes on one database ------------------------------------------------------------

    /** What the ledger shows to another node of this site. */
    private Source shown(FakeLedger other, List<byte[]> entries) {
        other.publish(entries);
        return new Source(other.url(), charter(), Optional.empty(), Duration.ofMillis(50));
    }

    @Test
    @Clause("TVM-3.3")
    void whatOneNodeHasSeenTheLedgerCannotHideFromTheOther() {
        followAll();
        var four = with(honest, another("only one node sees it"));
        try (var face = new FakeLedger(fake.key);
                var other = node(shown(face, four))) {
            await(other, 0, s -> s.size() == 4 && s.verifiedAt() != null);

            var status = awaitFault();
            assertThat(status.fault()).contains("shrunk from 4 to 3");
            assertDeniedAsFaulty();
            assertAlarm("rolled-back");

            fake.publish(four);
            await(s -> s.fault() == null && s.size() == 4);
            assertThat(decide().permitted()).isTrue();
        }
        follows.close();
        follow(source());
        assertThat(follows.sources().getFirst().size()).isEqualTo(4);
    }

    @Test
    @Clause("TVM-3.3")
    void aLedgerThatShowsTwoNodesTwoHistoriesIsAtFaultForBoth() {
        followAll();
        var others = with(honest.subList(0, 2), another("the third for another node"));
        try (var face = new FakeLedger(fake.key)) {
            try (var other = node(shown(face, others))) {
                assertThat(await(other, 0, s -> s.fault() != null).fault())
                        .contains("two roots for size 3");
                assertThat(awaitFault().fault()).contains("two roots for size 3");
                assertDeniedAsFaulty();
            }
        }
        follows.close();
        follow(source());
        assertThat(awaitFault().fault()).contains("two roots for size 3");
    }

    @Test
    void aRestartGoesOnWhereItWasWithoutFetchingAgain() {
        followAll();
        follows.close();
        fake.asked.clear();

        follow(source());
        var known = follows.sources().getFirst();
        awaitNextLook();

        assertThat(known.size()).isEqualTo(3);
        assertThat(known.verifiedAt()).isNotNull();
        assertThat(fake.asked).contains("checkpoint").noneMatch(p -> p.startsWith("tile/"));
    }

    @Test
    @Clause({"TVM-3.3", "END-4.5", "EGI-5.6"})
    void aRollbackIsAFaultUntilTheLedgerIsBack() {
        followAll();
        var newest = fake.note(honest);
        fake.serve(fake.note(honest.subList(0, 2)));

        var status = awaitFault();

        assertThat(status.fault()).contains("shrunk from 3 to 2");
        assertThat(status.size()).isEqualTo(3);
        assertDeniedAsFaulty();
        assertThat(evidence("rolled-back").resolve("seen.note")).hasBinaryContent(newest.bytes());
        assertThat(evidence("rolled-back").resolve("offered.note"))
                .hasBinaryContent(fake.note(honest.subList(0, 2)).bytes());
        assertAlarm("rolled-back");
        assertThat(judged("rolled-back").verdict()).isEqualTo(LedgerEvidence.Verdict.SHOWN);

        fake.publish(honest);
        await(s -> s.fault() == null);
        assertThat(decide().permitted()).isTrue();
    }

    @Test
    @Clause({"END-4.6", "EGI-5.7"})
    void aLedgerThatHidesARevocationFromThoseWhoAskForAStatusIsCaughtWithEvidence() {
        fake.publish(honest, FakeLedger.status(honest));
        followAll();
        assertThat(decide().permitted()).isTrue();
        var revocation =
                trial.revocation(
                        trial.endorser,
                        endorsement,
                        StatementId.of(StatementJson.write(endorsement)));
        var revoked = with(honest, entry(revocation, trial.endorser));
        // The tree has the revocation; the map has something else in its place.
        var lie = FakeLedger.status(with(honest, another("no revocation at all")));
        fake.publish(revoked, lie);

        var status = awaitFault();

        assertThat(status.fault()).contains("status/v1", "it can deny what was said");
        assertThat(evidence("wrong-status").resolve("offered.note"))
                .hasBinaryContent(fake.note(revoked, lie).bytes());
        // The site itself has the whole ledger, and knows.
        assertThat(decide().reasons().stream().map(Reason::code))
                .contains(Reason.Code.IMAGE_REVOKED);

        follows.close();
        follow(source());
        assertThat(awaitFault().fault()).contains("it can deny what was said");

        fake.publish(revoked, FakeLedger.status(revoked));
        await(s -> s.fault() == null && s.verifiedAt() != null);
    }

    @Test
    void aMalformedStatusRootIsAFault() {
        followAll();
        fake.serve(
                new Checkpoint(
                                fake.key.name(),
                                FakeLedger.head(honest).head(),
                                List.of("imprimatur/status/v1 AAAA"))
                        .sign(fake.key));

        assertThat(awaitFault().fault()).contains("imprimatur/status/v1 AAAA");
    }

    @Test
    @Clause({"END-4.6", "EGI-5.7"})
    void aLedgerThatStopsToGiveStatusRootsIsCaught() {
        fake.publish(honest, FakeLedger.status(honest));
        followAll();
        fake.publish(with(honest, another("two")));

        assertThat(awaitFault().fault()).contains("has no status root");
        follows.close();
        follow(source());
        assertThat(awaitFault().fault()).contains("has no status root");

        var all = with(honest, another("three"));
        fake.publish(all, FakeLedger.status(all));
        await(s -> s.fault() == null && s.size() == 4);
    }

    @Test
    void aLedgerFromBeforeStatusRootsMayBeginToGiveThem() {
        followAll();
        fake.publish(honest, FakeLedger.status(honest));
        awaitNextLook();
        var all = with(honest, another("two"));
        fake.publish(all, FakeLedger.status(all));

        assertThat(await(s -> s.size() == 4).fault()).isNull();
    }

    @Test
    @Clause("TVM-3.3")
    void twoRootsForOneSizeAreAFaultThatLasts() {
        followAll();
        var other = with(honest.subList(0, 2), another("another third"));
        fake.publish(other);
        var status = awaitFault();
        assertThat(status.fault()).contains("two roots for size 3");
        assertDeniedAsFaulty();
        assertThat(evidence("split-view").resolve("offered.note"))
                .hasBinaryContent(fake.note(other).bytes());
        assertThat(judged("split-view").verdict()).isEqualTo(LedgerEvidence.Verdict.PROVEN);

        fake.publish(honest);
        follows.close();
        follow(source());
        assertThat(awaitFault().fault()).contains("two roots for size 3");
        fake.asked.clear();
        assertThat(decide().permitted()).isFalse();

        // A person who takes it out of the list once, forgets it and its fault.
        follows.close();
        follow();
        follows.close();
        followAll();
        assertThat(decide().permitted()).isTrue();
    }

    private void exchange(Source... sources) {
        try (var next = follows.next(List.of(sources))) {
            next.put(() -> {});
        }
    }

    @Test
    void aLedgerThatIsFollowedNoMorePermitsNothingAndIsTakenUpAgainWhereItWasLeft() {
        followAll();
        exchange();
        assertThat(follows.sources()).isEmpty();
        assertThat(decide().permitted()).isFalse();
        fake.asked.clear();

        fake.status(503);
        exchange(source());

        var status = follows.sources().getFirst();
        assertThat(status.size()).isEqualTo(3);
        assertThat(status.verifiedAt()).isNotNull();
        assertThat(decide().permitted()).isTrue();
        assertThat(fake.asked).noneMatch(path -> path.startsWith("tile/"));
    }

    @Test
    void aLedgerThatIsFollowedInAnotherWayGoesOnAndOthersAreNotTouched() {
        try (var second = new FakeLedger("second.example/" + COUNT.get())) {
            var other =
                    new Source(
                            second.url(),
                            new Charter(
                                    new Origin(second.key.name()),
                                    second.key.verifier().toString(),
                                    trial.policy,
                                    charter().owners()),
                            Optional.empty(),
                            Duration.ofHours(1));
            follow(source(), other);
            await(0, s -> s.verifiedAt() != null && s.size() == 3);
            await(1, s -> s.verifiedAt() != null);
            second.asked.clear();

            var slower = new Source(fake.url(), charter(), Optional.empty(), Duration.ofMillis(60));
            exchange(slower, other);

            assertThat(follows.sources().getFirst().source()).isEqualTo(slower);
            assertThat(follows.sources().getFirst().size()).isEqualTo(3);
            fake.publish(with(honest, another("a fourth")));
            await(0, s -> s.size() == 4);
            assertThat(second.asked).isEmpty();
        }
    }

    @Test
    void aProvenFaultStaysWhileTheLedgerIsFollowedAndGoesWhenItIsTakenOut() {
        followAll();
        fake.publish(with(honest.subList(0, 2), another("another third")));
        awaitFault();
        fake.publish(honest);

        exchange(new Source(fake.url(), charter(), Optional.empty(), Duration.ofMillis(60)));
        assertThat(awaitFault().fault()).contains("two roots for size 3");

        exchange();
        exchange(source());
        await(s -> s.verifiedAt() != null && s.size() == 3);
        assertThat(decide().permitted()).isTrue();
    }

    @Test
    void aLedgerThatCouldNotBeTakenUpAnewGoesOnAtTheNextTry() {
        followAll();
        var unusable =
                new Charter(trial.origin, trial.origin + "+key", trial.policy, charter().owners());
        var bad = new Source(fake.url(), unusable, Optional.empty(), Duration.ofMillis(50));

        assertThatThrownBy(() -> follows.next(List.of(bad))).isInstanceOf(RuntimeException.class);

        assertThat(decide().permitted()).isTrue();
        exchange(source());
        awaitNextLook();
        fake.publish(with(honest, another("a fourth")));
        await(s -> s.size() == 4);
    }

    @Test
    void whatCannotBeFollowedLeavesAllAsItWas() throws IOException {
        followAll();
        var nowhere = directory.resolve("no-anchors");
        var bad = new Source(fake.url(), charter(), Optional.of(nowhere), Duration.ofMillis(50));

        assertThatThrownBy(() -> follows.next(List.of(bad))).isInstanceOf(BadConfiguration.class);

        awaitNextLook();
        assertThat(follows.sources().getFirst().source()).isEqualTo(source());
    }

    @Test
    void aForkThatGrowsIsAFault() {
        followAll();
        fake.publish(with(honest.subList(0, 2), another("x"), another("y")));

        var status = awaitFault();

        assertThat(status.fault()).contains("cannot prove that its 4 entries continue the 3");
        assertThat(status.size()).isEqualTo(3);
        assertDeniedAsFaulty();
        assertThat(evidence("split-view").resolve("seen.note")).exists();
        assertAlarm("split-view");
        // Its own tiles convict it, so that going back to the old history does not help it.
        assertThat(judged("split-view").verdict()).isEqualTo(LedgerEvidence.Verdict.PROVEN);
        fake.publish(with(honest, another("as if nothing had been")));
        follows.close();
        follow(source());
        assertThat(awaitFault().fault()).contains("cannot prove");
    }

    @Test
    void aCheckpointOfAnotherOriginIsAFault() {
        followAll();
        fake.serve(
                SignedNote.sign(
                        new Checkpoint("other.example", FakeLedger.head(honest).head()).text(),
                        fake.key));

        assertThat(awaitFault().fault()).contains("other.example");
        assertDeniedAsFaulty();
        assertThat(evidence("wrong-origin").resolve("offered.note")).exists();
        assertThat(judged("wrong-origin").verdict()).isEqualTo(LedgerEvidence.Verdict.PROVEN);
    }

    @Test
    void aCheckpointSignedByAnotherKeyIsAFault() {
        followAll();
        var thief = NoteSigner.generate(trial.origin.text(), new SecureRandom());
        fake.serve(
                new Checkpoint(
                                trial.origin.text(),
                                FakeLedger.head(with(honest, another("z"))).head())
                        .sign(thief));

        awaitFault();

        assertDeniedAsFaulty();
        assertThat(evidence("bad-signature").resolve("seen.note")).exists();
        assertThat(judged("bad-signature").verdict()).isEqualTo(LedgerEvidence.Verdict.SHOWN);
    }

    @Test
    void aReplayedCheckpointOfAnotherLedgerIsAFault() {
        followAll();
        try (var other = new FakeLedger("other.example/" + COUNT.get())) {
            fake.serve(other.note(with(honest, another("of theirs"))));

            assertThat(awaitFault().fault()).contains("no known key has signed");
        }
        assertDeniedAsFaulty();
        assertAlarm("bad-signature");
    }

    @Test
    @Clause("TVM-3.3")
    void aFrozenLedgerGrowsStaleAndRaisesAnAlarm() {
        var witness = Cosigner.generate("w.example", new SecureRandom());
        var checkpoint = Checkpoint.parse(fake.note(honest).text());
        fake.serve(checkpoint.sign(fake.key).with(witness.cosign(checkpoint, Instant.now())));
        follow(
                new Source(
                        fake.url(),
                        charter(),
                        Optional.empty(),
                        Duration.ofMillis(50),
                        Optional.of(
                                new WitnessQuorum(
                                        List.of(witness.verifier()), 1, Duration.ofMinutes(10)))));
        await(s -> s.verifiedAt() != null && s.size() == 3);
        var before = follows.sources().getFirst().verifiedAt();

        clock.forward(Duration.ofMinutes(20));
        var status = await(s -> s.problem() != null);

        // It goes on answering, and what it shows is well signed: only its age tells.
        assertThat(status.problem()).contains("w.example cosigned at", "too long ago");
        assertThat(status.verifiedAt()).isEqualTo(before);
        assertThat(status.fault()).isNull();
        assertAlarm("frozen");
        assertThat(judged("frozen").verdict()).isEqualTo(LedgerEvidence.Verdict.SHOWN);
        assertThat(judged("frozen").links().toString()).contains("w.example cosigned it at");
    }

    @Test
    @Clause("TVM-3.3")
    void aTreeThatIsCutOffIsAFaultUntilItIsWhole() {
        followAll();
        var all = with(honest, another("withheld"));
        // The checkpoint is of four entries, and there are files of three.
        fake.serve(fake.note(all));

        var status = awaitFault();

        assertThat(status.fault()).contains("has signed 4 entries", "answered 404");
        assertThat(status.size()).isEqualTo(3);
        assertDeniedAsFaulty();
        assertAlarm("truncated-tree");
        assertThat(judged("truncated-tree").verdict()).isEqualTo(LedgerEvidence.Verdict.SHOWN);
        fake.publish(all);
        await(s -> s.fault() == null && s.size() == 4);
    }

    @Test
    void aTileOfTheRightSizeWithAWrongHashIsAFaultAndConvictsNobody() {
        followAll();
        var all = with(honest, another("two"));
        byte[] wrong = new byte[4 * 32];
        new java.util.Random(1).nextBytes(wrong);
        fake.override("tile/0/000.p/4", wrong);
        fake.publish(all);

        assertThat(awaitFault().fault()).contains("cannot prove");
        assertDeniedAsFaulty();
        assertThat(judged("split-view").verdict()).isEqualTo(LedgerEvidence.Verdict.SHOWN);
        fake.noOverrides();
        await(s -> s.fault() == null && s.size() == 4);
    }

    @Test
    void aCheckpointOfAWrongSizeIsAFault() {
        followAll();
        fake.serve(
                new Checkpoint(trial.origin.text(), new TreeHead(5, FakeLedger.head(honest).root()))
                        .sign(fake.key));

        awaitFault();

        assertDeniedAsFaulty();
        assertThat(follows.sources().getFirst().size()).isEqualTo(3);
    }

    @Test
    void whatAWitnessIsShownCountsAgainstTheLedgerToo() throws Exception {
        followAll();
        var other = fake.note(with(honest.subList(0, 2), another("for others")));
        var shown =
                ((VerifiedCheckpoint.Check.Good)
                                VerifiedCheckpoint.check(other, fake.key.verifier()))
                        .checkpoint();

        assertThat(follows.sighted(shown, Duration.ofSeconds(5)))
                .isInstanceOfSatisfying(
                        Sighting.Contradicts.class,
                        found ->
                                follows.accuse(
                                        trial.origin, found.seen(), other, found.explanation()));

        assertThat(awaitFault().fault()).contains("two roots for size 3");
        assertDeniedAsFaulty();
        assertThat(judged("split-view").verdict()).isEqualTo(LedgerEvidence.Verdict.PROVEN);
    }

    @Test
    void onlyWhatIsVerifiedWholeIsCosigned() throws Exception {
        followAll();
        var good = with(honest, another("two"), another("three"));
        fake.publish(good);
        assertThat(sighted(good)).isInstanceOf(Sighting.Agrees.class);
        // An older one, too, whose beginning it is.
        assertThat(sighted(honest)).isInstanceOf(Sighting.Agrees.class);

        byte[] bad = entry(trial.endorsement(trial.stranger, "bad"), trial.stranger);
        fake.publish(with(good, bad));
        assertThat(sighted(with(good, bad)))
                .isInstanceOfSatisfying(
                        Sighting.NotYet.class,
                        not -> assertThat(not.explanation()).contains("at fault"));
    }

    private Sighting sighted(List<byte[]> entries) throws InterruptedException {
        return follows.sighted(
                ((VerifiedCheckpoint.Check.Good)
                                VerifiedCheckpoint.check(fake.note(entries), fake.key.verifier()))
                        .checkpoint(),
                Duration.ofSeconds(10));
    }

    @Test
    void whatIsNoCheckpointAtAllIsAFault() {
        followAll();
        fake.override("checkpoint", "<html>Please log in</html>".getBytes());

        assertThat(awaitFault().fault()).contains("no signed note");
        assertDeniedAsFaulty();
    }

    @Test
    void aTruncatedTileIsAFaultUntilItIsWhole() {
        followAll();
        fake.override("tile/0/000.p/4", new byte[100]);
        fake.publish(with(honest, another("two")));

        var status = awaitFault();

        assertThat(status.fault()).contains("tile/0/000.p/4");
        assertThat(status.size()).isEqualTo(3);
        assertDeniedAsFaulty();
        assertThat(evidence("malformed-data").resolve("offered.note")).exists();
        fake.noOverrides();
        await(s -> s.fault() == null && s.size() == 4);
    }

    @Test
    void aTruncatedBundleIsAFault() {
        fake.override("tile/entries/000.p/3", new byte[] {0, 50, 1});
        follow(source());

        var status = awaitFault();

        assertThat(status.fault()).contains("tile/entries/000.p/3");
        assertThat(status.size()).isZero();
    }

    @Test
    void entriesThatAreNotThoseOfTheCheckpointAreNotEvenRead() {
        var others = List.of(honest.get(0), honest.get(1), another("swapped"));
        fake.override("tile/entries/000.p/3", org.imprimatur.ledger.EntryBundle.encode(others));
        follow(source());

        var status = awaitFault();

        assertThat(status.fault()).contains("not those of its checkpoint");
        assertThat(status.size()).isZero();
        assertThat(evidence("wrong-entries").resolve("seen.note")).exists();
    }

    @Test
    @Clause("EGI-2.endorser")
    void anEntryThatTheRulesDoNotAdmitStopsTheSourceThere() throws IOException {
        byte[] bad = entry(trial.endorsement(trial.stranger, "bad"), trial.stranger);
        fake.publish(with(honest, bad, another("after")));
        follow(source());

        var status = awaitFault();

        assertThat(status.fault()).contains("entry 3").contains("may not endorse");
        assertThat(status.size()).isEqualTo(3);
        assertDeniedAsFaulty();
        assertThat(evidence("bad-entry").resolve("entry")).hasBinaryContent(bad);
        assertThat(judged("bad-entry").meaning()).contains("the ledger holds this entry");

        follows.close();
        follow(source());
        assertThat(follows.sources().getFirst().size()).isEqualTo(3);
        assertThat(awaitFault().fault()).contains("entry 3");
    }

    @Test
    @Clause("WLCG-1")
    void anEntryWithAWrongSignatureStopsTheSourceThere() {
        byte[] payload = StatementJson.write(trial.endorsement(trial.endorser, "forged"));
        byte[] signature = trial.stranger.sign(Envelope.pae(Envelope.STATEMENT_TYPE, payload));
        byte[] forged =
                FakeLedger.entry(
                        Instant.now(),
                        Envelope.of(
                                        Envelope.STATEMENT_TYPE,
                                        payload,
                                        signature,
                                        trial.endorser.chain())
                                .bytes());
        fake.publish(with(honest, forged));
        follow(source());

        var status = awaitFault();

        assertThat(status.fault()).contains("entry 3").contains("wrong-signature");
        assertThat(status.size()).isEqualTo(3);
        assertDeniedAsFaulty();
    }

    @Test
    void admissionTimesDoNotGoBack() {
        byte[] early =
                FakeLedger.entry(
                        Instant.now().minusSeconds(60),
                        trial.sign(trial.endorsement(trial.endorser, "early"), trial.endorser));
        fake.publish(with(honest, early));
        follow(source());

        assertThat(awaitFault().fault()).contains("before its predecessor");
    }

    @Test
    void admissionTimesAreNotInTheFuture() {
        byte[] late =
                FakeLedger.entry(
                        Instant.now().plusSeconds(3600),
                        trial.sign(trial.endorsement(trial.endorser, "late"), trial.endorser));
        fake.publish(with(honest, late));
        follow(source());

        assertThat(awaitFault().fault()).contains("in the future");
    }

    @Test
    void notBeingAnsweredIsNoFaultAndNotEmpty() {
        followAll();
        fake.status(503);
        var unavailable = await(s -> s.problem() != null);
        fake.status(302);
        var redirected = await(s -> String.valueOf(s.problem()).contains("redirects"));
        fake.status(200);
        fake.override("checkpoint", new byte[SignedNote.MAX_BYTES + 1]);
        var endless = await(s -> s.problem() != null && !s.problem().contains("redirects"));

        assertThat(List.of(unavailable, redirected, endless))
                .allMatch(s -> s.fault() == null && s.size() == 3);
        assertThat(redirected.problem()).contains("same host");
        assertThat(decide().permitted()).isTrue();
    }

    @Test
    void aServerMaySendWhatItHasPackedButNotMoreThanThereCanBe() {
        fake.packed = true;
        followAll();
        var bomb = new byte[org.imprimatur.ledger.EntryBundle.MAX_BYTES + 1];
        fake.override("tile/entries/000.p/4", bomb);
        fake.override("tile/entries/000", bomb);
        fake.publish(with(honest, another("two")));

        var status = await(s -> String.valueOf(s.problem()).contains("is more than"));

        assertThat(status.fault()).isNull();
        assertThat(status.size()).isEqualTo(3);
        fake.noOverrides();
        await(s -> s.size() == 4);
    }

    @Test
    void aFaultOfOneSourceDoesNotTouchAnother() {
        try (var second = new FakeLedger("other.example/" + COUNT.get())) {
            var charter =
                    new Charter(
                            new org.imprimatur.register.Origin(second.key.name()),
                            second.key.verifier().toString(),
                            trial.policy,
                            List.of(
                                    new Charter.Body(
                                            Trial.BIOMED, List.of(trial.appointer.person()))));
            second.override("checkpoint", "nonsense".getBytes());
            follow(
                    new Source(second.url(), charter, Optional.empty(), Duration.ofMillis(50)),
                    source());

            await(0, s -> s.fault() != null);
            var good = await(1, s -> s.verifiedAt() != null && s.size() == 3);

            assertThat(good.fault()).isNull();
        }
    }
}
