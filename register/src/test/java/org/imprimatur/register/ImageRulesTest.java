package org.imprimatur.register;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.register.Example.*;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.imprimatur.register.Example.Book;
import org.imprimatur.register.Refusal.Code;
import org.imprimatur.register.Register.Lapse;
import org.imprimatur.register.Statement.Endorsement;
import org.junit.jupiter.api.Test;

/** Kinds of image, contributors, replacement and planned ends. */
class ImageRulesTest {

    private static final Sha512 BASE = image("base");
    private static final Sha512 CONFIGURATION = image("configuration");
    private static final Lineage COMBINED = new Lineage.Combined(BASE, CONFIGURATION);
    private static final Contributor ROOT_TEAM = new Contributor("ROOT team", "ROOT 6.32", null);

    /** Alice endorses for biomed, Bob for the infrastructure. */
    private static Book bookOf(Charter charter) {
        var book = new Book(charter);
        book.appoint(BIOMED, Role.ENDORSER, ALICE);
        book.appoint(GRID, Role.ENDORSER, BOB);
        return book;
    }

    private static Endorsement base() {
        return endorsement(by(BOB)).owner(GRID).guid(guid(2)).tag("base").image(BASE).build();
    }

    private static Endorsement configuration() {
        return endorsement(by(ALICE)).guid(guid(3)).configuration().image(CONFIGURATION).build();
    }

    private static Example.Draft combined() {
        return endorsement(by(ALICE)).lineage(COMBINED);
    }

    // ---- Kinds ----

    @Test
    @Clause("TVM-2.image")
    void onlyAVoEndorsesAVoConfiguration() {
        var book = bookOf(catalogue());

        assertThat(book.codeOf(endorsement(by(BOB)).owner(GRID).configuration().build()))
                .isEqualTo(Code.KIND_NOT_FOR_OWNER);
        book.admit(configuration());
    }

    @Test
    @Clause("TVM-2.image")
    void aCombinedImageWithoutAConfigurationIsItsBase() {
        var book = bookOf(catalogue(ContributorRule.EACH));
        var same = combined().image(BASE).lineage(new Lineage.Combined(BASE, null)).build();

        assertThat(book.codeOf(same)).isEqualTo(Code.CONTRIBUTOR_NOT_ENDORSED);
        book.admit(base());
        book.admit(same);
        assertThat(book.register.counts(id(same), NOON)).isTrue();
    }

    // ---- Contributors ----

    @Test
    void whereTheCharterAsksNothingAPartNeedNeitherBeEndorsedNorItsProviderBeNamed() {
        var book = bookOf(catalogue());

        assertThat(book.register.counts(id(book.admit(combined().build())), NOON)).isTrue();
    }

    @Test
    @Clause("TVM-4.v1")
    void aSingleEndorserNamesTheProvidersOfAdditionalSoftwareOrSaysThatThereAreNone() {
        var book = bookOf(catalogue(ContributorRule.IDENTIFIED));

        assertThat(book.codeOf(endorsement(by(ALICE)).build()))
                .isEqualTo(Code.CONTRIBUTORS_NOT_IDENTIFIED);
        assertThat(book.codeOf(combined().contributors().build()))
                .isEqualTo(Code.CONTRIBUTORS_NOT_IDENTIFIED);

        var image = book.admit(combined().contributors(ROOT_TEAM).build());
        book.admit(endorsement(by(ALICE)).guid(guid(4)).tag("plain").contributors().build());
        assertThat(
                        book.register
                                .endorsement(id(image))
                                .orElseThrow()
                                .statement()
                                .details()
                                .contributors())
                .containsExactly(ROOT_TEAM);
    }

    @Test
    @Clause({"TVM-2.a", "TVM-4.v2"})
    void aCombinedImageIsEndorsableOnlyWhileBaseAndConfigurationHaveLiveEndorsementsOfTheirOwn() {
        var book = bookOf(catalogue(ContributorRule.EACH));
        var base = base();
        var configuration = configuration();

        assertThat(book.refusalOf(combined().build()).found()).isEqualTo("none in this ledger");
        book.admit(base);
        assertThat(book.codeOf(combined().build())).isEqualTo(Code.CONTRIBUTOR_NOT_ENDORSED);
        book.admit(configuration);
        assertThat(book.register.judge(id(combined().build()), combined().build(), NOON))
                .isEqualTo(new Judgement.Admissible());

        book.admit(revocation(by(BOB), base));
        var refusal = book.refusalOf(combined().build());
        assertThat(refusal.code()).isEqualTo(Code.CONTRIBUTOR_NOT_ENDORSED);
        assertThat(refusal.clauses()).containsExactly("TVM-2.a", "TVM-4.v2");
        assertThat(refusal.found()).isEqualTo("none that counts, or of another kind");
    }

