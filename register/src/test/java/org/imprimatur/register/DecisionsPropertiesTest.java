package org.imprimatur.register;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.register.Example.*;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.imprimatur.register.Approving.Versions;
import org.imprimatur.register.DecisionRequest.Action;
import org.imprimatur.register.Enforcement.Level;
import org.imprimatur.register.Example.Book;
import org.imprimatur.register.KnownFlaws.Flaw;
import org.imprimatur.register.Reason.Code;
import org.imprimatur.register.SitePolicy.AdvisoryLimit;
import org.imprimatur.register.SitePolicy.ClassPolicy;
import org.imprimatur.register.SitePolicy.Endorsers;
import org.imprimatur.register.SitePolicy.Limits;
import org.imprimatur.register.SitePolicy.Worst;
import org.imprimatur.register.Standing.Followed;
import org.imprimatur.register.Statement.Endorsement;
import org.junit.jupiter.api.Test;

/** What holds of every decision, whatever the ledgers and the site's policy say. */
class DecisionsPropertiesTest {

    private static final int STORIES = 400;
    private static final int QUESTIONS = 12;
    private static final Origin GRID_LEDGER = new Origin("grid.example");

    /** A condition that knows what it will say. */
    private record Says(String name, boolean holds) implements Condition {

        @Override
        public boolean looksAtRequest() {
            return false;
        }

        @Override
        public String against(Facts facts) {
            return holds ? null : "it says no";
        }
    }

    /** Two catalogues and a site, in which a little of everything was said. */
    private static final class Story {

        final Random random;
        final Book vo = new Book(charter(CATALOGUE, BIOMED, ATLAS));
        final Book grid = new Book(charter(GRID_LEDGER, GRID));
        final Book site = new Book(charter(SITE, NORTH));
        final List<Endorsement> endorsements = new ArrayList<>();

        Story(long seed) {
            random = new Random(seed);
            for (var endorser : List.of(ALICE, BOB)) {
                vo.appoint(BIOMED, Role.ENDORSER, endorser);
                vo.appoint(ATLAS, Role.ENDORSER, endorser);
                grid.appoint(GRID, Role.ENDORSER, endorser);
            }
            vo.appoint(BIOMED, Role.SECURITY_OFFICER, EVE);
            grid.appoint(GRID, Role.SECURITY_OFFICER, EVE);
            site.appoint(NORTH, Role.SECURITY_OFFICER, EVE);
            site.appoint(NORTH, Role.SITE_APPROVER, CAROL);
            for (int i = 0; i < 14; i++) {
                say();
            }
        }

        <T> T one(List<T> of) {
            return of.get(random.nextInt(of.size()));
        }

        boolean sometimes(int in) {
            return random.nextInt(in) == 0;
        }

        private Sha512 anImage() {
            return image("image " + random.nextInt(3));
        }

        private void say() {
            for (var book : List.of(vo, grid, site)) {
                book.now = book.now.plusSeconds(random.nextInt(20_000));
            }
            switch (random.nextInt(9)) {
                case 0, 1, 2, 3 -> endorse();
                case 4 -> {
                    if (!endorsements.isEmpty()) {
                        var one = one(endorsements);
                        var book = one.owner().equals(GRID) ? grid : vo;
                        book.submit(
                                revocation(
                                        header(one.header().ledger(), one.signer(), book.now),
                                        one));
                    }
                }
                case 5, 6 -> {
                    if (!endorsements.isEmpty()) {
                        var one = one(endorsements);
                        var header = header(SITE, CAROL, site.now);
                        site.submit(
                                sometimes(3)
                                        ? refusal(header, NORTH, one)
                                        : approval(header, NORTH, one));
                    }
                }
                case 7 -> {
                    var book = one(List.of(vo, grid, site));
                    var owner = book == vo ? BIOMED : book == grid ? GRID : NORTH;
                    var header = header(book.register.charter().origin(), EVE, book.now);
                    book.submit(
                            sometimes(2)
                                    ? block(header, owner, anImage())
                                    : suspension(header, owner, one(List.of(BOB, ALICE)), "olga"));
                }
                default ->
                        site.submit(
                                exception(
                                        header(SITE, CAROL, site.now),
                                        NORTH,
                                        anImage(),
                                        one(List.of(UseClass.values())),
                                        site.now.plus(Duration.ofDays(1 + random.nextInt(60)))));
            }
        }

