package org.imprimatur.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.imprimatur.node.Trial;
import org.imprimatur.node.store.DataDirectory;
import org.imprimatur.node.store.Database;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CondemnationTableIT {

    private static final Instant AT = Instant.parse("2026-11-21T00:00:00Z");
    private static final int MANY = 30_000;

    @Test
    void manyAreChangedAndPardonedAtOnceAfterFewWereOften(@TempDir Path directory) {
        try (var data = DataDirectory.open(directory);
                var database =
                        Database.open(Optional.empty(), data, Trial.PROGRAMS, new SecureRandom())) {
            var all = LongStream.rangeClosed(1, MANY).boxed().toList();
            database.change(CondemnationTableIT::run);
            for (int i = 0; i < 2; i++) {
                change(database, all, table -> table.pardon(all, AT));
            }
            // The planner's statistics are those of a moment at which nothing is condemned.
            database.change(db -> db.execute("analyze condemnation"));
            var some = all.subList(0, 1000);
            for (int i = 0; i < 12; i++) {
                change(database, some, table -> table.pardon(some, AT));
            }

            change(database, all, table -> table.changeReasons(Map.of("another", all)));
            assertThat(running(database).reasons()).isEqualTo("another");
            database.change(db -> new CondemnationTable(db).pardon(all, AT));
            assertThat(running(database).reasons()).isNull();
            change(database, all, table -> table.pardon(all, AT));
            assertThat(running(database).reasons()).isNull();
        }
    }

    private static void change(
            Database database, List<Long> numbers, Consumer<CondemnationTable> then) {
        database.change(db -> new CondemnationTable(db).condemn(Map.of("why", numbers), AT));
        database.change(
                db -> {
                    db.execute("set local statement_timeout = '20s'");
                    then.accept(new CondemnationTable(db));
                });
    }

    /** All that runs, which is one group. */
    private static CondemnationTable.Group running(Database database) {
        var groups = database.read(db -> new CondemnationTable(db).running(Set.of()));
        assertThat(groups).hasSize(1);
        assertThat(groups.getFirst().numbers()).hasSize(MANY);
        return groups.getFirst();
    }

    private static void run(Handle db) {
        db.createUpdate(
                        """
                        insert into instance (id, decision, image, class, operator, consumers, host,
                                              machine, registered_at)
                        select gen_random_uuid(), gen_random_uuid(), sha512('image'),
                               'infrastructure', 'CN=Operator', '{}', 'host', 'vm-' || n, now()
                          from generate_series(1, :many) n
                        """)
                .bind("many", MANY)
                .execute();
        db.execute("analyze instance");
    }
}
