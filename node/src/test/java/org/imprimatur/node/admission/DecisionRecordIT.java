package org.imprimatur.node.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.imprimatur.node.Trial;
import org.imprimatur.node.store.DataDirectory;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Decision;
import org.imprimatur.register.DecisionRequest;
import org.imprimatur.register.Obligation;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Reason;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.UseClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecisionRecordIT {

    @Test
    @Clause("END-2.operator")
    void everyDecisionIsWrittenDownBeforeTheRecordCloses(@TempDir Path directory) {
        try (var data = DataDirectory.open(directory);
                var database =
                        Database.open(Optional.empty(), data, Trial.PROGRAMS, new SecureRandom())) {
            try (var record = new DecisionRecord(database)) {
                for (int i = 0; i < 5000; i++) {
                    assertThat(record.add(given(i))).isTrue();
                }
            }

            var counts =
                    database.read(
                            db ->
                                    db.createQuery(
                                                    """
                                                    select count(*) || ' ' || count(distinct id)
                                                      || ' ' || count(*) filter (where permitted)
                                                      || ' ' || min(reasons) || ' ' || min(positions)
                                                      from decision
                                                    """)
                                            .mapTo(String.class)
                                            .one());
            assertThat(counts)
                    .isEqualTo(
                            "5000 5000 2500 [{\"code\":\"image-unknown\",\"clauses\":[\"WLCG-3\"],\"text\":\"a \\\"reason\\\"\"}] {\"a.example\":7,\"b.example\":8}");
        }
    }

    private static Given given(int i) {
        return new Given(
                UUID.randomUUID(),
                Instant.parse("2026-11-21T00:00:00Z"),
                new DecisionRequest(
                        Sha512.of(new byte[] {(byte) i}),
                        UseClass.PAYLOAD,
                        DecisionRequest.Action.INSTANTIATE,
                        "CN=Olga",
                        i % 3 == 0 ? null : "wn1"),
                new Decision(
                        i % 2 == 0,
                        List.of(
                                new Reason(
                                        Reason.Code.IMAGE_UNKNOWN,
                                        List.of("WLCG-3"),
                                        "a \"reason\"")),
                        List.of(),
                        List.of(Obligation.TRACEABILITY),
                        Map.of(new Origin("b.example"), 8L, new Origin("a.example"), 7L),
                        Sha256.of(new byte[0])));
    }
}