    @Test
    @Clause("TVM-4.v2")
    void onePersonMayEndorseSeveralPartsOfAnImage() {
        var book = bookOf(catalogue(ContributorRule.EACH));
        book.admit(endorsement(by(ALICE)).guid(guid(2)).tag("base").image(BASE).build());
        book.admit(configuration());

        book.admit(combined().build());
    }

    @Test
    @Clause({"TVM-2.a", "TVM-4.v2"})
    void anEndorsementOfAPartAsAnotherKindIsNone() {
        var book = bookOf(catalogue(ContributorRule.EACH));
        book.admit(base());
        book.admit(endorsement(by(ALICE)).guid(guid(3)).tag("other").image(CONFIGURATION).build());

        assertThat(book.codeOf(combined().build())).isEqualTo(Code.CONTRIBUTOR_NOT_ENDORSED);
    }

    @Test
    @Clause({"TVM-2.a", "TVM-4.v2"})
    void aCombinedImageStopsCountingWhenAPartDoesAndCountsAgainWithAnother() {
        var book = bookOf(catalogue(ContributorRule.EACH));
        var base = book.admit(base());
        book.admit(configuration());
        var image = book.admit(combined().build());
        assertThat(book.register.lapse(id(image), NOON)).isEmpty();

        book.admit(revocation(by(BOB), base));
        assertThat(book.register.lapse(id(image), NOON)).contains(Lapse.CONTRIBUTOR_NOT_ENDORSED);

        book.admit(endorsement(by(ALICE)).guid(guid(5)).tag("base-too").image(BASE).build());
        assertThat(book.register.counts(id(image), NOON)).isTrue();
    }

    @Test
    void whatWasAdmittedBeforeTheRuleBeganIsNotJudgedByIt() {
        var plain = catalogue();
        var since = NOON.plus(Duration.ofDays(1));
        for (var rule : ContributorRule.values()) {
            var book =
                    bookOf(
                            new Charter(
                                    plain.origin(),
                                    plain.key(),
                                    plain.policy(),
                                    plain.owners(),
                                    new Charter.Contributors(rule, since)));
            var before = book.admit(combined().build());

            book.now = since;
            var header = header(CATALOGUE, ALICE, since);
            assertThat(
                            book.submit(
                                    endorsement(header)
                                            .lineage(COMBINED)
                                            .version("2")
                                            .image(image("2"))
                                            .build()))
                    .isInstanceOf(Judgement.Refused.class);
            assertThat(book.register.counts(id(before), since)).isTrue();
        }
    }

    @Test
    void theSupportOfACombinedImageHasTheEndorsementsOfItsPartsAndTheirs() {
        var book = bookOf(catalogue(ContributorRule.EACH)); // 0 to 3
        book.admit(base()); // 4
        book.admit(configuration()); // 5
        var older = book.admit(endorsement(by(ALICE)).guid(guid(7)).tag("old").build()); // 6
        var image = book.admit(combined().replaces(older).image(image("new")).build()); // 7

        assertThat(book.register.support(id(image))).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
        RegisterTest.assertSupported(book, image);
    }

    // ---- Replacement ----

    @Test
    void anEndorsementReplacesThoseOfItsOwnOwnerInThisLedgerOnly() {
        var book = bookOf(catalogue());
        var ofGrid = book.admit(base());
        var unknown = endorsement(by(ALICE)).version("0").build();
        var newer = endorsement(by(ALICE)).version("2").image(image("2"));

        assertThat(book.codeOf(newer.replaces(unknown).build()))
                .isEqualTo(Code.UNKNOWN_ENDORSEMENT);
        assertThat(book.codeOf(newer.replaces(ofGrid).build())).isEqualTo(Code.UNKNOWN_ENDORSEMENT);
    }

    @Test
    void whatIsReplacedStillCountsAndSaysByWhat() {
        var book = bookOf(catalogue());
        var old = book.admit(endorsement(by(ALICE)).build());
        assertThat(book.register.replacement(id(old), NOON)).isEmpty();

        var newer =
                book.admit(
                        endorsement(by(ALICE))
                                .version("2")
                                .image(image("2"))
                                .replaces(old)
                                .build());
        assertThat(book.register.replacement(id(old), NOON)).contains(id(newer));
        assertThat(book.register.counts(id(old), NOON)).isTrue();

        book.admit(revocation(by(ALICE), newer));
        assertThat(book.register.replacement(id(old), NOON)).isEmpty();
    }

