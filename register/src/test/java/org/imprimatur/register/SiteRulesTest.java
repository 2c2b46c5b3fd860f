package org.imprimatur.register;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imprimatur.register.Example.*;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.imprimatur.register.Approving.Versions;
import org.imprimatur.register.DecisionRequest.Action;
import org.imprimatur.register.Enforcement.Level;
import org.imprimatur.register.Example.Book;
import org.imprimatur.register.KnownFlaws.Flaw;
import org.imprimatur.register.Reason.Code;
import org.imprimatur.register.SitePolicy.AdvisoryLimit;
import org.imprimatur.register.SitePolicy.ClassPolicy;
import org.imprimatur.register.SitePolicy.Limits;
import org.imprimatur.register.SitePolicy.Worst;
import org.imprimatur.register.Standing.Followed;
import org.imprimatur.register.Statement.Endorsement;
import org.junit.jupiter.api.Test;

/** What a site asks for in its own policy, and what it permits by exception. */
class SiteRulesTest {

    private final Book catalogue = new Book(charter(CATALOGUE, BIOMED, ATLAS));
    private final Book site = new Book(charter(SITE, NORTH));
    private Set<Person> named = Set.of();
    private Approving approving = new Approving.None();
    private Limits limits = Limits.NONE;
    private List<Condition> conditions = List.of();
    private Map<Code, Enforcement> checks = Map.of();
    private UseClass useClass = UseClass.PAYLOAD;
    private Action action = Action.INSTANTIATE;
    private String consumer;
    private KnownFlaws flaws = KnownFlaws.NOT_WATCHED;

    SiteRulesTest() {
        catalogue.appoint(BIOMED, Role.ENDORSER, ALICE);
        catalogue.appoint(BIOMED, Role.ENDORSER, BOB);
        catalogue.appoint(BIOMED, Role.SECURITY_OFFICER, EVE);
        site.appoint(NORTH, Role.SITE_APPROVER, CAROL);
        site.appoint(NORTH, Role.SECURITY_OFFICER, EVE);
    }

    private SitePolicy policy() {
        return new SitePolicy(
                NORTH,
                Map.of(
                        UseClass.PAYLOAD,
                        new ClassPolicy(
                                Set.of(),
                                named,
                                approving,
                                limits,
                                null,
                                null,
                                conditions,
                                List.of()),
                        UseClass.TRUSTED_PAYLOAD,
                        new ClassPolicy(Set.of(), false, List.of())),
                checks,
                Staleness.of(Duration.ofDays(1000)),
                sha256("policy"));
    }

    private Standing standing() {
        return new Standing(
                site.register,
                List.of(new Followed(catalogue.register, NOON, null)),
                List.of(),
                flaws);
    }

    private Decision decide(Sha512 image, Instant at) {
        return Decisions.decide(
                standing(),
                policy(),
                new DecisionRequest(image, useClass, action, "CN=Olga", consumer, "wn1", null),
                at);
    }

    private Decision decide() {
        return decide(IMAGE, NOON);
    }

    private static List<Code> codes(Decision decision) {
        return decision.reasons().stream().map(Reason::code).toList();
    }

    private List<Code> codes() {
        var decision = decide();
        assertThat(decision.reasons())
                .allMatch(reason -> Clauses.all().keySet().containsAll(reason.clauses()))
                .noneMatch(reason -> reason.clauses().isEmpty());
        return codes(decision);
    }

    private Header bySite(Person person) {
        return header(SITE, person, site.now);
    }

    private Endorsement endorse(Person by, int version) {
        return catalogue.admit(
                endorsement(header(CATALOGUE, by, catalogue.now))
                        .version("1." + version)
                        .image(image("debian 1." + version))
                        .build());
    }

    private Endorsement endorse(Person by) {
        return endorse(by, 0);
    }

    private boolean permitted(Endorsement endorsement) {
        return decide(endorsement.image(), NOON).permitted();
    }

    private void except(Sha512 image, Duration time) {
        site.admit(exception(bySite(CAROL), NORTH, image, useClass, site.now.plus(time)));
    }

    // ---- Endorsers ------------------------------------------------------------------------------

