package org.imprimatur.register;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.register.Example.*;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.imprimatur.register.DecisionRequest.Action;
import org.imprimatur.register.Example.Book;
import org.imprimatur.register.SitePolicy.ClassPolicy;
import org.imprimatur.register.Standing.Followed;
import org.imprimatur.register.Statement.Acceptance;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Approval;
import org.imprimatur.register.Statement.Block;
import org.imprimatur.register.Statement.Dismissal;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Statement.Policy;
import org.imprimatur.register.Statement.Practice;
import org.imprimatur.register.Statement.Reinstatement;
import org.imprimatur.register.Statement.Revocation;
import org.imprimatur.register.Statement.SiteException;
import org.imprimatur.register.Statement.SiteWord;
import org.imprimatur.register.Statement.Suspension;
import org.imprimatur.register.Statement.Unblock;
import org.junit.jupiter.api.Test;

/**
 * Random stories: a handful of people say anything they can think of, true or not, in any order,
 * and say it again. Seeded; a failure names its seed.
 */
class RegisterPropertiesTest {

    private static final int STORIES = 60;
    private static final int LENGTH = 250;

    private static final List<Person> PEOPLE = List.of(ROOT, ALICE, BOB, CAROL, EVE);
    private static final Team BUILDERS = new Team("builders");

    /** The roles that let somebody act. */
    private static final List<Role> ACTING =
            Stream.of(Role.values()).filter(role -> role != Role.CONTACT).toList();

    private static final List<PolicyRef> POLICIES =
            List.of(POLICY, POLICY, POLICY, NEW_POLICY, OPERATIONS);
    private static final List<Owner> OWNERS = List.of(GRID, BIOMED, ATLAS, NORTH, SOUTH);

    /** Every third asks nothing of contributors, the others either of the two rules. */
    private static Charter charterOf(long seed) {
        return seed % 3 == 0
                ? catalogue()
                : catalogue(seed % 3 == 1 ? ContributorRule.IDENTIFIED : ContributorRule.EACH);
    }

    /** One random story, told to a book. */
    private static final class Story {

        final Random random;
        final Book book;

        /** Whether people come, go, are suspended, and policies change. */
        final boolean busy;

        final List<Statement> said = new ArrayList<>();
        final List<Endorsement> endorsements = new ArrayList<>();
        final List<Block> blocks = new ArrayList<>();
        final List<Suspension> suspensions = new ArrayList<>();

        Story(long seed) {
            random = new Random(seed);
            busy = seed % 6 != 2 && seed % 5 < 3;
            book = new Book(charterOf(seed));
            if (seed % 2 == 0) {
                book.appoint(NORTH, Role.SITE_APPROVER, ROOT);
                book.appoint(BIOMED, Role.ENDORSER, ROOT);
            }
            if (busy) {
                book.appoint(GRID, Role.SECURITY_OFFICER, ROOT);
                if (seed % 2 == 1) {
                    book.appoint(BIOMED, Role.ENDORSER, ROOT);
                }
            }
            if (seed % 6 == 2) {
                // So that combined images have parts.
                var part = endorsement(Example.header(CATALOGUE, ROOT, book.now)).tag(null);
                say(part.guid(guid(8)).image(image("part 0")).build());
                say(part.configuration().guid(guid(9)).image(image("part 1")).build());
            }
        }

        private void say(Endorsement endorsement) {
            said.add(book.admit(endorsement));
            endorsements.add(endorsement);
        }

        <T> T one(List<T> of) {
            return of.get(random.nextInt(of.size()));
        }

        Header header() {
            // Half by ROOT, so that something happens; sometimes for another ledger.
            var signer = random.nextInt(3) == 0 ? ROOT : one(PEOPLE);
            return Example.header(random.nextInt(20) == 0 ? SITE : CATALOGUE, signer, book.now);
        }

        Statement next() {
            if (!said.isEmpty() && random.nextInt(6) == 0) {
                return one(said);
            }
            book.now = book.now.plusSeconds(random.nextInt(3600));
            var statement = fresh();
            said.add(statement);
            if (statement instanceof Endorsement endorsement) {
                endorsements.add(endorsement);
            }
            if (statement instanceof Block block) {
                blocks.add(block);
            }
            if (statement instanceof Suspension suspension) {
                suspensions.add(suspension);
            }
            return statement;
        }

