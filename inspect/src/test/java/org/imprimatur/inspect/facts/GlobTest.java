package org.imprimatur.inspect.facts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

    @ParameterizedTest
    @CsvSource({
        "*.conf, a.conf, true",
        "*.conf, a.conf.old, false",
        "?.conf, ab.conf, false",
        "[0-9]*, 5x, true",
        "[!0-9]*, 5x, false",
        "[!0-9]*, x5, true",
        "a[]]b, a]b, true",
        "a\\*b, a*b, true",
        "a\\*b, axb, false",
        "*a*b*, xxaxxbxx, true",
        "*a*b*, xxbxxaxx, false",
        "[a, [a, true",
    })
    void patternsMatchAsInGlob7(String pattern, String name, boolean matches) {
        assertThat(Glob.matches(pattern, name)).isEqualTo(matches);
    }

    @Test
    void aPatternOfManyStarsDoesNotTakeForever() {
        assertThat(Glob.matches("*a".repeat(60) + "b", "a".repeat(10_000))).isFalse();
    }
}
