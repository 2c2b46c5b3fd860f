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
import java.util.UUID;
import org.imprimatur.register.Approving.Versions;
import org.imprimatur.register.Candidate.Software;
import org.imprimatur.register.DecisionRequest.Action;
import org.imprimatur.register.Example.Book;
import org.imprimatur.register.ListedImage.Gone;
import org.imprimatur.register.Reason.Code;
import org.imprimatur.register.SitePolicy.AdvisoryLimit;
import org.imprimatur.register.SitePolicy.ClassPolicy;
import org.imprimatur.register.SitePolicy.Limits;
import org.imprimatur.register.SitePolicy.Worst;
import org.imprimatur.register.Statement.Approval;
import org.junit.jupiter.api.Test;

/** What a site decides of images that only a signed list speaks for (WLCG-12). */
class ListedDecisionsTest {

    private static final Origin LIST = new Origin("list:biomed");
    private static final UUID IDENTIFIER = new UUID(1, 2);
    private static final Instant EXPIRES = NOON.plus(Duration.ofDays(28));

    private final Book site = new Book(charter(SITE, NORTH));
    private final List<ListedImage> images = new ArrayList<>();
    private Set<Person> named = Set.of();
    private Set<Owner> trusted = Set.of(BIOMED);
    private Approving approving = new Approving.None();
    private Limits limits = Limits.NONE;
    private ContributorRule contributors;
    private SitePolicy.Endorsers endorsers;
    private List<Condition> conditions = List.of();
    private Action action = Action.INSTANTIATE;
    private Person signer = ALICE;
    private Instant verifiedAt = NOON;
    private String fault;
    private KnownFlaws flaws = KnownFlaws.NOT_WATCHED;

    ListedDecisionsTest() {
        site.appoint(NORTH, Role.SITE_APPROVER, CAROL);
        site.appoint(NORTH, Role.SECURITY_OFFICER, EVE);
        images.add(listed("1.0", 1, null, null));
    }

    private static ListedImage listed(String version, long from, Instant until, Gone gone) {
        return listed(version, from, ALICE, until, gone);
    }

    private static ListedImage listed(
            String version, long from, Person introducer, Instant until, Gone gone) {
        var name = new Version(version);
        var file = image("debian " + version);
        return new ListedImage(
                ListedImage.id(IDENTIFIER, GUID, name, file),
                GUID,
                name,
                file,
                "Debian",
                "qcow2",
                1000,
                "kvm",
                new Software("Debian", "12", "x86_64"),
                "https://images.example/debian.qcow2",
                until,
                from,
                NOON.minus(Duration.ofDays(1)),
                introducer,
                gone);
    }

    private FollowedList list() {
        return new FollowedList(
                LIST,
                BIOMED,
                signer,
                3,
                "images@example.org",
                EXPIRES,
                verifiedAt,
                fault,
                new ListedImages(images));
    }

    private Standing standing() {
        return new Standing(site.register, List.of(), List.of(list()), flaws);
    }

    private SitePolicy policy() {
        return new SitePolicy(
                NORTH,
                Map.of(
                        UseClass.TRUSTED_PAYLOAD,
                        new ClassPolicy(
                                trusted,
                                named,
                                approving,
                                limits,
                                contributors,
                                endorsers,
                                conditions,
                                List.of())),
                Map.of(),
                Staleness.of(Duration.ofMinutes(15)),
                sha256("policy"));
    }

    private Decision decide(Sha512 image, Instant at) {
        var decision =
                Decisions.decide(
                        standing(),
                        policy(),
                        new DecisionRequest(
                                image,
                                UseClass.TRUSTED_PAYLOAD,
                                action,
                                "CN=Olga",
                                null,
                                "wn1",
                                null),
                        at);
        assertThat(decision.reasons())
                .allMatch(reason -> Clauses.all().keySet().containsAll(reason.clauses()))
                .noneMatch(reason -> reason.clauses().isEmpty());
        return decision;
    }

    private List<Code> codes(Instant at) {
        return decide(IMAGE, at).reasons().stream().map(Reason::code).toList();
    }

    private Header bySite(Person person) {
        return header(SITE, person, site.now);
    }

    private Approval approve(ListedImage one) {
        return site.admit(new Approval(bySite(CAROL), one.image(), NORTH, LIST, one.id()));
    }

    @Test
    void whatATrustedListHasIsPermittedAndSaysWhoListedIt() {
        var decision = decide(IMAGE, NOON);

        assertThat(decision.permitted()).isTrue();
        assertThat(decision.reasons().getFirst().text())
                .startsWith("listed by CN=Alice,O=Example for vo:biomed")
                .contains("list:biomed");
        assertThat(decision.positions()).containsEntry(LIST, 3L);
    }

