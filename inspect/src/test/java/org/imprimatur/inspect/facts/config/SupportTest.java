package org.imprimatur.inspect.facts.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.LocalDate;
import java.util.stream.Collectors;
import org.imprimatur.inspect.facts.OsRelease;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SupportTest {

    @ParameterizedTest
    @CsvSource({
        "debian, 12, 2028-06-30",
        "ubuntu, 22.04, 2027-06-01",
        "rocky, 9.4, 2032-05-31",
        "rhel, 7.9, 2024-06-30",
        "alpine, 3.20.3, 2026-04-01",
        "opensuse-leap, 15.6, 2026-04-30",
        "sles, 15, 2019-12-31",
        "sles, 15.6, 2025-12-31",
    })
    void aReleaseHasTheDayOfItsVersion(String id, String version, LocalDate ends) {
        assertThat(of(id, version)).isNotNull().extracting(Support::ends).isEqualTo(ends);
    }

    @ParameterizedTest
    @CsvSource({"sles, 15.9", "debian, 1", "debian, 120", "ubuntu, 2", "homemade, 7"})
    void aReleaseThatTheTableLacksIsUnknown(String id, String version) {
        assertThat(of(id, version)).isNull();
    }

    @Test
    void aRollingReleaseHasNoEnd() {
        assertThat(of("opensuse-tumbleweed", "20260401"))
                .isNotNull()
                .extracting(Support::ends)
                .isNull();
    }

    @Test
    void eachReleaseStandsOnceWithAPlaceToLookItUp() {
        assertThat(Support.all().stream().map(row -> row.id() + " " + row.version()))
                .doesNotHaveDuplicates();
        assertThat(Support.all())
                .allSatisfy(row -> assertThat(URI.create(row.source())).hasScheme("https"));
        assertThat(Support.all().stream().map(Support::id).collect(Collectors.toSet()))
                .contains("debian", "ubuntu", "rhel", "almalinux", "rocky", "sles", "alpine");
    }

    private static @Nullable Support of(String id, String version) {
        return Support.of(OsRelease.parse("ID=" + id + "\nVERSION_ID=\"" + version + "\"\n"));
    }
}
