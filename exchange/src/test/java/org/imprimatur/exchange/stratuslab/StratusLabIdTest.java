package org.imprimatur.exchange.stratuslab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.imprimatur.register.MalformedInput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StratusLabIdTest {

    @ParameterizedTest
    @CsvSource({
        "da39a3ee5e6b4b0d3255bfef95601890afd80709, No5o-5ea0sNMlW_75VgGJCv2AcJ",
        "a9993e364706816aba3e25717850c26c9cd0d89d, KmZPjZHBoFquj4lcXhQwmyc0Nid",
        "f572d396fae9206628714fb2ce00f72e94f2258f, PVy05b66SBmKHFPss4A9y6U8iWP",
        "c319bbd5afc0a22ba3eaed0507c39383ec28eeff, MMZu9WvwKIro-rtBQfDk4PsKO7_",
        "024a8581d43fbf76d96ae3ec53b260bcddddad46, AJKhYHUP7922Wrj7FOyYLzd3a1G",
        "ffffffffffffffffffffffffffffffffffffffff, P__________________________",
        "0000000000000000000000000000000000000000, AAAAAAAAAAAAAAAAAAAAAAAAAAA"
    })
    void theDigestBecomesOneNumberToBase64AndComesBackWithItsZeros(String sha1, String text) {
        assertThat(StratusLabId.ofSha1(sha1)).isEqualTo(new StratusLabId(text));
        assertThat(new StratusLabId(text).sha1()).isEqualTo(sha1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "qZk-NkcGgWq6PiVxeFDCbJzQ2J0",
                "QmZPjZHBoFquj4lcXhQwmyc0Nid",
                "KmZPjZHBoFquj4lcXhQwmyc0Ni",
                "KmZPjZHBoFquj4lcXhQwmyc0Nidd",
                "KmZPjZHBoFquj4lcXhQwmyc0Ni/",
                "../../../../../../etc/passw"
            })
    void whatNoDigestGivesIsNoIdentifier(String text) {
        assertThatThrownBy(() -> new StratusLabId(text)).isInstanceOf(MalformedInput.class);
    }

    @Test
    void anotherDigestIsNotTakenForASha1() {
        assertThatThrownBy(() -> StratusLabId.ofSha1("00".repeat(32)))
                .isInstanceOf(MalformedInput.class);
    }
}
