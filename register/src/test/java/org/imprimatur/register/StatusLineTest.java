package org.imprimatur.register;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imprimatur.register.Example.*;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of the status map: one spelling each, and what follows from them. */
class StatusLineTest {

    private static final Instant LATER = NOON.plusSeconds(1);

    private static StatusLine line(long index, Statement statement) {
        return StatusLine.of(new Recorded<>(index, id(statement), statement, NOON));
    }

    private static String endorsed() {
        return line(2, endorsement(by(ALICE)).build()).text();
    }

    @Test
    void aLineIsWrittenAsTheFormatSays() {
        var endorsement =
                endorsement(by(ALICE))
                        .finding(HOST_KEY)
                        .waivers(waiver(NOON.plus(Duration.ofDays(1))))
                        .build();

        assertThat(line(2, endorsement).text())
                .isEqualTo(
                        "{\"index\":2,\"admittedAt\":\"2026-11-21T12:00:00.000000Z\",\"kind\":\"endorsement\",\"id\":\"%s\",\"signer\":{\"subject\":\"CN=Alice,O=Example\",\"issuer\":\"CN=Example CA,O=Example\"},\"image\":\"%s\",\"guid\":\"%s\",\"version\":\"1.0\",\"owner\":\"vo:biomed\",\"waivedUntil\":\"2026-11-22T12:00:00.000000Z\"}"
                                .formatted(id(endorsement), IMAGE, GUID));
    }

    @Test
    void namesWithQuotesAndOtherAlphabetsComeBackAsTheyWere() {
        var person = new Person("CN=\\\"Zoë\\\" 𝔷\\,O=Ünï/x", "CN=\"quoted\"");
        var line = line(0, appointment(by(person), BIOMED, Role.ENDORSER, person));

        assertThat(line.text()).contains("CN=\\\\\\\"Zoë\\\\\\\" 𝔷\\\\,O=Ünï/x");
        assertThat(StatusLine.parse(line.text())).isEqualTo(line);
    }

    @Test
    void anEndorsementIsCoveredUntilTheFirstFindingIsNot() {
        var other = new BlockingFinding("other.rule", "/x");
        var late = NOON.plus(Duration.ofDays(9));
        var early = NOON.plus(Duration.ofDays(3));
        var endorsement =
                endorsement(by(ALICE))
                        .finding(HOST_KEY, other)
                        .waivers(
                                waiver(NOON.plus(Duration.ofDays(1))),
                                waiver(late),
                                new Waiver("other.rule", null, "harmless", early))
                        .build();

        var act = (StatusLine.Endorsed) line(0, endorsement).act();

        assertThat(act.waivedUntil()).isEqualTo(early);
        assertThat(endorsement.uncovered(early.minusNanos(1000))).isNull();
        assertThat(endorsement.uncovered(early)).isNotNull();
    }

    @Test
    void whatAStatementChangesFollowsFromItAlone() {
        var endorsement = endorsement(by(ALICE)).build();

        assertThat(line(0, endorsement).keys())
                .containsExactlyInAnyOrder(StatusKey.of(IMAGE), StatusKey.of(GUID));
        assertThat(line(1, revocation(by(ALICE), endorsement)).keys())
                .containsExactly(StatusKey.of(IMAGE));
        assertThat(line(2, dismissal(by(ROOT), BIOMED, Role.ENDORSER, ALICE)).keys())
                .containsExactly(StatusKey.of(ALICE));
        assertThat(line(3, acceptance(by(BOB))).keys()).containsExactly(StatusKey.of(BOB));
    }