    @Test
    @Clause({"TVM-3.5", "END-4.6", "EGI-5.7"})
    void aRevocationNamesAnotherEndorsementThatIsNotRevokedAsReplacement() {
        var book = bookOf(catalogue());
        var old = book.admit(endorsement(by(ALICE)).build());
        var newer = book.admit(endorsement(by(ALICE)).version("2").image(image("2")).build());
        var gone = book.admit(endorsement(by(ALICE)).version("3").image(image("3")).build());
        book.admit(revocation(by(ALICE), gone));

        assertThat(book.codeOf(revocation(by(ALICE), old, new StatementId(sha256("?")))))
                .isEqualTo(Code.UNKNOWN_ENDORSEMENT);
        assertThat(book.codeOf(revocation(by(ALICE), old, id(gone))))
                .isEqualTo(Code.ENDORSEMENT_NOT_IN_FORCE);
        assertThat(book.codeOf(revocation(by(ALICE), old, id(old))))
                .isEqualTo(Code.ENDORSEMENT_NOT_IN_FORCE);

        book.admit(revocation(by(ALICE), old, id(newer)));
        assertThat(book.register.replacement(id(old), NOON)).contains(id(newer));
        assertThat(book.register.revocation(id(old)).orElseThrow().statement().urgency())
                .isEqualTo(Urgency.HIGH);
    }

    // ---- Planned end ----

    @Test
    @Clause({"TVM-3.10", "END-4.10", "EGI-5.7b"})
    void anEndorsementCountsAndTheEndorserAnswersUntilItsPlannedEnd() {
        var book = bookOf(catalogue());
        var end = NOON.plus(Duration.ofDays(30));
        assertThat(book.codeOf(endorsement(by(ALICE)).until(NOON).build()))
                .isEqualTo(Code.ALREADY_ENDED);

        var id = id(book.admit(endorsement(by(ALICE)).until(end).build()));

        assertThat(book.register.counts(id, end.minusNanos(1000))).isTrue();
        assertThat(book.register.lapse(id, end)).contains(Lapse.ENDED);
        assertThat(book.register.responsibility(id)).contains(new Responsibility(ALICE, NOON, end));
        assertThat(book.register.resolve(BIOMED, new Tag("debian-12"), end)).isEmpty();
    }

    @Test
    @Clause({"TVM-3.10", "END-4.10", "EGI-5.7b"})
    void aRevocationBeforeThePlannedEndEndsTheResponsibilityAndOneAfterItDoesNotProlongIt() {
        for (var revokedAt : List.of(NOON.plusSeconds(60), NOON.plusSeconds(180))) {
            var book = bookOf(catalogue());
            var end = NOON.plusSeconds(120);
            var endorsement = book.admit(endorsement(by(ALICE)).until(end).build());
            book.now = revokedAt;
            book.admit(revocation(by(ALICE), endorsement));

            assertThat(book.register.responsibility(id(endorsement)).orElseThrow().until())
                    .isEqualTo(earlier(revokedAt, end));
        }
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    // ---- Declarations ----

    @Test
    void softwareWhoseLicenceAsksForADeclarationIsEndorsableOnlyWithOneForItsPlace() {
        var book = bookOf(catalogue());
        var finding = new BlockingFinding(LicenceDeclaration.RULE, "/var/lib/dpkg/status#vendor");
        var draft = endorsement(by(ALICE)).finding(finding);
        var elsewhere = new LicenceDeclaration("Vendor", "/other", "They allow it.");
        var general = new LicenceDeclaration("Vendor", null, "They allow it.");

        assertThat(book.codeOf(draft.build())).isEqualTo(Code.FINDING_NOT_WAIVED);
        assertThat(book.codeOf(draft.licences(elsewhere, general).build()))
                .isEqualTo(Code.FINDING_NOT_WAIVED);
        assertThat(
                        book.codeOf(
                                endorsement(by(ALICE))
                                        .finding(HOST_KEY)
                                        .licences(
                                                new LicenceDeclaration(
                                                        "Vendor", HOST_KEY.path(), "no"))
                                        .build()))
                .isEqualTo(Code.FINDING_NOT_WAIVED);
        book.admit(
                draft.licences(new LicenceDeclaration("Vendor", finding.path(), "They allow it."))
                        .build());
    }

    @Test
    void everyClauseThatTheseRulesNameExists() {
        var book = bookOf(catalogue(ContributorRule.EACH));
        var named = bookOf(catalogue(ContributorRule.IDENTIFIED));

        assertThat(Clauses.all().keySet())
                .containsAll(book.refusalOf(combined().build()).clauses())
                .containsAll(named.refusalOf(combined().build()).clauses())
                .containsAll(Set.of("TVM-2.image", "TVM-3.3", "END-4.6"));
    }
}