        private Statement fresh() {
            // Half of the stories are about people too.
            if (busy && random.nextInt(4) == 0) {
                return aboutPeople();
            }
            return switch (random.nextInt(13)) {
                case 0, 1, 2 -> anAppointment();
                case 3 -> aDismissal();
                case 4, 5 -> acceptance(header());
                case 6, 7 -> anEndorsement();
                case 8 ->
                        endorsements.isEmpty()
                                ? acceptance(header())
                                : random.nextBoolean()
                                        ? revocation(header(), one(endorsements))
                                        : revocation(
                                                header(), one(endorsements), id(one(endorsements)));
                case 9 -> block(header(), one(OWNERS), anImage());
                case 10 -> blocks.isEmpty() ? acceptance(header()) : unblock(header(), one(blocks));
                default -> endorsements.isEmpty() ? acceptance(header()) : aSiteWord();
            };
        }

        private Statement aboutPeople() {
            return switch (random.nextInt(6)) {
                case 0 ->
                        policy(
                                header(),
                                one(OWNERS),
                                one(POLICIES),
                                book.now.plusSeconds(days(2)),
                                random.nextBoolean() ? List.of() : List.of(Role.ENDORSER));
                case 1 -> practice(header(), one(List.of(BIOMED, GRID)), "" + random.nextInt(2));
                case 2 -> new Acceptance(header(), one(POLICIES));
                case 3 -> suspension(header(), one(List.of(GRID, BIOMED, NORTH)), one(PEOPLE));
                default ->
                        suspensions.isEmpty()
                                ? acceptance(header())
                                : reinstatement(header(), one(suspensions));
            };
        }

        private Statement anAppointment() {
            var role = one(ACTING);
            var header = header();
            Instant from = busy && random.nextInt(8) == 0 ? book.now.plusSeconds(days(1)) : null;
            Instant to =
                    busy && random.nextInt(4) == 0 ? book.now.plusSeconds(86_400 + days(20)) : null;
            boolean team = busy && role == Role.ENDORSER && random.nextInt(3) == 0;
            return appointment(
                    header,
                    one(OWNERS),
                    role,
                    one(PEOPLE),
                    new Terms(from, to, team ? BUILDERS : null, team && random.nextBoolean()));
        }

        private long days(int most) {
            return 1 + random.nextInt(most * 86_400);
        }

        private Statement aDismissal() {
            var role = one(ACTING);
            var team = busy && role == Role.ENDORSER && random.nextInt(4) == 0 ? BUILDERS : null;
            return new Dismissal(header(), one(OWNERS), role, one(PEOPLE), team, "left");
        }

        private Statement aSiteWord() {
            // About few endorsements, so that sites also change their minds and repeat themselves.
            var about = one(endorsements.subList(0, Math.min(3, endorsements.size())));
            var site = one(List.of(NORTH, SOUTH));
            boolean approves = random.nextBoolean();
            if (said.size() % 8 == 5) {
                var until = book.now.plus(Duration.ofDays(said.size() % 100));
                return exception(header(), site, about.image(), UseClass.PAYLOAD, until);
            }
            return approves ? approval(header(), site, about) : refusal(header(), site, about);
        }

        private Sha512 anImage() {
            return image("image " + random.nextInt(3));
        }

        private Endorsement anEndorsement() {
            var draft =
                    endorsement(header())
                            .owner(one(OWNERS))
                            .guid(guid(random.nextInt(3)))
                            .version("1." + random.nextInt(3))
                            .tag("tag-" + random.nextInt(2))
                            .image(anImage());
            switch (random.nextInt(6)) {
                case 0 -> draft.lineage(new Lineage.Combined(image("part 0"), image("part 1")));
                case 1 -> draft.image(image("part 0"));
                case 2 -> draft.configuration().image(image("part 1"));
                default -> {}
            }
            if (random.nextInt(3) == 0) {
                draft.contributors(new Contributor("A Project", "its software", null));
            }
            if (random.nextInt(4) == 0) {
                draft.until(book.now.plusSeconds(random.nextInt(1_000_000) - 50_000));
            }
            if (!endorsements.isEmpty() && random.nextInt(4) == 0) {
                draft.replaces(one(endorsements));
            }
            if (random.nextInt(3) == 0) {
                draft.finding(HOST_KEY)
                        .waivers(waiver(book.now.plusSeconds(random.nextInt(100_000) - 50_000)));
            }
            if (busy && random.nextInt(3) == 0) {
                draft.team(new TeamAct(BUILDERS, random.nextInt(3) == 0 ? one(PEOPLE) : null));
            }
            return draft.build();
        }
    }

