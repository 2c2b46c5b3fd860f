package org.imprimatur.inspect.facts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FoundTest {

    @Test
    void aFloodOfFilesIsCutOffAndSaysSo() {
        var found = new Found();
        for (int i = 0; i < Found.MAX_OF_A_KIND; i++) {
            found.name("/home/%d/.bash_history".formatted(i), 1);
        }
        assertThat(found.overflowed()).isFalse();

        found.name("/home/one-more/.bash_history", 1);
        found.name("/home/0/.bash_history", 1);

        assertThat(found.overflowed()).isTrue();
        assertThat(found.leftovers()).hasSize(Found.MAX_OF_A_KIND);
    }

    @Test
    void onlyFilesDirectlyInASshDirectoryAreReadWhole() {
        assertThat(Found.isInSshDirectory("/root/.ssh/id_rsa")).isTrue();
        assertThat(Found.isInSshDirectory("p2:/.ssh/config")).isTrue();
        assertThat(Found.isInSshDirectory("/root/.ssh/old/id_rsa")).isFalse();
        assertThat(Found.isInSshDirectory("/root/x.ssh/id_rsa")).isFalse();
    }
}
