package org.imprimatur.inspect.advisories;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scores that the CVSS documents and the national database give. */
class CvssTest {

    @ParameterizedTest
    @CsvSource({
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H, 9.8",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H, 10.0",
        "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H, 7.8",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N, 6.1",
        "CVSS:3.0/AV:P/AC:H/PR:L/UI:R/S:U/C:L/I:L/A:L, 3.7",
        "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N, 5.9",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N, 0.0"
    })
    void aVectorHasTheScoreOfTheFormula(String vector, double score) {
        assertThat(Cvss.baseScore(vector)).hasValue(score);
    }

    @ParameterizedTest
    @CsvSource({
        "CVSS:4.0/AV:N/AC:L",
        "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/C:H/I:H/A:H",
        "nonsense"
    })
    void whatIsNoSuchVectorHasNoScore(String vector) {
        assertThat(Cvss.baseScore(vector)).isEmpty();
    }
}
