package org.imprimatur.node.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Iterator;
import java.util.List;
import org.imprimatur.node.Loopback;
import org.imprimatur.node.Trial;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresIT {

    @TempDir private Path directory;

    private EmbeddedPostgres start(DataDirectory data, Iterator<Integer> ports) {
        return EmbeddedPostgres.start(data, Trial.PROGRAMS, new SecureRandom(), ports::next);
    }

    @Test
    void whenItsPortIsTakenItTriesOthersButNotForEver() throws Exception {
        try (var data = DataDirectory.open(directory);
                var taken = Loopback.listen()) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> start(data, List.of(port, port, port).iterator()))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("already in use");

            int free = Loopback.freePort();
            try (var server = start(data, List.of(port, free).iterator())) {
                assertThat(server.url()).contains(":" + free + "/");
            }
        }
    }
}