    private interface Telling {
        void tell(Story story, long seed);
    }

    private static void everyStory(Telling telling) {
        for (long seed = 0; seed < STORIES; seed++) {
            try {
                telling.tell(new Story(seed), seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("story " + seed, e);
            }
        }
    }

    @Test
    void theStoriesReachEveryKindAndNearlyEveryRefusal() {
        var kinds = new HashSet<Statement.Kind>();
        var codes = new HashSet<Refusal.Code>();
        everyStory(
                (story, _) -> {
                    for (int i = 0; i < LENGTH; i++) {
                        var statement = story.next();
                        switch (story.book.submit(statement)) {
                            case Judgement.Admissible _ -> kinds.add(statement.kind());
                            case Judgement.Duplicate _ -> {}
                            case Judgement.Refused(var refusal) -> {
                                codes.add(refusal.code());
                                assertThat(Clauses.all().keySet()).containsAll(refusal.clauses());
                            }
                        }
                    }
                });

        assertThat(kinds).containsExactlyInAnyOrder(Statement.Kind.values());
        // The clock, the policy and what a node asks beyond its ledger have their own tests.
        var missing = new HashSet<>(Set.of(Refusal.Code.values()));
        missing.removeAll(codes);
        assertThat(missing)
                .isSubsetOf(
                        Refusal.Code.ENDORSEMENT_NOT_IN_FORCE,
                        Refusal.Code.ISSUED_IN_FUTURE,
                        Refusal.Code.ISSUED_TOO_LONG_AGO,
                        Refusal.Code.DOCUMENT_MISSING,
                        Refusal.Code.UNKNOWN_OWNER,
                        Refusal.Code.UNKNOWN_POLICY);
    }

    @Test
    @Clause("TVM-4.4")
    void aDuplicateIsAnsweredWithItsIndexAndChangesNothing() {
        everyStory(
                (story, _) -> {
                    for (int i = 0; i < LENGTH; i++) {
                        story.book.submit(story.next());
                    }
                    var before = picture(story.book.register, story.book);
                    for (var entry : story.book.admitted) {
                        assertThat(story.book.submit(entry.statement()))
                                .isEqualTo(new Judgement.Duplicate(entry.index()));
                    }
                    assertThat(picture(story.book.register, story.book)).isEqualTo(before);
                });
    }

    @Test
    void judgingChangesNothing() {
        everyStory(
                (story, _) -> {
                    for (int i = 0; i < LENGTH; i++) {
                        var statement = story.next();
                        var book = story.book;
                        var first = book.register.judge(id(statement), statement, book.now);
                        assertThat(book.register.judge(id(statement), statement, book.now))
                                .isEqualTo(first);
                        assertThat(book.submit(statement)).isEqualTo(first);
                    }
                });
    }

    @Test
    void whoReplaysWhatWasAdmittedHasTheSameRegister() {
        everyStory(
                (story, _) -> {
                    for (int i = 0; i < LENGTH; i++) {
                        story.book.submit(story.next());
                    }
                    var replayed = new Register(story.book.register.charter());
                    for (var entry : story.book.admitted) {
                        var payload = StatementJson.write(entry.statement());
                        replayed.apply(
                                entry.index(),
                                StatementId.of(payload),
                                StatementJson.parse(payload),
                                entry.admittedAt());
                    }
                    assertThat(picture(replayed, story.book))
                            .isEqualTo(picture(story.book.register, story.book));
                });
    }

    @Test
    @Clause({"END-4.6", "EGI-5.7"})
    void whateverComesAfterARevokedEndorsementNeverCountsAgain() {
        everyStory(
                (story, _) -> {
                    var revoked = new HashSet<StatementId>();
                    for (int i = 0; i < LENGTH; i++) {
                        var statement = story.next();
                        if (story.book.submit(statement) instanceof Judgement.Admissible
                                && statement instanceof Revocation revocation) {
                            revoked.add(revocation.endorsement());
                        }
                        for (var id : revoked) {
                            assertThat(story.book.register.counts(id, story.book.now)).isFalse();
                        }
                    }
                });
    }

    /** The rules said a second time, in the plainest way, over what was admitted. */
    @Test
    @Clause({"END-2.endorser", "EGI-2.endorser", "END-2.guid", "TVM-2.tag", "TVM-2.model"})
    void whatWasAdmittedWasSaidByWhoHeldTheRoleAtThatIndex() {
        everyStory(
                (story, _) -> {
                    for (int i = 0; i < LENGTH; i++) {
                        story.book.submit(story.next());
                    }
                    var terms = new HashMap<String, List<Terms>>();
                    for (var owner : OWNERS) {
                        terms.put(role(owner, Role.APPOINTER, ROOT), List.of(Terms.PLAIN));
                    }
                    var accepted = new HashMap<Person, Set<PolicyRef>>();
                    var guids = new HashMap<Guid, Owner>();
                    var releases = new HashMap<String, Sha512>();
                    var tags = new HashMap<String, Guid>();
                    var practices = new HashSet<String>();
                    var policies = new ArrayList<>(List.of(POLICY));
                    var suspended = new HashMap<StatementId, Suspension>();
                    for (var entry : story.book.admitted) {
                        var signer = entry.statement().signer();
                        var roles = holding(terms, entry.admittedAt());
                        for (var suspension : suspended.values()) {
                            if (suspension.person().equals(signer)) {
                                assertThat(suspension.owner()).isNotEqualTo(GRID);
                            }
                        }
                        switch (entry.statement()) {
                            case Appointment s -> {
                                assertThat(roles).contains(role(s.owner(), Role.APPOINTER, signer));
                                terms.computeIfAbsent(
                                                role(s.owner(), s.role(), s.person())
                                                        + (s.terms().team() == null ? "" : "/team"),
                                                _ -> new ArrayList<>())
                                        .add(s.terms());
                            }
                            case Dismissal s -> {
                                assertThat(roles).contains(role(s.owner(), Role.APPOINTER, signer));
                                assertThat(
                                                terms.remove(
                                                        role(s.owner(), s.role(), s.person())
                                                                + (s.team() == null
                                                                        ? ""
                                                                        : "/team")))
                                        .isNotNull();
                            }
                            case Policy s -> {
                                assertThat(roles).contains(role(s.owner(), Role.APPOINTER, signer));
                                assertThat(s.owner()).isEqualTo(GRID);
                                assertThat(policies).doesNotContain(s.policy());
                                policies.add(s.policy());
                            }
                            case Acceptance s -> {
                                assertThat(policies).contains(s.policy());
                                assertThat(
                                                accepted.computeIfAbsent(
                                                                signer, _ -> new HashSet<>())
                                                        .add(s.policy()))
                                        .isTrue();
                            }
                            case Practice s -> {
                                assertThat(roles).contains(role(s.owner(), Role.ENDORSER, signer));
                                assertThat(accepted).containsKey(signer);
                                assertThat(practices.add(s.owner() + "/" + signer + s.version()))
                                        .isTrue();
                            }
                            case Suspension s -> {
                                assertThat(accepted).containsKey(signer);
                                assertThat(s.person()).isNotEqualTo(ROOT);
                                suspended.put(entry.id(), s);
                            }
                            case Reinstatement s -> {
                                assertThat(accepted).containsKey(signer);
                                assertThat(suspended.remove(s.suspension())).isNotNull();
                            }
                            case Endorsement s -> {
                                assertThat(roles)
                                        .contains(
                                                role(s.owner(), Role.ENDORSER, signer)
                                                        + (s.details().team() == null
                                                                ? ""
                                                                : "/team"));
                                assertThat(accepted.get(signer)).contains(s.policy());
                                assertThat(guids.computeIfAbsent(s.guid(), _ -> s.owner()))
                                        .isEqualTo(s.owner());
                                assertThat(
                                                releases.computeIfAbsent(
                                                        s.guid() + "/" + s.version(),
                                                        _ -> s.image()))
                                        .isEqualTo(s.image());
                                if (s.tag() != null) {
                                    assertThat(
                                                    tags.computeIfAbsent(
                                                            s.owner() + "/" + s.tag(),
                                                            _ -> s.guid()))
                                            .isEqualTo(s.guid());
                                }
                            }
                            case Revocation s -> {
                                var endorsement =
                                        story.book
                                                .register
                                                .endorsement(s.endorsement())
                                                .orElseThrow();
                                assertThat(endorsement.index()).isLessThan(entry.index());
                                assertThat(endorsement.statement().image()).isEqualTo(s.image());
                            }
                            case SiteWord s -> {
                                assertThat(roles)
                                        .contains(role(s.site(), Role.SITE_APPROVER, signer));
                                assertThat(accepted).containsKey(signer);
                            }
                            case SiteException s -> {
                                assertThat(roles)
                                        .contains(role(s.site(), Role.SITE_APPROVER, signer));
                                assertThat(accepted).containsKey(signer);
                                assertThat(s.until())
                                        .isAfter(entry.admittedAt())
                                        .isBeforeOrEqualTo(
                                                entry.admittedAt().plus(Duration.ofDays(90)));
                            }
                            case Block _, Unblock _ -> assertThat(accepted).containsKey(signer);
                        }
                    }
                });
    }

    /** What each rule on contributors promises of whatever counts. */
    @Test
    @Clause({"TVM-2.a", "TVM-4.v1", "TVM-4.v2"})
    void whatCountsHasItsContributorsNamedOrEndorsedAsTheCharterAsks() {
        int[] seen = {0, 0};
        everyStory(
                (story, seed) -> {
                    for (int i = 0; i < LENGTH; i++) {
                        story.book.submit(story.next());
                    }
                    var register = story.book.register;
                    for (var entry : register.endorsements()) {
                        var parts = entry.statement().lineage().parts();
                        if (seed % 3 == 1) {
                            assertThat(entry.statement().details().contributors()).isNotNull();
                            seen[0]++;
                        }
                        if (seed % 3 == 2 && register.counts(entry.id(), story.book.now)) {
                            for (var part : parts) {
                                assertThat(register.endorsements(part.image()))
                                        .anyMatch(
                                                there ->
                                                        there.statement().lineage().kind()
                                                                        == part.kind()
                                                                && register.counts(
                                                                        there.id(),
                                                                        story.book.now));
                                seen[1]++;
                            }
                        }
                    }
                });
        assertThat(seen[0]).isPositive();
        assertThat(seen[1]).isPositive();
    }

    private static Set<String> holding(Map<String, List<Terms>> terms, Instant at) {
        var roles = new HashSet<String>();
        terms.forEach(
                (role, all) -> {
                    if (all.stream().anyMatch(one -> one.covers(at))) {
                        roles.add(role);
                    }
                });
        return roles;
    }

    private static String role(Owner owner, Role role, Person person) {
        return owner + "/" + role + "/" + person;
    }

    @Test
    void theSupportOfEveryStatementIsAdmittedByASparseRegister() {
        everyStory(
                (story, seed) -> {
                    if (seed % 5 != 0) {
                        return;
                    }
                    for (int i = 0; i < LENGTH; i++) {
                        story.book.submit(story.next());
                    }
                    for (var entry : story.book.admitted) {
                        RegisterTest.assertSupported(story.book, entry.statement());
                    }
                });
    }

    @Test
    void theDecisionIsTheSameHoweverTwoLedgersEntriesCameIn() {
        everyStory(
                (story, seed) -> {
                    for (int i = 0; i < LENGTH; i++) {
                        story.book.submit(story.next());
                    }
                    var site = siteBook(story);
                    var random = new Random(seed);
                    var one = interleaved(story, site, random);
                    var other = interleaved(story, site, random);
                    for (int number = 0; number < 3; number++) {
                        for (var useClass : UseClass.values()) {
                            var request =
                                    new DecisionRequest(
                                            image("image " + number),
                                            useClass,
                                            Action.INSTANTIATE,
                                            "op",
                                            null);
                            assertThat(
                                            Decisions.decide(
                                                    one, POLICY_OF_NORTH, request, story.book.now))
                                    .isEqualTo(
                                            Decisions.decide(
                                                    other,
                                                    POLICY_OF_NORTH,
                                                    request,
                                                    story.book.now));
                        }
                    }
                });
    }

    /** What a permit promises, checked against the register by its plain queries. */
    @Test
    @Clause({"END-2.operator", "WLCG-3", "END-4.9"})
    void aPermitMeansAnEndorsementThatCountsAnApprovalThatStandsAndNoBlock() {
        int[] permits = {0};
        everyStory(
                (story, _) -> {
                    for (int i = 0; i < LENGTH; i++) {
                        story.book.submit(story.next());
                    }
                    var site = siteBook(story);
                    var register = story.book.register;
                    var standing = interleaved(story, site, new Random(1));
                    for (int number = 0; number < 3; number++) {
                        var image = image("image " + number);
                        var decision =
                                Decisions.decide(
                                        standing,
                                        POLICY_OF_NORTH,
                                        new DecisionRequest(
                                                image,
                                                UseClass.TRUSTED_PAYLOAD,
                                                Action.INSTANTIATE,
                                                "op",
                                                null),
                                        story.book.now);
                        boolean good =
                                register.endorsements(image).stream()
                                        .filter(e -> register.counts(e.id(), story.book.now))
                                        .filter(e -> !e.statement().owner().equals(ATLAS))
                                        .filter(e -> !suspendedAtNorth(register, e.statement()))
                                        .anyMatch(
                                                e ->
                                                        site.register
                                                                .word(NORTH, CATALOGUE, e.id())
                                                                .filter(
                                                                        w ->
                                                                                w.statement()
                                                                                        instanceof
                                                                                        Approval)
                                                                .isPresent());
                        boolean blocked =
                                register.blocks(image).stream()
                                        .anyMatch(b -> !b.statement().owner().equals(SOUTH));
                        assertThat(decision.permitted()).isEqualTo(good && !blocked);
                        permits[0] += decision.permitted() ? 1 : 0;
                    }
                });
        assertThat(permits[0]).isPositive();
    }

    private static boolean suspendedAtNorth(Register register, Endorsement endorsement) {
        return register.suspensions(endorsement.signer()).stream()
                .anyMatch(entry -> entry.statement().reaches(NORTH));
    }

    private static final SitePolicy POLICY_OF_NORTH =
            new SitePolicy(
                    NORTH,
                    Map.of(
                            UseClass.TRUSTED_PAYLOAD,
                            new ClassPolicy(Set.of(GRID, BIOMED, NORTH, SOUTH), true, List.of()),
                            UseClass.PAYLOAD,
                            new ClassPolicy(Set.of(), false, List.of())),
                    java.time.Duration.ofHours(1),
                    sha256("p"));

    /** A site that approves most of what it sees and refuses some. */
    private static Book siteBook(Story story) {
        var site = new Book(charter(SITE, NORTH));
        site.now = story.book.now;
        site.appoint(NORTH, Role.SITE_APPROVER, CAROL);
        for (var entry : story.book.register.endorsements()) {
            var header = Example.header(SITE, CAROL, site.now);
            site.admit(
                    story.random.nextInt(4) == 0
                            ? refusal(header, NORTH, entry.statement())
                            : approval(header, NORTH, entry.statement()));
        }
        return site;
    }

    private static Standing interleaved(Story story, Book site, Random random) {
        var catalogue = new Register(story.book.register.charter());
        var own = new Register(site.register.charter());
        int a = 0;
        int b = 0;
        while (a < story.book.admitted.size() || b < site.admitted.size()) {
            boolean left =
                    b == site.admitted.size()
                            || (a < story.book.admitted.size() && random.nextBoolean());
            var entry = left ? story.book.admitted.get(a++) : site.admitted.get(b++);
            (left ? catalogue : own)
                    .apply(entry.index(), entry.id(), entry.statement(), entry.admittedAt());
        }
        return new Standing(own, List.of(new Followed(catalogue, story.book.now, null)));
    }

    /** Whoever has the few records that matter to an image says of it what the register says. */
    @Test
    @Clause({"END-4.6", "EGI-5.7", "TVM-3.5"})
    void theRecordsOfTheStatusMapSayWhatTheRegisterSays() {
        everyStory(
                (story, _) -> {
                    var statuses = new StatusBook();
                    story.book.admitted.forEach(statuses::add);
                    var remembered = new java.util.TreeMap<Long, StatusRecords>();
                    for (int i = 0; i < LENGTH; i++) {
                        var register = story.book.register;
                        long before = register.size();
                        story.book.submit(story.next());
                        if (register.size() == before) {
                            continue;
                        }
                        statuses.add(story.book.admitted.getLast());
                        if (register.size() % 7 == 0) {
                            var records = records(register.charter(), statuses, register.size());
                            assertSame(register, records, story.book.now);
                            remembered.put(register.size(), records);
                        }
                    }
                    // Records only grow: every smaller ledger can still be told of.
                    remembered.forEach(
                            (size, records) ->
                                    assertThat(
                                                    records(
                                                            story.book.register.charter(),
                                                            statuses,
                                                            size))
                                            .isEqualTo(records));
                });
    }

    private static StatusRecords records(Charter charter, StatusBook statuses, long size) {
        var keys = new ArrayList<StatusKey>();
        for (int number = 0; number < 3; number++) {
            keys.add(StatusKey.of(guid(number)));
            keys.add(StatusKey.of(image("image " + number)));
        }
        // Files that the same GUIDs name, too.
        keys.add(StatusKey.of(image("part 0")));
        keys.add(StatusKey.of(image("part 1")));
        PEOPLE.forEach(person -> keys.add(StatusKey.of(person)));
        var records = new java.util.HashMap<StatusKey, List<StatusLine>>();
        for (var key : keys) {
            var lines = statuses.lines(key, size);
            for (var line : lines) {
                assertThat(StatusLine.parse(line.text())).isEqualTo(line);
                assertThat(line.keys()).contains(key);
            }
            records.put(key, lines);
        }
        return new StatusRecords(charter, records);
    }

    private static void assertSame(Register register, StatusRecords records, java.time.Instant at) {
        for (int number = 0; number < 3; number++) {
            var image = image("image " + number);
            assertThat(records.blocks(image).stream().map(StatusLine::id))
                    .containsExactlyElementsOf(
                            register.blocks(image).stream().map(Recorded::id).toList());
            assertSame(register, register.endorsements(image), records, StatusKey.of(image), at);
            assertSame(
                    register,
                    register.endorsements(guid(number)),
                    records,
                    StatusKey.of(guid(number)),
                    at);
        }
    }

    private static void assertSame(
            Register register,
            List<Recorded<Endorsement>> endorsements,
            StatusRecords records,
            StatusKey key,
            java.time.Instant at) {
        var statuses = records.status(key, at);
        assertThat(statuses.stream().map(status -> status.line().id()))
                .containsExactlyElementsOf(endorsements.stream().map(Recorded::id).toList());
        for (var status : statuses) {
            var id = status.line().id();
            boolean blocked = !register.blocks(status.endorsed().image()).isEmpty();
            var lapse = register.lapse(id, at).orElse(null);
            assertThat(status.state())
                    .isEqualTo(
                            blocked && lapse != Register.Lapse.REVOKED
                                    ? EndorsementState.BLOCKED
                                    : switch (lapse) {
                                        case null -> EndorsementState.ENDORSED;
                                        case REVOKED -> EndorsementState.REVOKED;
                                        case SUSPENDED -> EndorsementState.SUSPENDED;
                                        case ROLE_ENDED, DISPUTED -> EndorsementState.LAPSED;
                                        case ENDED -> EndorsementState.ENDED;
                                        case WAIVER_EXPIRED -> EndorsementState.WAIVER_EXPIRED;
                                        case CONTRIBUTOR_NOT_ENDORSED ->
                                                EndorsementState.CONTRIBUTOR_NOT_ENDORSED;
                                    });
        }
    }

    /** All that the queries say about what a story may have touched. */
    private static List<Object> picture(Register register, Book book) {
        var picture = new ArrayList<Object>();
        picture.add(register.size());
        picture.add(register.acceptances());
        picture.add(register.policies());
        picture.add(register.practices());
        picture.add(register.suspensions());
        for (var person : PEOPLE) {
            picture.add(register.appointments(person));
            picture.add(register.acceptances(person));
            picture.add(register.suspensions(person));
            picture.add(register.missingAcceptance(person, Role.ENDORSER, book.now));
        }
        for (var owner : OWNERS) {
            picture.add(register.appointments(owner));
            for (int tag = 0; tag < 2; tag++) {
                picture.add(register.resolve(owner, new Tag("tag-" + tag), book.now));
            }
        }
        for (int number = 0; number < 3; number++) {
            picture.add(register.history(guid(number)));
            picture.add(register.history(image("image " + number)));
            picture.add(register.blocks(image("image " + number)));
        }
        for (var entry : register.endorsements()) {
            picture.add(register.counts(entry.id(), book.now));
            picture.add(register.responsibility(entry.id()));
            picture.add(register.replacement(entry.id(), book.now));
            picture.add(register.support(entry.id()));
            picture.add(register.word(NORTH, CATALOGUE, entry.id()));
            picture.add(register.word(SOUTH, CATALOGUE, entry.id()));
        }
        return picture;
    }
}
