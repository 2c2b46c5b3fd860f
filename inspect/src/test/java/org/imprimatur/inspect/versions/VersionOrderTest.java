package org.imprimatur.inspect.versions;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The orders of versions, held against the programs and documents that define them. */
class VersionOrderTest {

    private static final List<String> FRAGMENTS =
            List.of(
                    "1",
                    "0",
                    "00",
                    "10",
                    "2.3",
                    ".",
                    "-",
                    "a",
                    "b1",
                    "rc",
                    "RC2",
                    "alpha",
                    "SNAPSHOT",
                    "final",
                    "ga",
                    "sp",
                    "m3",
                    "20240131235959",
                    "~",
                    "^",
                    "+",
                    "_",
                    "x",
                    ".0",
                    "-0",
                    "99999999999999999999");

    record Pair(VersionOrder order, String one, int expected, String other) {}

    static Stream<Pair> pairs() throws Exception {
        try (var vectors = VersionOrderTest.class.getResourceAsStream("order.tsv")) {
            return new String(vectors.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> !line.startsWith("#"))
                            .map(line -> line.split("\t", -1))
                            .map(
                                    cells ->
                                            new Pair(
                                                    VersionOrder.valueOf(
                                                            cells[0].toUpperCase(Locale.ROOT)),
                                                    cells[1],
                                                    "<=>".indexOf(cells[2]) - 1,
                                                    cells[3]))
                            .toList()
                            .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void versionsComeInTheOrderThatTheirOwnProgramsSay(Pair pair) {
        int found = pair.order().compare(pair.one(), pair.other());
        int turned = pair.order().compare(pair.other(), pair.one());

        assertThat(Integer.signum(found)).isEqualTo(pair.expected());
        assertThat(Integer.signum(turned)).isEqualTo(-pair.expected());
    }

    @Test
    void rpmComparesEpochThenVersionThenReleaseAndAVersionAloneStandsForAllItsReleases() {
        assertThat(VersionOrder.RPM.compare("1:1.0-1", "2.0-1")).isPositive();
        assertThat(VersionOrder.RPM.compare("0:1.0-1", "1.0-1")).isZero();
        assertThat(VersionOrder.RPM.compare("1.0-10.el9", "1.0-9.el9")).isPositive();
        assertThat(VersionOrder.RPM.compare("1.0-10.el9", "1.0")).isZero();
    }

    @ParameterizedTest
    @EnumSource(VersionOrder.class)
    void everyTextHasItsPlaceAndTheOrderHasNoCircles(VersionOrder order) {
        var random = new Random(5);
        for (int i = 0; i < 3_000; i++) {
            var a = version(random);
            var b = version(random);
            var c = version(random);

            assertThat(order.compare(a, a)).isZero();
            assertThat(Integer.signum(order.compare(a, b)))
                    .as("%s and %s", a, b)
                    .isEqualTo(-Integer.signum(order.compare(b, a)));
            boolean releaseMatters = order != VersionOrder.RPM && order != VersionOrder.PACMAN;
            if (releaseMatters && order.compare(a, b) <= 0 && order.compare(b, c) <= 0) {
                assertThat(order.compare(a, c)).as("%s, %s, %s", a, b, c).isNotPositive();
            }
        }
    }

    private static String version(Random random) {
        var text = new StringBuilder(String.valueOf(random.nextInt(12)));
        for (int i = random.nextInt(5); i > 0; i--) {
            text.append(fragment(random));
        }
        return text.toString();
    }

    private static String fragment(Random random) {
        return FRAGMENTS.get(random.nextInt(FRAGMENTS.size()));
    }
}