    @Test
    @Clause({"END-4.6", "END-4.9"})
    void theFirstThatIsTrueIsTheState() {
        var endorsement = endorsement(by(ALICE)).build();
        var block = block(by(ROOT), GRID, IMAGE);
        var alice = StatusKey.of(ALICE);
        var appointed = line(0, appointment(by(ROOT), BIOMED, Role.ENDORSER, ALICE));
        var endorsed = line(1, endorsement);
        var blocked = line(2, block);
        var unblocked = line(3, unblock(by(ROOT), block));
        var revoked = line(4, revocation(by(ALICE), endorsement));
        var dismissed = line(5, dismissal(by(ROOT), BIOMED, Role.ENDORSER, ALICE));

        assertThat(state(List.of(endorsed), Map.of(alice, List.of(appointed))))
                .isEqualTo(EndorsementState.ENDORSED);
        assertThat(state(List.of(endorsed), Map.of())).isEqualTo(EndorsementState.LAPSED);
        assertThat(state(List.of(endorsed), Map.of(alice, List.of(appointed, dismissed))))
                .isEqualTo(EndorsementState.LAPSED);
        assertThat(state(List.of(endorsed, blocked), Map.of(alice, List.of(appointed))))
                .isEqualTo(EndorsementState.BLOCKED);
        assertThat(state(List.of(endorsed, blocked, unblocked), Map.of(alice, List.of(appointed))))
                .isEqualTo(EndorsementState.ENDORSED);
        assertThat(
                        state(
                                List.of(endorsed, blocked, revoked),
                                Map.of(alice, List.of(appointed, dismissed))))
                .isEqualTo(EndorsementState.REVOKED);
    }

    private static EndorsementState state(
            List<StatusLine> image, Map<StatusKey, List<StatusLine>> others) {
        var records = new java.util.HashMap<>(others);
        records.put(StatusKey.of(IMAGE), image);
        records.put(StatusKey.of(GUID), List.of(image.getFirst()));
        return new StatusRecords(catalogue(), records)
                .status(StatusKey.of(GUID), LATER)
                .getFirst()
                .state();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "null",
                "guid:00000000-0000-4000-8000-000000000001",
                "image:sha512:00",
            })
    void whatIsNoLineIsRefused(String text) {
        assertThatThrownBy(() -> StatusLine.parse(text)).isInstanceOf(MalformedInput.class);
    }

    @Test
    void anotherSpellingOfALineIsRefused() {
        var good = endorsed();
        for (var bad :
                List.of(
                        good.replace("\"index\":2", "\"index\": 2"),
                        good + " ",
                        " " + good,
                        good.replace(".000000Z", "Z"),
                        good.replace("\"index\":2", "\"index\":02"),
                        good.replace("\"index\":2", "\"index\":-2"),
                        good.replace("CN=Alice", "CN=\\u0041lice"),
                        good.replace("O=Example", "O\\/Example"),
                        good.replace(",\"version\"", ",\"more\":1,\"version\""),
                        good.replace("\"kind\":\"endorsement\"", "\"kind\":\"approval\""),
                        good.replace("\"kind\":\"endorsement\"", "\"kind\":\"suspension-of-time\""),
                        good.replace("{\"index\":2,", "{").replace("}", ",\"index\":2}"))) {
            assertThat(bad).isNotEqualTo(good);
            assertThatThrownBy(() -> StatusLine.parse(bad))
                    .as(bad)
                    .isInstanceOf(MalformedInput.class);
        }
    }

    @Test
    void aLineThatIsTooLongIsRefused() {
        assertThatThrownBy(() -> StatusLine.parse(endorsed() + " ".repeat(StatusLine.MAX_BYTES)))
                .isInstanceOf(MalformedInput.class)
                .hasMessageContaining("at most");
    }

    @Test
    void theLongestLineThereCanBeIsShortEnough() {
        var long1 = new Person("CN=" + "𝔷".repeat(509), "CN=" + "𝔷".repeat(509));
        var line = line(Long.MAX_VALUE, appointment(by(long1), BIOMED, Role.ENDORSER, long1));

        assertThat(line.bytes()).hasSizeLessThan(StatusLine.MAX_BYTES);
        assertThat(StatusLine.parse(line.text())).isEqualTo(line);
    }
}