        private void endorse() {
            boolean infrastructure = sometimes(3);
            var book = infrastructure ? grid : vo;
            int number = random.nextInt(3);
            var draft =
                    endorsement(
                                    header(
                                            book.register.charter().origin(),
                                            one(List.of(ALICE, BOB)),
                                            book.now))
                            .owner(infrastructure ? GRID : one(List.of(BIOMED, ATLAS)))
                            .guid(guid(random.nextInt(2) + (infrastructure ? 10 : 0)))
                            .version("1." + number)
                            .tag(null)
                            .image(image("image " + number))
                            .generatedAt(book.now.minus(Duration.ofDays(random.nextInt(40))));
            if (sometimes(2)) {
                draft.patchedAt(book.now.minus(Duration.ofDays(random.nextInt(40))));
            }
            if (sometimes(4)) {
                draft.finding(HOST_KEY).waivers(waiver(book.now.plus(Duration.ofDays(2))));
            }
            if (sometimes(5)) {
                draft.lineage(new Lineage.Combined(image("base"), image("more")));
            }
            var endorsement = draft.build();
            if (book.submit(endorsement) instanceof Judgement.Admissible) {
                endorsements.add(endorsement);
            }
        }

        Standing standing() {
            return new Standing(
                    site.register,
                    List.of(
                            new Followed(vo.register, sometimes(6) ? null : vo.now, null),
                            new Followed(
                                    grid.register, grid.now, sometimes(8) ? "a rollback" : null)),
                    List.of(),
                    sometimes(3) ? KnownFlaws.NOT_WATCHED : flaws());
        }

        private KnownFlaws flaws() {
            var oldest =
                    new Flaw(
                            "CVE-2026-1",
                            "openssh",
                            "1:9.2-1",
                            "1:9.2-2",
                            one(List.of(Urgency.values())),
                            vo.now.minus(days()));
            var doubt = sometimes(4) ? "nobody looked" : null;
            return sometimes(2) ? known(doubt) : known(doubt, oldest);
        }

        SitePolicy policy() {
            var classes = new EnumMap<UseClass, ClassPolicy>(UseClass.class);
            for (var useClass : UseClass.values()) {
                if (!sometimes(8)) {
                    classes.put(useClass, rules());
                }
            }
            return new SitePolicy(
                    NORTH, classes, checks(), Staleness.of(Duration.ofDays(9)), sha256("p"));
        }

        private ClassPolicy rules() {
            return new ClassPolicy(
                    some(Set.of(GRID, BIOMED, ATLAS)),
                    sometimes(3) ? some(Set.of(ALICE, BOB)) : Set.of(),
                    approving(),
                    limits(),
                    sometimes(4) ? one(List.of(ContributorRule.values())) : null,
                    sometimes(5) ? new Endorsers(2, Set.of(BIOMED, GRID)) : null,
                    sometimes(6) ? List.of(new Says("dice", sometimes(2))) : List.of(),
                    List.of());
        }

        private <T> Set<T> some(Set<T> of) {
            // In an order that is the same each time.
            var some = new HashSet<T>();
            of.stream()
                    .sorted(Comparator.comparing(Object::toString))
                    .filter(_ -> !sometimes(4))
                    .forEach(some::add);
            return some;
        }

        private Approving approving() {
            var versions = one(List.of(Versions.values()));
            return switch (random.nextInt(4)) {
                case 0 -> new Approving.Required(versions);
                case 1, 2 ->
                        new Approving.Automatic(
                                sometimes(2) ? some(Set.of(ALICE, BOB)) : Set.of(),
                                sometimes(2) ? limits() : Limits.NONE,
                                List.of(),
                                versions);
                default -> new Approving.None();
            };
        }

        private Limits limits() {
            return new Limits(
                    sometimes(4) ? one(List.of(Worst.values())) : null,
                    sometimes(4) ? days() : null,
                    sometimes(6) ? days() : null,
                    sometimes(4)
                            ? new AdvisoryLimit(days(), one(List.of(Urgency.values())))
                            : null);
        }

        private Duration days() {
            return Duration.ofDays(1 + random.nextInt(40));
        }

        private Map<Code, Enforcement> checks() {
            var checks = new EnumMap<Code, Enforcement>(Code.class);
            for (var code : Code.values()) {
                if (code.mildest() != Level.ENFORCE && sometimes(3)) {
                    var level =
                            code.mildest() == Level.OFF && sometimes(2) ? Level.OFF : Level.AUDIT;
                    checks.put(code, new Enforcement(level, "for a trial"));
                }
            }
            return checks;
        }

