package org.imprimatur.node.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.Eventually.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import org.imprimatur.node.Trial;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded PostgreSQL is killed under its node. */
class PostgresUpkeepIT {

    private DataDirectory data;
    private Path cluster;
    private Database database;

    @BeforeEach
    void start(@TempDir Path directory) {
        data = DataDirectory.open(directory);
        cluster = data.path().resolve("postgresql");
        database = Database.open(Optional.empty(), data, Trial.PROGRAMS, new SecureRandom());
        database.change(db -> db.execute("create table noted (n int)"));
    }

    @AfterEach
    void end() {
        database.close();
        data.close();
    }

    private ProcessHandle server() {
        return server(cluster);
    }

    private static ProcessHandle server(Path cluster) {
        try {
            var pid = Files.readAllLines(cluster.resolve("postmaster.pid")).getFirst().strip();
            return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void note(int n) {
        database.change(db -> db.execute("insert into noted values (?)", n));
    }

    private long noted() {
        return database.read(
                db -> db.createQuery("select count(*) from noted").mapTo(Long.class).one());
    }

    private void awaitAnswers() {
        await(database::answers);
    }

    @Test
    void aServerThatIsKilledIsStartedAgainAndHasWhatWasCommitted() {
        for (int times = 1; times <= 2; times++) {
            note(times);
            var killed = server();

            killed.destroyForcibly();
            killed.onExit().join();

            awaitAnswers();
            assertThat(server()).isNotEqualTo(killed);
            assertThat(noted()).isEqualTo(times);
        }
    }

    @Test
    void aServerThatSomebodyStopsIsStartedAgain() throws Exception {
        note(1);

        var server = server();
        new ProcessBuilder("kill", "-INT", Long.toString(server.pid())).start().waitFor();
        server.onExit().join();

        awaitAnswers();
        assertThat(noted()).isEqualTo(1);
    }

    @Test
    void whatIsInTheWayOfAStartMayGoLater() throws IOException {
        note(1);
        var settings = cluster.resolve("postgresql.conf");
        var aside = cluster.resolve("postgresql.conf.aside");
        Files.move(settings, aside);
        var server = server();
        server.destroyForcibly();
        server.onExit().join();
        await(
                () ->
                        read(data.path().resolve("postgresql.log"))
                                .contains("could not access the server configuration file"));
        assertThat(database.answers()).isFalse();

        Files.move(aside, settings);

        awaitAnswers();
        assertThat(noted()).isEqualTo(1);
    }

    @Test
    void aServerThatIsClosedStaysSo() {
        var server = server();

        database.close();

        server.onExit().join();
        assertThat(cluster.resolve("postmaster.pid")).doesNotExist();
    }

    @Test
    void aNodeWhoseDatabaseIsKilledIsReadyAgainAndHasWhatItAcknowledged(@TempDir Path other) {
        var trial = new Trial(other, "catalogue.example/upkeep");
        try (var node = trial.start()) {
            trial.prepare(node);
            var killed = server(other.resolve("data/postgresql"));

            killed.destroyForcibly();

            byte[] endorsement =
                    trial.sign(trial.endorsement(trial.endorser, "an image"), trial.endorser);
            await(() -> trial.post(node, endorsement), answer -> answer.statusCode() != 503);
            Trial.expect(200, trial.post(node, endorsement));
            Trial.expect(200, trial.get(node, "/health/ready"));
            assertThat(trial.get(node, "/checkpoint").body().lines().skip(1).findFirst())
                    .contains("3");
        }
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