    @Test
    @Clause({"END-3.3", "EGI-3.2"})
    void onlyTheEndorsersWhoAreNamedAreReliedOn() {
        endorse(ALICE);
        named = Set.of(BOB);
        assertThat(codes()).containsExactly(Code.ENDORSER_NOT_TRUSTED);

        catalogue.admit(endorsement(by(BOB)).build());
        assertThat(decide().permitted()).isTrue();
    }

    // ---- Limits ---------------------------------------------------------------------------------

    @Test
    void anImageMayOnlyBeSoOld() {
        catalogue.admit(
                endorsement(by(ALICE)).generatedAt(NOON.minus(Duration.ofDays(30))).build());
        limits = new Limits(null, Duration.ofDays(30), null, null);
        assertThat(decide().permitted()).isTrue();

        var later = decide(IMAGE, NOON.plusSeconds(1));
        assertThat(codes(later)).containsExactly(Code.IMAGE_TOO_OLD);
        assertThat(later.reasons().getFirst().text()).contains("30 days old");
    }

    @Test
    @Clause({"TVM-3.7.2", "END-4.2.b"})
    void patchesMayBeMissingOnlySoLongAndMustBeSpokenOf() {
        limits = new Limits(null, null, Duration.ofDays(7), null);
        endorse(ALICE);
        assertThat(codes()).containsExactly(Code.PATCHES_TOO_OLD);

        catalogue.admit(endorsement(by(BOB)).patchedAt(NOON.minus(Duration.ofDays(7))).build());
        assertThat(decide().permitted()).isTrue();
        assertThat(codes(decide(IMAGE, NOON.plusSeconds(1))))
                .containsExactly(Code.PATCHES_TOO_OLD, Code.PATCHES_TOO_OLD);
    }

    @Test
    @Clause("END-4.2.d")
    void findingsThatWereWaivedMayBeTooGrave() {
        catalogue.admit(
                endorsement(by(ALICE))
                        .finding(HOST_KEY)
                        .waivers(waiver(NOON.plusSeconds(60)))
                        .build());
        limits = new Limits(Worst.BLOCK, null, null, null);
        assertThat(decide().permitted()).isTrue();
        limits = new Limits(Worst.WARN, null, null, null);
        assertThat(codes()).containsExactly(Code.FINDING_TOO_GRAVE);
        assertThat(decide().reasons().getFirst().text()).contains(HOST_KEY.toString());
    }

    @Test
    void anImageThatWasNotReadWholeIsWorseThanOneWithFindings() {
        catalogue.admit(
                endorsement(by(ALICE))
                        .unread("/srv")
                        .waivers(
                                new Waiver(
                                        BlockingFinding.INCOMPLETE,
                                        null,
                                        "a scratch disk",
                                        NOON.plusSeconds(60)))
                        .build());
        assertThat(decide().permitted()).isTrue();
        limits = new Limits(Worst.BLOCK, null, null, null);
        assertThat(codes()).containsExactly(Code.FINDING_TOO_GRAVE);
    }

    @Test
    @Clause({"TVM-3.5", "END-4.6"})
    void anotherEndorsersRevocationForAHoleCountsAfterSoManyDays() {
        var first = endorse(ALICE);
        catalogue.admit(endorsement(by(BOB)).build());
        catalogue.admit(revocation(by(ALICE), first));
        assertThat(decide().permitted()).isTrue();

        limits = new Limits(null, null, null, new AdvisoryLimit(Duration.ofDays(2), Urgency.HIGH));
        assertThat(decide(IMAGE, NOON.plus(Duration.ofDays(2))).permitted()).isTrue();
        var later = decide(IMAGE, NOON.plus(Duration.ofDays(2)).plusSeconds(1));
        assertThat(codes(later)).containsExactly(Code.IMAGE_REVOKED, Code.ADVISORY_OPEN);
        assertThat(later.reasons().getLast().text()).contains("DSA-1-1", "2 days");
    }

