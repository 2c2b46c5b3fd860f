package org.imprimatur.inspect.facts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShownTest {

    @Test
    void charactersStayAndControlCharactersAreEscaped() {
        assertThat(Shown.characters("“grün” …", 100)).isEqualTo("“grün” …");
        assertThat(Shown.characters("a\0b\u202e", 100)).isEqualTo("a\\x00b\\xe2\\x80\\xae");
        assertThat(Shown.characters("a\ud800", 100)).isEqualTo("a?");
    }

    @Test
    void longTextsAreCutByTheirBytes() {
        assertThat(Shown.characters("x".repeat(10), 10)).isEqualTo("x".repeat(10));
        assertThat(Shown.characters("x".repeat(11), 10)).isEqualTo("x".repeat(10) + "…");
        assertThat(Shown.characters("€".repeat(11), 30)).isEqualTo("€".repeat(10) + "…");
        assertThat(Shown.characters("\u202e".repeat(1000), 30)).hasSize(4 * 30 + 1);
    }
}
