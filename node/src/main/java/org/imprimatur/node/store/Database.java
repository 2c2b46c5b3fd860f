package org.imprimatur.node.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.imprimatur.node.config.DatabaseUrl;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The one database of a node: opened, migrated, and handed out as transactions.
 *
 * <p>Reading and writing have a pool each, so that many slow readers cannot keep the sequencer from
 * its connection.
 */
public final class Database implements AutoCloseable {

    private static final String READING = "reading";

    private final @Nullable PostgresUpkeep embedded;
    private final HikariDataSource reading;
    private final HikariDataSource writing;
    private final Jdbi readers;
    private final Jdbi writers;

    private Database(
            @Nullable PostgresUpkeep embedded, HikariDataSource reading, HikariDataSource writing) {
        this.embedded = embedded;
        this.reading = reading;
        this.writing = writing;
        this.readers = jdbi(reading);
        this.writers = jdbi(writing);
    }

    private static Jdbi jdbi(HikariDataSource pool) {
        return Jdbi.create(pool).registerArgument(new InstantArgument());
    }

    /**
     * Opens the external database, or starts the embedded one in the data directory, and brings its
     * tables to this version.
     *
     * @param programs where the programs of the embedded PostgreSQL are unpacked; nodes may share
     *     it
     * @throws StoreException when that is impossible; the message says why
     */
    public static Database open(
            Optional<DatabaseUrl> external,
            DataDirectory data,
            Path programs,
            SecureRandom random) {
        if (external.isPresent()) {
            return connect(null, external.get().url(), null, null);
        }
        var server = EmbeddedPostgres.start(data, programs, random);
        var upkeep = new PostgresUpkeep(server);
        try {
            return connect(upkeep, server.url(), server.user(), server.password());
        } catch (RuntimeException e) {
            upkeep.close();
            throw e;
        }
    }

    private static Database connect(
            @Nullable PostgresUpkeep embedded,
            String url,
            @Nullable String user,
            @Nullable String password) {
        HikariDataSource writing;
        try {
            writing = pool("writing", url, user, password, 4);
        } catch (RuntimeException e) {
            // The URL may hold a password: only the cause is told.
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new StoreException("cannot connect to the database: " + cause.getMessage(), e);
        }
        try {
            Flyway.configure()
                    .dataSource(writing)
                    .locations("classpath:org/imprimatur/node/migrations")
                    .load()
                    .migrate();
            return new Database(embedded, pool(READING, url, user, password, 12), writing);
        } catch (FlywayException e) {
            writing.close();
            throw new StoreException(
                    "cannot bring the database to this version: " + e.getMessage(), e);
        }
    }

    private static HikariDataSource pool(
            String name,
            String url,
            @Nullable String user,
            @Nullable String password,
            int connections) {
        var config = new HikariConfig();
        config.setPoolName(name);
        if (name.equals(READING)) {
            config.setReadOnly(true);
            config.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
        }
        config.setJdbcUrl(url);
        if (user != null) {
            config.setUsername(user);
            config.setPassword(password);
        }
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(10_000);
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        config.addDataSourceProperty("ApplicationName", "imprimatur");
        config.addDataSourceProperty("connectTimeout", "10");
        config.addDataSourceProperty("socketTimeout", "120");
        return new HikariDataSource(config);
    }

    /** Runs one read-only transaction that sees one moment of the database. */
    public <T extends @Nullable Object> T read(Function<Handle, T> work) {
        try (Handle handle = readers.open()) {
            return handle.inTransaction(work::apply);
        }
    }

    /** Runs one transaction: committed to disk when this returns, undone when it throws. */
    public <T extends @Nullable Object> T write(Function<Handle, T> work) {
        try (Handle handle = writers.open()) {
            return handle.inTransaction(work::apply);
        }
    }

    /** As {@link #write}, for work that gives nothing back. */
    public void change(Consumer<Handle> work) {
        try (Handle handle = writers.open()) {
            handle.useTransaction(work::accept);
        }
    }

    /** Whether the database answers now. */
    public boolean answers() {
        try (Handle handle = readers.open()) {
            return handle.createQuery("select 1").mapTo(Integer.class).one() == 1;
        } catch (RuntimeException _) {
            return false;
        }
    }

    @Override
    public void close() {
        reading.close();
        writing.close();
        if (embedded != null) {
            embedded.close();
        }
    }
}