    @Test
    void aHoleInAPartIsAHoleInWhatWasCombinedFromIt() {
        var base =
                catalogue.admit(
                        endorsement(by(BOB)).guid(guid(7)).tag(null).image(image("base")).build());
        catalogue.admit(
                endorsement(by(ALICE))
                        .lineage(new Lineage.Combined(image("base"), image("more")))
                        .build());
        limits = new Limits(null, null, null, new AdvisoryLimit(Duration.ZERO, Urgency.HIGH));
        assertThat(decide().permitted()).isTrue();

        catalogue.admit(revocation(by(BOB), base));
        assertThat(codes(decide(IMAGE, NOON.plusSeconds(1)))).containsExactly(Code.ADVISORY_OPEN);
    }

    // ---- Known flaws ----------------------------------------------------------------------------

    private static final Flaw SSH =
            new Flaw("CVE-2026-1", "openssh", "1:9.2-1", "1:9.2-2", Urgency.CRITICAL, NOON);
    private static final Flaw BASH =
            new Flaw("CVE-2026-2", "bash", "5.2-1", "5.2-2", Urgency.LOW, NOON.minusSeconds(60));

    private void advisory(Duration after, Urgency urgency) {
        limits = new Limits(null, null, null, new AdvisoryLimit(after, urgency));
    }

    @Test
    @Clause({"TVM-3.7.2", "END-4.2.b"})
    void aKnownFlawWithAPatchMayBeOpenOnlySoLong() {
        endorse(ALICE);
        flaws = known(null, SSH, BASH);
        var end = NOON.plus(Duration.ofDays(7));
        assertThat(decide(IMAGE, end.plusSeconds(1)).permitted()).isTrue();

        advisory(Duration.ofDays(7), Urgency.HIGH);
        assertThat(decide(IMAGE, end).permitted()).isTrue();
        for (var each : Action.values()) {
            action = each;
            var later = decide(IMAGE, end.plusSeconds(1));
            assertThat(codes(later)).containsExactly(Code.ADVISORY_OPEN);
            assertThat(later.reasons().getFirst().text())
                    .contains("openssh 1:9.2-1", "CVE-2026-1", "critical", "1:9.2-2", "7 days");
        }

        advisory(Duration.ofDays(7), Urgency.LOW);
        assertThat(codes(decide(IMAGE, end))).containsExactly(Code.ADVISORY_OPEN);
    }

    @Test
    void whatIsNotKnownOfFlawsStopsStartsAndNothingElse() {
        approving =
                new Approving.Automatic(
                        Set.of(),
                        new Limits(
                                null,
                                null,
                                null,
                                new AdvisoryLimit(Duration.ofDays(7), Urgency.HIGH)),
                        List.of(),
                        Versions.ASK);
        var endorsement = endorse(ALICE);
        flaws = known("its package list cannot be had");
        assertThat(codes()).containsExactly(Code.NOT_APPROVED);
        assertThat(decide().reasons().getFirst().text()).contains("its package list cannot be had");

        advisory(Duration.ofDays(7), Urgency.HIGH);
        assertThat(codes()).containsExactly(Code.ADVISORIES_UNKNOWN, Code.NOT_APPROVED);
        assertThat(prospect(endorsement).approvedByRule()).isTrue();
        action = Action.CONTINUE;
        assertThat(decide().permitted()).isTrue();

        // What is known counts all the same.
        flaws = known("its package list cannot be had", SSH);
        assertThat(codes(decide(IMAGE, NOON.plus(Duration.ofDays(8)))))
                .containsExactly(Code.ADVISORY_OPEN, Code.NOT_APPROVED);
    }

    // ---- Conditions -----------------------------------------------------------------------------

    private record OfHost(String host) implements Condition {

        @Override
        public String name() {
            return "host";
        }

        @Override
        public boolean looksAtRequest() {
            return true;
        }

        @Override
        public String against(Facts facts) {
            var request = facts.request();
            return host.equals(request.host()) ? null : request.host() + " is not " + host;
        }
    }

    private record Asked(String name, boolean looksAtMoment, List<String> log)
            implements Condition {

        @Override
        public boolean looksAtRequest() {
            return false;
        }

        @Override
        public String against(Facts facts) {
            log.add(name + " " + facts.candidate().signer().subject());
            return "no";
        }
    }

