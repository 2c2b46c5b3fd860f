package org.imprimatur.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerEntryTest {

    private static final Instant TIME = Instant.parse("2026-11-21T01:02:03.100000Z");

    @Test
    void anEntryHasTwoLinesAndTheEnvelopeAsItCame() {
        var entry = LedgerEntry.of(TIME, "{ }\n".getBytes(UTF_8));

        assertThat(new String(entry.bytes(), UTF_8))
                .isEqualTo("imprimatur/entry/v1\n2026-11-21T01:02:03.100000Z\n{ }\n");
        assertThat(LedgerEntry.parse(entry.bytes())).isEqualTo(entry);
        assertThat(LedgerEntry.parse(entry.bytes()).admittedAt()).isEqualTo(TIME);
        assertThat(LedgerEntry.parse(entry.bytes()).envelope()).asString().isEqualTo("{ }\n");
    }

    @Test
    void timesFinerThanAMicrosecondAndEntriesThatAreTooLongAreRefused() {
        assertThatThrownBy(() -> LedgerEntry.of(TIME.plusNanos(1), new byte[0]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LedgerEntry.of(TIME, new byte[65_500]))
                .hasMessageContaining("at most 65535");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "imprimatur/entry/v1\n",
                "imprimatur/entry/v2\n2026-11-21T01:02:03.100000Z\n{}",
                "imprimatur/entry/v1\n2026-11-21T01:02:03.100Z\n{}............",
                "imprimatur/entry/v1\n2026-13-21T01:02:03.100000Z\n{}",
                "imprimatur/entry/v1\n2026-02-30T01:02:03.100000Z\n{}",
                "imprimatur/entry/v1\n2026-11-21T01:02:03.100000Z{}"
            })
    void nothingElseIsAnEntry(String text) {
        assertThatThrownBy(() -> LedgerEntry.parse(text.getBytes(UTF_8)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
