package org.imprimatur.exchange.hepix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.imprimatur.exchange.hepix.ListVerifier.Expected;
import org.imprimatur.exchange.hepix.ListVerifier.Reason;
import org.imprimatur.register.BlockingFinding;
import org.imprimatur.register.DiskFacts;
import org.imprimatur.register.GuestSystem;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Header;
import org.imprimatur.register.InspectionSummary;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Nonce;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.PolicyRef;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Role;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatementJson;
import org.imprimatur.register.Version;
import org.imprimatur.register.Waiver;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.TrialAuthority;
import org.imprimatur.trust.TrialAuthority.KeyKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListDraftTest {

    private static final Instant NOW = HepixFiles.NOW;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final TrialAuthority AUTHORITY =
            TrialAuthority.create("Test CA", KeyKind.EC_P256, InstantSource.fixed(NOW), RANDOM);
    private static final SigningKey ALICE = AUTHORITY.issue("Alice");
    private static final Origin LEDGER = new Origin("catalogue.example/2026");
    private static final Owner BIOMED = Owner.parse("vo:biomed");
    private static final UUID ONE = UUID.fromString("7c5d0a6e-1c7f-4d0e-8f25-3a1be0c4d201");
    private static final UUID TWO = UUID.fromString("0e4f6a11-7a52-4a0f-8c0b-6d2f9b1c3a01");
    private static final ListDraft DRAFT =
            new ListDraft(
                    "https://catalogue.example",
                    ListPath.of(BIOMED),
                    LEDGER,
                    "Images of biomed",
                    "biomed",
                    "Example Catalogue",
                    "operations@catalogue.example");

    private long next = 7;

    private Recorded<Endorsement> endorsed(UUID guid, String version, String content) {
        return endorsed(guid, version, content, List.of());
    }

    private Recorded<Endorsement> endorsed(
            UUID guid, String version, String content, List<Waiver> waivers) {
        var statement =
                new Endorsement(
                        new Header(LEDGER, ALICE.person(), NOW, Nonce.random(RANDOM)),
                        "image.qcow2",
                        Sha512.of(content.getBytes(UTF_8)),
                        BIOMED,
                        new Guid(guid),
                        new Version(version),
                        null,
                        "An image of " + content,
                        NOW.minusSeconds(60),
                        new DiskFacts("qcow2", 1000, 2000, Sha256.of(new byte[] {1})),
                        new GuestSystem("Debian GNU/Linux", "12", "amd64", 279),
                        new PolicyRef("egi", "2", Sha256.of(new byte[] {2})),
                        new InspectionSummary(
                                "imprimatur 0.1.0",
                                "egi/1",
                                InspectionSummary.Completeness.COMPLETE,
                                Sha256.of(new byte[] {3}),
                                Sha256.of(new byte[] {4}),
                                waivers.stream()
                                        .map(one -> new BlockingFinding(one.rule(), ""))
                                        .distinct()
                                        .toList()),
                        waivers,
                        "It follows the policy.",
                        List.of(
                                "file:///srv/image.qcow2",
                                "http://images.example/" + version,
                                "https://images.example/" + version,
                                "https://name:password@images.example/" + version));
        return new Recorded<>(
                next++,
                StatementId.of(StatementJson.write(statement)),
                statement,
                NOW.minusSeconds(30));
    }

    private static Listed listed(Recorded<Endorsement> entry) {
        return new Listed(
                entry,
                new Appointment(
                        new Header(LEDGER, ALICE.person(), NOW, Nonce.random(RANDOM)),
                        BIOMED,
                        Role.ENDORSER,
                        ALICE.person(),
                        "Alice",
                        "security@biomed.example",
                        "images of biomed"),
                Listed.addresses(entry.statement()).getFirst());
    }

    private static byte[] sign(ImageList draft, Instant at, Optional<ImageList> previous) {
        return new ListWriter(at, at.plus(Duration.ofDays(28)), Optional.empty(), previous)
                .sign(draft, ALICE, RANDOM);
    }

    private static List<Reason> objections(ImageList list, List<Listed> standing) {
        return DRAFT.objections(
                list,
                id -> standing.stream().filter(one -> one.entry().id().equals(id)).findFirst(),
                one -> Listed.addresses(one.entry().statement()));
    }

    @Test
    void whatIsMadeOfStatementsIsSignedAndAcceptedWithoutAWarning() {
        var images = List.of(listed(endorsed(ONE, "1.0", "a")), listed(endorsed(TWO, "3", "b")));

        var message = sign(DRAFT.of(images), NOW, Optional.empty());
        var verdict =
                new ListVerifier(AUTHORITY.anchors(), false, Expected.nothing())
                        .verify(message, NOW);

        assertThat(verdict.refusals()).isEmpty();
        assertThat(verdict.warnings()).isEmpty();
        assertThat(verdict.images())
                .hasSize(2)
                .allMatch(image -> image.usable() && image.warnings().isEmpty());
        assertThat(verdict.signer().orElseThrow().person()).isEqualTo(ALICE.person());
        var list = verdict.list().orElseThrow();
        assertThat(ListDraft.endorsements(list))
                .containsExactlyElementsOf(images.stream().map(one -> one.entry().id()).toList());
        assertThat(list.text("hv:uri"))
                .hasValue("https://catalogue.example/store/vo/biomed/image.list");
        var first = list.images().getFirst();
        assertThat(first.text("hv:uri")).hasValue("https://images.example/1.0");
        assertThat(first.text("sl:arch")).hasValue("x86_64");
        assertThat(first.text("ad:base_mpuri"))
                .hasValue(
                        "https://catalogue.example/store/vm/image/%s:7:%d/"
                                .formatted(ONE, NOW.getEpochSecond() - 30));
        assertThat(first.text("ad:mpuri"))
                .hasValue(
                        "https://catalogue.example/store/vo/image/%s:7/"
                                .formatted(DRAFT.identifier(new Guid(ONE))));
        assertThat(objections(list, images)).isEmpty();
    }

    @Test
    void identifiersAreTheSameAlwaysAndOthersInEachList() {
        var other =
                new ListDraft(
                        DRAFT.node(),
                        new ListPath(ListPath.Kind.APPLIANCE, "debian-12"),
                        LEDGER,
                        "x",
                        "biomed",
                        "x",
                        "x");

        assertThat(DRAFT.path().identifier(LEDGER).toString())
                .isEqualTo("201463d5-d301-5347-800e-29fd241efda9");
        assertThat(DRAFT.identifier(new Guid(ONE)).version()).isEqualTo(5);
        assertThat(
                        Set.of(
                                DRAFT.identifier(new Guid(ONE)),
                                DRAFT.identifier(new Guid(TWO)),
                                other.identifier(new Guid(ONE)),
                                other.path().identifier(LEDGER),
                                DRAFT.path().identifier(new Origin("another")),
                                ONE))
                .hasSize(6);
    }

    @Test
    void uuidsOfNamesAreThoseOfTheStandard() {
        // RFC 9562, appendix A.4.
        var dns = UUID.fromString("6ba7b810-9dad-11d1-80b4-00c04fd430c8");

        assertThat(NameUuid.of(dns, "www.example.com".getBytes(UTF_8)).toString())
                .isEqualTo("2ed6657d-e927-568b-95e1-2665a8aea6a2");
    }

    @Test
    void ofEachImageTheHighestVersionIsListedOrNone() {
        var one = endorsed(ONE, "1.9", "a");
        var two = endorsed(ONE, "1.10", "b");
        var late = endorsed(ONE, "1.9.1", "c");
        var spelled = endorsed(ONE, "1-10", "d");
        var other = endorsed(TWO, "1", "e");
        var otherAgain = endorsed(TWO, "1", "e");
        var all = List.of(one, two, late, other, spelled, otherAgain);

        assertThat(Listed.chosen(all, _ -> true)).containsExactly(two, otherAgain);
        assertThat(Listed.chosen(all, entry -> entry != two)).containsExactly(otherAgain);
        assertThat(Listed.chosen(all, entry -> entry != otherAgain)).containsExactly(two, other);
        assertThat(Listed.chosen(List.of(), _ -> true)).isEmpty();
    }

    @Test
    void anImageEndsWithTheWaiverThatItNeeds() {
        var soon = NOW.plusSeconds(3600).plusMillis(500);
        var entry =
                endorsed(
                        ONE,
                        "1",
                        "a",
                        List.of(
                                new Waiver("x.one", null, "because", soon),
                                new Waiver("x.one", null, "because", soon.minusSeconds(60)),
                                new Waiver("x.two", null, "because", soon.plusSeconds(60))));

        assertThat(Listed.expires(entry.statement())).isEqualTo(NOW.plusSeconds(3600));
        assertThat(Listed.fits(entry.statement(), NOW)).isTrue();
        assertThat(Listed.fits(entry.statement(), NOW.plusSeconds(3600))).isFalse();
        assertThat(Listed.expires(endorsed(TWO, "1", "b").statement()))
                .isEqualTo("2499-12-31T22:00:00Z");
    }

    @Test
    void addressesAreThoseThatReadersCanFetchWithTlsFirst() {
        assertThat(Listed.addresses(endorsed(ONE, "1", "a").statement()))
                .containsExactly("https://images.example/1", "http://images.example/1");
    }

    @ParameterizedTest
    @CsvSource({
        "An image of a, Another title, ''",
        "vo/biomed/image.list, vo/other/image.list, other-address",
        "'\"hv:size\" : 1000', '\"hv:size\" : 1001', image-differs",
        "'\"hv:version\" : \"1.0\"', '\"hv:version\" : \"2.0\"', image-differs",
        "https://images.example/1.0, https://images.example/2.0, image-differs",
        "'\"sl:osversion\" : \"12\"', '\"sl:osversion\" : \"13\"', image-differs",
        "2499-12, 2498-12, image-differs",
        "imprimatur:endorsement, imprimatur:other, image-not-endorsed",
        "'\"dc:identifier\" : \"__LIST__\"', '\"dc:identifier\" : \"__OTHER__\"', other-list"
    })
    void whatDoesNotFollowFromTheStatementsIsTold(String found, String written, String code) {
        var image = listed(endorsed(ONE, "1.0", "a"));
        var json =
                new String(
                        new ListWriter(NOW, NOW.plusSeconds(60), Optional.empty(), Optional.empty())
                                .complete(DRAFT.of(List.of(image)), ALICE),
                        UTF_8);
        var list = DRAFT.path().identifier(LEDGER).toString();
        var from = found.replace("__LIST__", list);
        assertThat(json).contains(from);

        var changed =
                ImageList.read(
                        json.replace(from, written.replace("__OTHER__", TWO.toString()))
                                .getBytes(UTF_8));

        assertThat(objections(changed, List.of(image)))
                .extracting(Reason::code)
                .containsExactlyElementsOf(code.isEmpty() ? List.of() : List.of(code));
    }

    @Test
    void whatDoesNotStandIsNotTaken() {
        var image = listed(endorsed(ONE, "1.0", "a"));
        var twice = DRAFT.of(List.of(image, image));

        assertThat(objections(DRAFT.of(List.of(image)), List.of()))
                .extracting(Reason::code)
                .containsExactly("image-not-endorsed");
        assertThat(objections(twice, List.of(image)))
                .extracting(Reason::code)
                .containsExactly("image-duplicate-identifier");
        assertThat(objections(DRAFT.of(List.of()), List.of())).isEmpty();
    }

    @Test
    void aListThatIsEmptiedIsSignedUnderAHigherVersion() {
        var image = listed(endorsed(ONE, "1.0", "a"));
        var first = ImageList.readAny(sign(DRAFT.of(List.of(image)), NOW, Optional.empty()));

        var second = sign(DRAFT.of(List.of()), NOW, Optional.of(first));

        assertThat(first.text("hv:version")).hasValue("20261121120000");
        assertThat(ImageList.readAny(second).text("hv:version")).hasValue("20261121120001");
    }

    @ParameterizedTest
    @CsvSource({"vo, ../etc", "vo, ''", "vo, .x", "person, alice", "people, x", "vappliance, a/b"})
    void noOtherPathIsAPathOfAList(String kind, String name) {
        assertThatThrownBy(() -> ListPath.parse(kind, name)).isInstanceOf(MalformedInput.class);
    }

    @Test
    void pathsAreReadAsTheyAreWritten() {
        var paths = new ArrayList<String>();
        for (var path :
                List.of(
                        ListPath.of(BIOMED),
                        ListPath.of(Owner.parse("infrastructure:egi")),
                        ListPath.of(Owner.parse("site:s1")),
                        ListPath.of(ALICE.person()),
                        new ListPath(ListPath.Kind.APPLIANCE, "debian-12"))) {
            var parts = path.path().split("/");
            assertThat(ListPath.parse(parts[2], parts[3])).isEqualTo(path);
            paths.add(path.toString());
        }
        assertThat(paths)
                .contains(
                        "/store/vo/biomed/image.list",
                        "/store/infrastructure/egi/image.list",
                        "/store/site/s1/image.list",
                        "/store/vappliance/debian-12/image.list");
    }
}