    @Test
    void whatLooksAtTheEndorsementAloneIsAskedOnceForEach() {
        var log = new ArrayList<String>();
        var first = new Asked("a", true, log);
        var second = new Asked("b", false, log);
        var third = new Asked("c", true, log);
        conditions = Conditions.of(List.of(first, second, third));
        endorse(ALICE);

        var once = decide();
        assertThat(log).hasSize(3);
        assertThat(decide(IMAGE, NOON.plusSeconds(1)).reasons()).isEqualTo(once.reasons());
        assertThat(once.reasons()).hasSize(3);
        assertThat(log).hasSize(5).filteredOn(line -> line.startsWith("b")).hasSize(1);
        endorse(BOB);
        decide();
        assertThat(log).filteredOn(line -> line.startsWith("b")).hasSize(2);
    }

    @Test
    @Clause({"END-1", "EGI-1", "TVM-1"})
    void aSiteNeedNotRunWhatIsEndorsedAndSaysByWhichConditionItDoesNot() {
        var endorsement = endorse(ALICE);
        conditions = List.of(new OfHost("wn1"));
        assertThat(decide().permitted()).isTrue();
        conditions = List.of(new OfHost("wn1"), new OfHost("wn2"));

        assertThat(codes()).containsExactly(Code.CONDITION_NOT_MET);
        assertThat(decide().reasons().getFirst().clauses())
                .containsExactly("END-1", "EGI-1", "TVM-1");
        assertThat(decide().reasons().getFirst().text())
                .endsWith("does not meet the condition host of site:north: wn1 is not wn2");
        assertThat(prospect(endorsement).against()).isEmpty();
        assertThatThrownBy(
                        () ->
                                new Approving.Automatic(
                                        Set.of(), Limits.NONE, conditions, Versions.ASK))
                .isInstanceOf(MalformedInput.class);
    }

    // ---- Approval -------------------------------------------------------------------------------

    private Prospect prospect(Endorsement endorsement) {
        var entry = catalogue.register.endorsement(id(endorsement)).orElseThrow();
        return Decisions.prospects(
                        standing(),
                        policy(),
                        new Candidate.Endorsed(catalogue.register.charter().origin(), entry),
                        NOON)
                .get(useClass);
    }

    private void automatic(Set<Person> endorsers, Versions versions) {
        approving = new Approving.Automatic(endorsers, Limits.NONE, List.of(), versions);
    }

    @Test
    @Clause({"WLCG-3", "WLCG-10"})
    void aRuleApprovesByEndorserAndTheOthersWaitForSomebody() {
        automatic(Set.of(ALICE), Versions.ASK);
        var first = endorse(ALICE);
        assertThat(decide().permitted()).isTrue();
        assertThat(decide().reasons().getFirst().text())
                .endsWith("approved for site:north by rule: its rule approves it");
        assertThat(prospect(first).approvedByRule()).isTrue();

        automatic(Set.of(BOB), Versions.ASK);
        assertThat(codes()).containsExactly(Code.NOT_APPROVED);
        assertThat(decide().reasons().getFirst().text())
                .endsWith("nor does its rule: CN=Alice,O=Example is none of its endorsers");
        assertThat(prospect(first).awaitsApproval()).isTrue();

        site.admit(approval(bySite(CAROL), NORTH, first));
        assertThat(decide().permitted()).isTrue();
        assertThat(prospect(first).approval()).isEqualTo(Prospect.Approval.SIGNED);
    }

    @Test
    @Clause({"WLCG-3", "WLCG-4"})
    void aSignedRefusalWinsOverEveryRule() {
        var endorsement = endorse(ALICE);
        site.admit(refusal(bySite(CAROL), NORTH, endorsement));
        catalogue.admit(endorsement(by(BOB)).build());
        for (var rule :
                List.of(
                        new Approving.Automatic(
                                Set.of(), Limits.NONE, List.of(), Versions.SAME_ENDORSER),
                        new Approving.Required(Versions.SAME_ENDORSER),
                        new Approving.Required(Versions.ASK),
                        new Approving.None())) {
            approving = rule;
            assertThat(codes()).isNotEmpty().containsOnly(Code.REFUSED_BY_SITE);
            assertThat(prospect(endorsement).approval()).isEqualTo(Prospect.Approval.REFUSED);
        }
        checks = Map.of(Code.NOT_APPROVED, new Enforcement(Level.OFF, "first weeks"));
        approving = new Approving.Required(Versions.ASK);
        assertThat(codes()).containsOnly(Code.REFUSED_BY_SITE);
    }

