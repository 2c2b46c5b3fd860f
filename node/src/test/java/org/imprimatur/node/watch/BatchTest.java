package org.imprimatur.node.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.imprimatur.inspect.facts.OsRelease;
import org.imprimatur.inspect.packages.InstalledPackage;
import org.imprimatur.inspect.packages.InstalledSystem;
import org.imprimatur.inspect.packages.PackageKind;
import org.imprimatur.register.Sha256;
import org.junit.jupiter.api.Test;

class BatchTest {

    private static InstalledSystem system(int packages, int place) {
        var one =
                InstalledPackage.ofLanguage(
                        PackageKind.PYTHON, "", "name", "1", List.of(), "x".repeat(place));
        return new InstalledSystem(OsRelease.UNKNOWN, Collections.nCopies(packages, one));
    }

    /** How many of these it takes until it is full. */
    private static int room(InstalledSystem each) {
        var batch = new Batch();
        int count = 0;
        while (!batch.isFull()) {
            batch.add(Sha256.of(Integer.toString(count++).getBytes(StandardCharsets.UTF_8)), each);
        }
        assertThat(batch.systems()).hasSize(count);
        return count;
    }

    @Test
    void itHasRoomForManySmallSystems() {
        assertThat(room(system(10, 10))).isEqualTo(500);
    }

    @Test
    void itIsFullOfManyPackages() {
        assertThat(room(system(10_000, 10))).isEqualTo(10);
    }

    @Test
    void itIsFullOfFewPackagesWithLongTexts() {
        assertThat(room(system(100, 1 << 16))).isEqualTo(3);
    }
}
