package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.imprimatur.node.catalogue.LedgerFault;
import org.imprimatur.node.store.StoreException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RollbackIT {

    @Test
    void aDatabaseThatWasSetBackAndASecondNodeOnTheSameDirectoryAreRefused(@TempDir Path directory)
            throws IOException {
        var trial = new Trial(directory, "catalogue.example/rollback");
        Path data = directory.resolve("data");
        try (var node = trial.start()) {
            trial.prepare(node);

            assertThatThrownBy(trial::start)
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("in use by another node");
        }
        copy(data.resolve("postgresql"), directory.resolve("backup"));
        try (var node = trial.start()) {
            var later = trial.endorsement(trial.endorser, "later");
            Trial.expect(201, trial.post(node, trial.sign(later, trial.endorser)));
        }
        Files.move(data.resolve("postgresql"), directory.resolve("newest"));
        Files.move(directory.resolve("backup"), data.resolve("postgresql"));

        assertThatThrownBy(trial::start)
                .isInstanceOf(LedgerFault.class)
                .hasMessageContaining("a rollback of a ledger")
                .hasMessageContaining("shrunk from 3 to 2");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(
                        file,
                        to.resolve(from.relativize(file)),
                        StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