        DecisionRequest question() {
            return new DecisionRequest(
                    sometimes(6) ? image("unknown") : anImage(),
                    one(List.of(UseClass.values())),
                    one(List.of(Action.values())),
                    sometimes(4) ? "olga" : "peter",
                    sometimes(6) ? "olga" : null,
                    null,
                    null);
        }

        Instant moment() {
            return site.now.plus(Duration.ofDays(random.nextInt(10)));
        }
    }

    private interface Asking {
        void ask(
                Story story,
                Standing standing,
                SitePolicy policy,
                DecisionRequest request,
                Instant at);
    }

    private static void everyQuestion(Asking asking) {
        for (long seed = 0; seed < STORIES; seed++) {
            var story = new Story(seed);
            for (int i = 0; i < QUESTIONS; i++) {
                try {
                    asking.ask(
                            story,
                            story.standing(),
                            story.policy(),
                            story.question(),
                            story.moment());
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError("story %d, question %d".formatted(seed, i), e);
                }
            }
        }
    }

    private static SitePolicy with(SitePolicy policy, Map<Code, Enforcement> checks) {
        return new SitePolicy(
                policy.site(), policy.classes(), checks, policy.staleness(), policy.digest());
    }

    private static SitePolicy audited(SitePolicy policy, Level level) {
        var checks = new EnumMap<Code, Enforcement>(Code.class);
        policy.checks()
                .forEach(
                        (code, one) -> {
                            if (one.level() != Level.AUDIT) {
                                checks.put(code, one);
                            } else if (level.compareTo(code.mildest()) <= 0) {
                                checks.put(code, new Enforcement(level, "instead"));
                            }
                        });
        return with(policy, checks);
    }

    @Test
    void thereIsSomethingOfEverything() {
        var codes = new HashSet<Code>();
        everyQuestion(
                (_, standing, policy, request, at) -> {
                    var decision = Decisions.decide(standing, policy, request, at);
                    assertThat(decision.reasons()).isNotEmpty();
                    for (var reason : decision.reasons()) {
                        assertThat(reason.clauses()).isNotEmpty();
                        assertThat(Clauses.all().keySet()).containsAll(reason.clauses());
                        codes.add(reason.code());
                    }
                    assertThat(Decisions.decide(standing, policy, request, at)).isEqualTo(decision);
                });

        var missing = new HashSet<>(Set.of(Code.values()));
        missing.removeAll(codes);
        // Dismissals, disputes, planned ends and blocks of parts have their own tests.
        assertThat(missing)
                .isSubsetOf(
                        Code.ENDORSEMENT_LAPSED,
                        Code.ENDORSEMENT_DISPUTED,
                        Code.ENDORSEMENT_ENDED,
                        Code.PART_BLOCKED);
    }

    @Test
    void auditingPermitsWithANoteAndChangesNothingElse() {
        int[] seen = {0};
        everyQuestion(
                (_, standing, policy, request, at) -> {
                    var decision = Decisions.decide(standing, policy, request, at);
                    var enforced =
                            Decisions.decide(standing, audited(policy, Level.ENFORCE), request, at);
                    if (enforced.permitted()) {
                        assertThat(decision).isEqualTo(enforced);
                    } else if (decision.permitted()) {
                        seen[0]++;
                        assertThat(decision.audited()).isEqualTo(enforced.reasons());
                        assertThat(decision.reasons())
                                .extracting(Reason::code)
                                .containsExactly(Code.PERMITTED_BY_AUDIT);
                        assertThat(decision.audited())
                                .anyMatch(one -> policy.check(one.code()).level() == Level.AUDIT);
                    } else {
                        assertThat(decision.audited()).isEmpty();
                        assertThat(decision.reasons())
                                .allMatch(one -> policy.check(one.code()).level() == Level.ENFORCE);
                    }
                });
        assertThat(seen[0]).isPositive();
    }

    @Test
    void whoeverIsNotSuspendedIsToldTheSame() {
        int[] seen = {0};
        everyQuestion(
                (_, standing, policy, request, at) -> {
                    var consumer = request.consumer();
                    if (!standing.suspends(request.operator())
                            && (consumer == null || !standing.suspends(consumer))) {
                        seen[0]++;
                        assertThat(Decisions.decide(standing, policy, request, at))
                                .isEqualTo(
                                        Decisions.decide(
                                                standing,
                                                policy,
                                                new DecisionRequest(
                                                        request.image(),
                                                        request.useClass(),
                                                        request.action(),
                                                        "somebody",
                                                        "wn7"),
                                                at));
                    }
                });
        assertThat(seen[0]).isPositive();
    }