    @Test
    void aRuleApprovesOnlyWithinItsLimits() {
        approving =
                new Approving.Automatic(
                        Set.of(),
                        new Limits(null, Duration.ofHours(1), null, null),
                        List.of(),
                        Versions.ASK);
        endorse(ALICE);
        assertThat(codes()).containsExactly(Code.NOT_APPROVED);
        assertThat(decide().reasons().getFirst().text()).contains("may be PT1H old here");
    }

    @Test
    @Clause("WLCG-3")
    void newVersionsAreAskedAboutOrApprovedWhileTheSamePersonEndorsesThem() {
        var first = endorse(ALICE, 0);
        var second = endorse(ALICE, 1);
        var third = endorse(BOB, 2);
        var fourth = endorse(ALICE, 3);

        automatic(Set.of(), Versions.ASK);
        assertThat(permitted(first)).isTrue();
        assertThat(permitted(second)).isFalse();

        automatic(Set.of(), Versions.SAME_ENDORSER);
        assertThat(permitted(second)).isTrue();
        assertThat(permitted(third)).isFalse();
        // Somebody else came between, and nobody at the site has spoken of it.
        assertThat(permitted(fourth)).isFalse();
    }

    @Test
    @Clause("WLCG-3")
    void theVersionsAfterOneThatWasApprovedByHandFollowItsEndorser() {
        var first = endorse(ALICE, 0);
        var second = endorse(ALICE, 1);
        approving = new Approving.Required(Versions.SAME_ENDORSER);
        assertThat(permitted(first)).isFalse();
        assertThat(permitted(second)).isFalse();

        site.admit(approval(bySite(CAROL), NORTH, first));
        assertThat(permitted(second)).isTrue();
        assertThat(decide(second.image(), NOON).reasons().getFirst().text())
                .contains("same endorser as version 1.0, which was approved by CN=Carol");
        assertThat(permitted(endorse(BOB, 2))).isFalse();
        var fourth = endorse(ALICE, 3);
        assertThat(permitted(fourth)).isTrue();

        site.admit(refusal(bySite(CAROL), NORTH, second));
        assertThat(permitted(fourth)).isFalse();
        approving = new Approving.Required(Versions.ASK);
        assertThat(permitted(first)).isTrue();
        assertThat(permitted(fourth)).isFalse();
    }

    // ---- Checks ---------------------------------------------------------------------------------

    @Test
    void anAuditedCheckPermitsAndSaysWhatItLetPass() {
        endorse(ALICE);
        approving = new Approving.Required(Versions.ASK);
        limits = new Limits(null, Duration.ofHours(1), null, null);
        checks = Map.of(Code.NOT_APPROVED, new Enforcement(Level.AUDIT, "until March"));
        assertThat(codes()).containsExactly(Code.IMAGE_TOO_OLD);
        assertThat(decide().audited()).isEmpty();

        checks =
                Map.of(
                        Code.NOT_APPROVED,
                        new Enforcement(Level.AUDIT, "until March"),
                        Code.IMAGE_TOO_OLD,
                        new Enforcement(Level.AUDIT, "no rebuild yet"));
        var decision = decide();
        assertThat(decision.permitted()).isTrue();
        assertThat(decision.reasons()).hasSize(1);
        assertThat(decision.reasons().getFirst().text())
                .isEqualTo(
                        "site:north would deny this, but audits only image-too-old (no rebuild"
                                + " yet), not-approved (until March)");
        assertThat(decision.audited())
                .extracting(Reason::code)
                .containsExactly(Code.IMAGE_TOO_OLD, Code.NOT_APPROVED);
        assertThat(decision.obligations()).isEqualTo(Obligation.OF_PAYLOAD);
    }

    @Test
    void anUnknownImageIsPermittedWhereThatIsOnlyAudited() {
        checks = Map.of(Code.IMAGE_UNKNOWN, new Enforcement(Level.AUDIT, "first weeks"));

        var decision = decide();

        assertThat(decision.permitted()).isTrue();
        assertThat(codes(decision)).containsExactly(Code.PERMITTED_BY_AUDIT);
        assertThat(decision.audited()).extracting(Reason::code).containsExactly(Code.IMAGE_UNKNOWN);
        site.admit(block(bySite(CAROL), NORTH, IMAGE));
        assertThat(codes()).containsExactly(Code.IMAGE_BLOCKED);
    }