    @Test
    void whatLeftTheListIsRevokedForStartsAndForWhatRuns() {
        images.set(0, listed("1.0", 1, null, new Gone("33", NOON)));

        assertThat(codes(NOON)).containsExactly(Code.IMAGE_REVOKED);
        assertThat(decide(IMAGE, NOON).reasons().getFirst().text()).contains("version 33");
        action = Action.CONTINUE;
        assertThat(codes(NOON)).containsExactly(Code.IMAGE_REVOKED);
    }

    @Test
    void anImagesOwnEndIsItsEnd() {
        images.set(0, listed("1.0", 1, NOON.plusSeconds(1), null));

        assertThat(decide(IMAGE, NOON).permitted()).isTrue();
        assertThat(codes(NOON.plusSeconds(1))).containsExactly(Code.ENDORSEMENT_ENDED);
    }

    @Test
    void aListThatIsStaleFaultyOrPastItsEndPermitsNoStartAndStopsNothingThatRuns() {
        assertThat(codes(NOON.plus(Duration.ofMinutes(16)))).containsExactly(Code.VIEW_STALE);
        verifiedAt = EXPIRES;
        assertThat(codes(EXPIRES)).containsExactly(Code.VIEW_STALE);
        assertThat(decide(IMAGE, EXPIRES).reasons().getFirst().text()).contains("has expired");
        verifiedAt = null;
        assertThat(codes(NOON)).containsExactly(Code.VIEW_STALE);
        verifiedAt = NOON;
        fault = "version 3 is held already, with other content";
        assertThat(codes(NOON)).containsExactly(Code.SOURCE_FAULTY);

        action = Action.CONTINUE;
        assertThat(decide(IMAGE, EXPIRES).permitted()).isTrue();
    }

    @Test
    void whatNoListHasIsUnknownAndAStaleListMayHideIt() {
        assertThat(decide(image("other"), NOON).reasons().getFirst().code())
                .isEqualTo(Code.IMAGE_UNKNOWN);
        verifiedAt = null;
        assertThat(decide(image("other"), NOON).reasons().stream().map(Reason::code))
                .containsExactly(Code.IMAGE_UNKNOWN, Code.VIEW_STALE);
    }

    @Test
    void ownersAndSignersAreTrustedLikeThoseOfEndorsements() {
        trusted = Set.of(ATLAS);
        named = Set.of(BOB);
        assertThat(codes(NOON)).containsExactly(Code.OWNER_NOT_TRUSTED, Code.ENDORSER_NOT_TRUSTED);
    }

    @Test
    void aLimitOnWhatAListCannotSayIsNotPassed() {
        limits =
                new Limits(
                        Worst.BLOCK,
                        Duration.ofDays(900),
                        Duration.ofDays(900),
                        new AdvisoryLimit(Duration.ZERO, Urgency.HIGH));
        contributors = ContributorRule.IDENTIFIED;

        assertThat(codes(NOON))
                .containsExactly(
                        Code.CONTRIBUTORS_NOT_IDENTIFIED,
                        Code.FINDING_TOO_GRAVE,
                        Code.PATCHES_TOO_OLD,
                        Code.IMAGE_TOO_OLD);
    }

    @Test
    void whoWatchesAdvisoriesStartsNothingWithoutAPackageList() {
        limits = new Limits(null, null, null, new AdvisoryLimit(Duration.ofDays(7), Urgency.HIGH));
        assertThat(codes(NOON)).containsExactly(Code.ENDORSED_AND_APPROVED);

        flaws = known(null);
        assertThat(codes(NOON)).containsExactly(Code.ADVISORIES_UNKNOWN);
        action = Action.CONTINUE;
        assertThat(codes(NOON)).containsExactly(Code.ENDORSED_AND_APPROVED);
    }

    @Test
    void conditionsAreAskedOfListedImages() {
        conditions =
                List.of(
                        new Condition() {
                            @Override
                            public String name() {
                                return "small";
                            }

                            @Override
                            public boolean looksAtRequest() {
                                return false;
                            }

                            @Override
                            public String against(Facts facts) {
                                return facts.candidate().fileBytes() < 10 ? null : "too large";
                            }
                        });
        assertThat(codes(NOON)).containsExactly(Code.CONDITION_NOT_MET);
    }

    @Test
    void theSignerOfAListIsOneEndorser() {
        endorsers = new SitePolicy.Endorsers(2, Set.of(BIOMED));
        assertThat(codes(NOON)).containsExactly(Code.TOO_FEW_ENDORSERS);
    }

