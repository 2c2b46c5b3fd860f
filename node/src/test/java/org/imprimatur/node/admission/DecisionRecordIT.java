package org.imprimatur.node.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.node.Trial;
import org.imprimatur.node.driver.PublishedImages.Meant;
import org.imprimatur.node.follow.Seen;
import org.imprimatur.node.follow.ViewTable;
import org.imprimatur.node.store.DataDirectory;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Decision;
import org.imprimatur.register.DecisionRequest;
import org.imprimatur.register.ImageName;
import org.imprimatur.register.Inquiry;
import org.imprimatur.register.Obligation;
import org.imprimatur.register.Origin;
import org.imprimatur.register.PolicyRef;
import org.imprimatur.register.Reason;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.UseClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecisionRecordIT {

    private static final Seen SEEN =
            new Seen(
                    List.of(
                            new Seen.Ledger(charter("a.example"), 7, null, null),
                            new Seen.Ledger(
                                    charter("b.example"),
                                    8,
                                    Instant.parse("2026-11-20T00:00:00.123456789Z"),
                                    "two \"histories\"")));

    private static Charter charter(String origin) {
        return new Charter(
                new Origin(origin),
                NoteSigner.ofSeed(origin, new byte[32]).verifier().toString(),
                new PolicyRef("trial-policy", "1", Sha256.of(new byte[0])),
                List.of());
    }

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

    @Test
    void whatIsWrittenIsFoundAgainWhole(@TempDir Path directory) {
        try (var data = DataDirectory.open(directory);
                var database =
                        Database.open(Optional.empty(), data, Trial.PROGRAMS, new SecureRandom())) {
            var digest = given(3);
            var guid = given(4, ImageName.parse("00000000-0000-4000-8000-000000000001@1.0"));
            // Twice, as after a commit of which nobody knows whether it came about.
            for (int i = 0; i < 2; i++) {
                database.change(db -> new DecisionTable(db).add(List.of(digest, guid)));
            }

            for (var given : List.of(digest, guid)) {
                var decided =
                        database.read(db -> new DecisionTable(db).find(given.id())).orElseThrow();
                var view = Objects.requireNonNull(decided.view());
                var seen = database.read(db -> new ViewTable(db).find(view)).orElseThrow();

                assertThat(decided.at()).isEqualTo(given.at());
                assertThat(decided.asked()).isEqualTo(given.asked());
                assertThat(decided.meant()).isEqualTo(given.judged().meant());
                assertThat(decided.permitted()).isEqualTo(given.judged().decision().permitted());
                assertThat(decided.said()).isEqualTo(DecisionTable.said(given.judged().decision()));
                assertThat(seen).isEqualTo(SEEN);
            }
        }
    }

    private static Given given(int i) {
        return given(i, new ImageName.ByDigest(Sha512.of(new byte[] {(byte) i})));
    }

    private static Given given(int i, ImageName name) {
        return new Given(
                UUID.randomUUID(),
                Instant.parse("2026-11-21T00:00:00Z"),
                new Inquiry(
                        name,
                        UseClass.PAYLOAD,
                        DecisionRequest.Action.INSTANTIATE,
                        "CN=Olga",
                        null,
                        i % 3 == 0 ? null : "wn1",
                        null),
                new Judged(
                        name instanceof ImageName.ByDigest(var digest)
                                ? new Meant(digest, null)
                                : null,
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
                                Sha256.of(new byte[0]))),
                SEEN);
    }
}