    @Test
    void aStricterPolicyNeverPermitsMore() {
        int[] seen = {0, 0};
        everyQuestion(
                (story, standing, policy, request, at) -> {
                    var stricter = stricter(story, policy);
                    boolean before = Decisions.decide(standing, policy, request, at).permitted();
                    boolean after = Decisions.decide(standing, stricter, request, at).permitted();
                    assertThat(before || !after).as("%s\n%s", policy, stricter).isTrue();
                    seen[before ? after ? 0 : 1 : 0]++;
                });
        assertThat(seen[1]).isPositive();
    }

    private static SitePolicy stricter(Story story, SitePolicy policy) {
        if (story.sometimes(4)) {
            var checks = new EnumMap<Code, Enforcement>(Code.class);
            for (var code : new TreeSet<>(policy.checks().keySet())) {
                if (!story.sometimes(2)) {
                    checks.put(
                            code,
                            story.sometimes(2)
                                    ? new Enforcement(Level.AUDIT, "stricter")
                                    : policy.check(code));
                }
            }
            return with(policy, checks);
        }
        var classes = new EnumMap<UseClass, ClassPolicy>(UseClass.class);
        for (var name : new TreeSet<>(policy.classes().keySet())) {
            classes.put(name, stricter(story, policy.classes().get(name)));
        }
        return new SitePolicy(
                policy.site(),
                classes,
                policy.checks(),
                story.sometimes(2) ? Staleness.of(Duration.ofDays(1)) : policy.staleness(),
                policy.digest());
    }

    private static ClassPolicy stricter(Story story, ClassPolicy rules) {
        var conditions = new ArrayList<>(rules.conditions());
        if (story.sometimes(4)) {
            conditions.add(new Says("more", story.sometimes(2)));
        }
        return new ClassPolicy(
                story.sometimes(2) ? story.some(rules.trusted()) : rules.trusted(),
                rules.named().isEmpty() && story.sometimes(2) ? Set.of(BOB) : rules.named(),
                story.sometimes(2) ? stricter(rules.approving()) : rules.approving(),
                story.sometimes(2) ? stricter(rules.limits()) : rules.limits(),
                rules.contributors() == null && story.sometimes(3)
                        ? ContributorRule.EACH
                        : rules.contributors(),
                rules.endorsers() == null && story.sometimes(3)
                        ? new Endorsers(2, Set.of(GRID))
                        : rules.endorsers(),
                conditions,
                rules.obligations());
    }

    private static Approving stricter(Approving approving) {
        return switch (approving) {
            case Approving.None _ ->
                    new Approving.Automatic(
                            Set.of(), Limits.NONE, List.of(), Versions.SAME_ENDORSER);
            case Approving.Automatic(var endorsers, var limits, var conditions, var versions) ->
                    versions == Versions.SAME_ENDORSER
                            ? new Approving.Automatic(endorsers, limits, conditions, Versions.ASK)
                            : new Approving.Required(Versions.ASK);
            case Approving.Required _ -> new Approving.Required(Versions.ASK);
        };
    }

    private static Limits stricter(Limits limits) {
        UnaryOperator<Duration> half =
                time -> time == null ? Duration.ofDays(20) : time.dividedBy(2);
        return new Limits(
                Worst.WARN,
                half.apply(limits.age()),
                half.apply(limits.patched()),
                new AdvisoryLimit(
                        half.apply(limits.advisory() == null ? null : limits.advisory().after()),
                        Urgency.LOW));
    }

    @Test
    @Clause({"END-4.9", "EGI-4.7", "EGI-C1"})
    void noPolicyAndNoExceptionPermitsWhatIsBlockedOrWhoIsSuspended() {
        int[] seen = {0, 0};
        everyQuestion(
                (_, standing, policy, request, at) -> {
                    boolean blocked =
                            standing.registers()
                                    .anyMatch(r -> !r.blocks(request.image()).isEmpty());
                    boolean suspended =
                            standing.registers()
                                    .flatMap(r -> r.suspensionsOfOperator("olga").stream())
                                    .anyMatch(s -> s.statement().reaches(NORTH));
                    suspended &=
                            request.operator().equals("olga") || "olga".equals(request.consumer());
                    var decision = Decisions.decide(standing, policy, request, at);
                    if (blocked || suspended) {
                        seen[blocked ? 0 : 1]++;
                        assertThat(decision.permitted()).isFalse();
                    }
                });
        assertThat(seen).doesNotContain(0);
    }
}