    @Test
    void approversApproveAndRefuseEntriesOfAList() {
        approving = new Approving.Required(Versions.ASK);
        assertThat(codes(NOON)).containsExactly(Code.NOT_APPROVED);
        assertThat(
                        Decisions.prospects(
                                        standing(),
                                        policy(),
                                        list().candidate(images.getFirst()),
                                        NOON)
                                .get(UseClass.TRUSTED_PAYLOAD)
                                .awaitsApproval())
                .isTrue();

        approve(images.getFirst());
        assertThat(decide(IMAGE, NOON).permitted()).isTrue();

        site.admit(
                new Statement.Refusal(
                        bySite(CAROL), IMAGE, NORTH, LIST, images.getFirst().id(), "mining"));
        assertThat(codes(NOON)).containsExactly(Code.REFUSED_BY_SITE);
    }

    @Test
    void aNewVersionOfAnApprovedImageFollowsTheRule() {
        approving = new Approving.Required(Versions.SAME_ENDORSER);
        images.add(listed("1.1", 2, null, null));
        var next = image("debian 1.1");
        assertThat(decide(next, NOON).permitted()).isFalse();

        approve(images.getFirst());
        assertThat(decide(next, NOON).permitted()).isTrue();

        approving = new Approving.Required(Versions.ASK);
        assertThat(decide(next, NOON).permitted()).isFalse();
    }

    @Test
    void aVersionThatAnotherPersonListedFirstIsNotOneOfTheSameEndorser() {
        approve(images.getFirst());
        signer = BOB;
        images.add(listed("1.1", 2, BOB, null, null));
        var next = image("debian 1.1");

        approving = new Approving.Required(Versions.SAME_ENDORSER);
        assertThat(decide(IMAGE, NOON).permitted()).isTrue();
        assertThat(decide(next, NOON).permitted()).isFalse();
        approving =
                new Approving.Automatic(
                        Set.of(BOB), Limits.NONE, List.of(), Versions.SAME_ENDORSER);
        assertThat(decide(next, NOON).permitted()).isFalse();
    }

    @Test
    void aRuleApprovesWithinItsLimits() {
        approving = new Approving.Automatic(Set.of(ALICE), Limits.NONE, List.of(), Versions.ASK);
        assertThat(decide(IMAGE, NOON).permitted()).isTrue();

        approving =
                new Approving.Automatic(
                        Set.of(ALICE),
                        new Limits(Worst.BLOCK, null, null, null),
                        List.of(),
                        Versions.ASK);
        assertThat(codes(NOON)).containsExactly(Code.NOT_APPROVED);
    }

    @Test
    void blocksAndSuspensionsComeFirst() {
        site.admit(block(bySite(EVE), NORTH, IMAGE));
        assertThat(codes(NOON)).containsExactly(Code.IMAGE_BLOCKED);
    }

    @Test
    void aSuspendedSignerListsNothing() {
        site.admit(
                new Statement.Suspension(
                        bySite(EVE),
                        NORTH,
                        ALICE,
                        List.of(),
                        suspension(bySite(EVE), NORTH, ALICE).reason(),
                        Urgency.HIGH,
                        "key lost"));
        assertThat(codes(NOON)).containsExactly(Code.ENDORSER_SUSPENDED);
        assertThat(standing().counts(NORTH, list().candidate(images.getFirst()), NOON)).isFalse();
    }

    @Test
    void whatLeavesTheListEndsAnEarlierException() {
        site.admit(
                exception(
                        bySite(CAROL),
                        NORTH,
                        IMAGE,
                        UseClass.TRUSTED_PAYLOAD,
                        site.now.plus(Duration.ofDays(1))));
        trusted = Set.of(ATLAS);
        verifiedAt = site.now;
        assertThat(decide(IMAGE, site.now).permitted()).isTrue();

        images.set(0, listed("1.0", 1, null, new Gone("33", site.now.plusSeconds(1))));
        assertThat(decide(IMAGE, site.now.plusSeconds(1)).permitted()).isFalse();
    }

    @Test
    void aGuidIsResolvedAmongListsToo() {
        assertThat(Decisions.resolve(standing(), new ImageName.ByGuid(GUID, null)))
                .isEqualTo(new Decisions.Resolved.To(IMAGE));
        images.add(listed("1.1", 2, null, null));
        assertThat(Decisions.resolve(standing(), new ImageName.ByGuid(GUID, null)))
                .isInstanceOf(Decisions.Resolved.Not.class);
    }

    @Test
    void oneNameIsOneCatalogue() {
        assertThatThrownBy(
                        () ->
                                new Standing(
                                        site.register, List.of(), List.of(list(), list()), flaws))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
