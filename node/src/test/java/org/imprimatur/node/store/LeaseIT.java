package org.imprimatur.node.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.store.Lease.Held.ANEW;
import static org.imprimatur.node.store.Lease.Held.BY_ANOTHER;
import static org.imprimatur.node.store.Lease.Held.STILL;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.imprimatur.node.Trial;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseIT {

    private static final Duration LONG = Duration.ofMinutes(5);

    private static DataDirectory data;
    private static Database database;

    private final UUID one = UUID.randomUUID();
    private final UUID other = UUID.randomUUID();

    @BeforeAll
    static void start(@TempDir Path directory) {
        data = DataDirectory.open(directory);
        database = Database.open(Optional.empty(), data, Trial.PROGRAMS, new SecureRandom());
    }

    @AfterAll
    static void stop() {
        database.close();
        data.close();
    }

    private static Lease.Held hold(String name, UUID holder) {
        return database.write(new Lease(name, holder, LONG)::hold);
    }

    /** As time would. */
    private static void lapse(String name) {
        database.change(
                db ->
                        db.execute(
                                "update lease set until = now() - interval '1 second' where name = ?",
                                name));
    }

    @Test
    void oneHolderHasItAndKeepsItOn() {
        assertThat(hold("kept", one)).isEqualTo(ANEW);
        assertThat(hold("kept", other)).isEqualTo(BY_ANOTHER);
        assertThat(hold("kept", one)).isEqualTo(STILL);
        assertThat(hold("kept", other)).isEqualTo(BY_ANOTHER);
    }

    @Test
    void whatIsKeptOnLastsLonger() {
        assertThat(hold("longer", one)).isEqualTo(ANEW);
        database.change(
                db ->
                        db.execute(
                                "update lease set until = now() + interval '1 minute' where name = 'longer'"));
        hold("longer", one);

        boolean longer =
                database.read(
                        db ->
                                db.createQuery(
                                                "select until > now() + interval '4 minutes' from lease where name = 'longer'")
                                        .mapTo(Boolean.class)
                                        .one());
        assertThat(longer).isTrue();
    }

    @Test
    void oneThatHasLapsedGoesToWhoeverAsksFirst() {
        hold("lapsed", one);
        lapse("lapsed");

        assertThat(hold("lapsed", other)).isEqualTo(ANEW);
        assertThat(hold("lapsed", one)).isEqualTo(BY_ANOTHER);
    }

    @Test
    void whoeverLetItLapseLearnsThatOthersMayHaveHadIt() {
        hold("gap", one);
        lapse("gap");
        assertThat(hold("gap", one)).isEqualTo(ANEW);

        lapse("gap");
        hold("gap", other);
        database.change(new Lease("gap", other, LONG)::release);
        assertThat(hold("gap", one)).isEqualTo(ANEW);
        assertThat(hold("gap", one)).isEqualTo(STILL);
    }

    @Test
    void onlyTheHolderGivesItBack() {
        hold("given back", one);
        database.change(new Lease("given back", other, LONG)::release);
        assertThat(hold("given back", other)).isEqualTo(BY_ANOTHER);

        database.change(new Lease("given back", one, LONG)::release);
        assertThat(hold("given back", other)).isEqualTo(ANEW);
    }

    @Test
    void eachNameIsALeaseOfItsOwn() {
        hold("this", one);

        assertThat(hold("that", other)).isEqualTo(ANEW);
    }
}