    @Test
    void aCheckThatIsOffIsNotMade() {
        endorse(ALICE);
        limits = new Limits(null, Duration.ofHours(1), null, null);
        checks = Map.of(Code.IMAGE_TOO_OLD, new Enforcement(Level.OFF, "no rebuild yet"));

        assertThat(decide().permitted()).isTrue();
        assertThat(codes()).containsExactly(Code.ENDORSED_AND_APPROVED);
        assertThat(decide().audited()).isEmpty();
    }

    @Test
    void whatWasSaidToStopAnImageOrAPersonIsAlwaysEnforced() {
        for (var code :
                List.of(
                        Code.OPERATOR_SUSPENDED,
                        Code.CONSUMER_SUSPENDED,
                        Code.ENDORSER_SUSPENDED,
                        Code.IMAGE_BLOCKED,
                        Code.PART_BLOCKED,
                        Code.IMAGE_REVOKED,
                        Code.REFUSED_BY_SITE)) {
            checks = Map.of(code, new Enforcement(Level.AUDIT, "why not"));
            assertThatThrownBy(this::policy).isInstanceOf(MalformedInput.class);
        }
        checks = Map.of(Code.IMAGE_UNKNOWN, new Enforcement(Level.OFF, "why not"));
        assertThatThrownBy(this::policy).isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> new Enforcement(Level.OFF, "")).isInstanceOf(MalformedInput.class);
    }

    // ---- People ---------------------------------------------------------------------------------

    @Test
    void aSuspendedConsumerIsStoppedAsAnOperatorIs() {
        endorse(ALICE);
        consumer = "/O=Example/CN=Mallory";
        assertThat(decide().permitted()).isTrue();

        site.admit(suspension(bySite(EVE), NORTH, person("Mallory")));

        for (var each : Action.values()) {
            action = each;
            assertThat(codes()).containsExactly(Code.CONSUMER_SUSPENDED);
        }
        assertThat(decide().reasons().getFirst().clauses()).contains("EGI-2.consumer");
        consumer = "CN=Olga";
        assertThat(decide().permitted()).isTrue();
    }

    // ---- Exceptions -----------------------------------------------------------------------------

    @Test
    @Clause({"END-1", "EGI-1", "TVM-1"})
    void anImageThatNobodyEndorsedRunsByExceptionOfTheSiteForATime() {
        assertThat(codes()).containsExactly(Code.IMAGE_UNKNOWN);
        except(IMAGE, Duration.ofDays(30));

        var decision = decide();

        assertThat(decision.permitted()).isTrue();
        assertThat(codes()).containsExactly(Code.PERMITTED_BY_EXCEPTION);
        assertThat(decision.reasons().getFirst().text())
                .startsWith("permitted by exception until 2026-12-21T12:00:00Z by CN=Carol")
                .endsWith("a rehearsal");
        assertThat(decision.reasons().getFirst().clauses())
                .containsExactly("END-1", "EGI-1", "TVM-1");
        assertThat(decision.obligations()).isEqualTo(Obligation.OF_PAYLOAD);
        var end = NOON.plus(Duration.ofDays(30));
        assertThat(decide(IMAGE, end.minusNanos(1)).permitted()).isTrue();
        assertThat(codes(decide(IMAGE, end))).containsExactly(Code.IMAGE_UNKNOWN);
    }

    @Test
    @Clause({"END-1", "EGI-1", "TVM-1"})
    void anExceptionIsForOneImageInOneClassAtOneSite() {
        except(IMAGE, Duration.ofDays(30));
        catalogue.admit(appointment(by(ROOT), BIOMED, Role.APPOINTER, CAROL));

        assertThat(decide(image("another"), NOON).permitted()).isFalse();
        useClass = UseClass.TRUSTED_PAYLOAD;
        assertThat(codes()).containsExactly(Code.IMAGE_UNKNOWN);
        useClass = UseClass.INFRASTRUCTURE;
        assertThat(codes()).containsExactly(Code.CLASS_NOT_SERVED);
    }

    @Test
    @Clause({"END-4.9", "EGI-4.7", "EGI-C1"})
    void blocksAndSuspensionsStillWin() {
        except(IMAGE, Duration.ofDays(30));
        var block = site.admit(block(bySite(CAROL), NORTH, IMAGE));
        assertThat(codes()).contains(Code.IMAGE_BLOCKED);
        site.admit(unblock(bySite(CAROL), block));
        assertThat(decide().permitted()).isTrue();

        site.admit(suspension(bySite(EVE), NORTH, person("Olga"), "CN=Olga"));
        assertThat(codes()).contains(Code.OPERATOR_SUSPENDED);
    }

    @Test
    void anExceptionReachesOverWhatStandsAgainstTheEndorsementsThen() {
        var endorsement = endorse(ALICE);
        catalogue.admit(revocation(by(ALICE), endorsement));
        site.admit(refusal(bySite(CAROL), NORTH, endorsement));
        site.now = NOON.plusSeconds(60);
        except(IMAGE, Duration.ofDays(30));

        assertThat(codes(decide(IMAGE, site.now))).containsExactly(Code.PERMITTED_BY_EXCEPTION);
    }

    @Test
    void whatIsSaidAfterAnExceptionCountsAgain() {
        var endorsement = endorse(ALICE);
        approving = new Approving.Required(Versions.ASK);
        except(IMAGE, Duration.ofDays(30));
        assertThat(codes()).containsExactly(Code.PERMITTED_BY_EXCEPTION);

        catalogue.now = NOON.plusSeconds(60);
        catalogue.admit(revocation(header(CATALOGUE, ALICE, catalogue.now), endorsement));
        assertThat(codes()).contains(Code.IMAGE_REVOKED);
        site.now = NOON.plusSeconds(120);
        except(IMAGE, Duration.ofDays(30));
        assertThat(codes()).containsExactly(Code.PERMITTED_BY_EXCEPTION);

        site.admit(refusal(bySite(CAROL), NORTH, endorsement));
        assertThat(codes()).contains(Code.REFUSED_BY_SITE);
    }

    @Test
    void aLaterBlockOfAPartIsSaidAfterAnException() {
        catalogue.appoint(ATLAS, Role.SECURITY_OFFICER, EVE);
        approving = new Approving.Required(Versions.ASK);
        catalogue.admit(
                endorsement(by(ALICE))
                        .lineage(new Lineage.Combined(image("base"), image("more")))
                        .build());
        except(IMAGE, Duration.ofDays(30));
        assertThat(codes()).containsExactly(Code.PERMITTED_BY_EXCEPTION);

        catalogue.now = NOON.plusSeconds(60);
        catalogue.admit(block(header(CATALOGUE, EVE, catalogue.now), ATLAS, image("base")));
        assertThat(codes()).contains(Code.PART_BLOCKED);
    }

    @Test
    @Clause({"END-1", "EGI-1", "TVM-1"})
    void onlyAnApproverMakesAnExceptionAndOnlyForAtMostNinetyDays() {
        var header = bySite(CAROL);
        assertThat(site.codeOf(exception(bySite(BOB), NORTH, IMAGE, useClass, NOON.plusSeconds(9))))
                .isEqualTo(Refusal.Code.NOT_A_SITE_APPROVER);
        var latest = NOON.plus(Duration.ofDays(90));
        assertThat(site.codeOf(exception(header, NORTH, IMAGE, useClass, latest.plusSeconds(1))))
                .isEqualTo(Refusal.Code.EXCEPTION_NOT_BOUNDED);
        assertThat(site.codeOf(exception(header, NORTH, IMAGE, useClass, NOON)))
                .isEqualTo(Refusal.Code.EXCEPTION_NOT_BOUNDED);
        assertThatThrownBy(() -> exception(header, BIOMED, IMAGE, useClass, latest))
                .isInstanceOf(MalformedInput.class);

        site.admit(exception(header, NORTH, IMAGE, useClass, latest));
        assertThat(site.register.exceptions(IMAGE)).hasSize(1);
        assertThat(site.register.history(IMAGE)).hasSize(1);
    }
}
