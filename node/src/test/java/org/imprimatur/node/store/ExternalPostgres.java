package org.imprimatur.node.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.imprimatur.node.Trial;

/**
 * A PostgreSQL that belongs to no node, for tests of nodes that share one, and of nodes whose
 * server ends under them.
 */
public final class ExternalPostgres implements AutoCloseable {

    private final DataDirectory data;
    private final EmbeddedPostgres server;

    /** Starts one in a directory of its own. */
    public ExternalPostgres(Path directory) {
        data = DataDirectory.open(directory);
        server = EmbeddedPostgres.start(data, Trial.PROGRAMS, new SecureRandom());
    }

    /** The JDBC URL of a new database. */
    public String create(String name) throws SQLException {
        try (var db = DriverManager.getConnection(server.url(), server.user(), server.password());
                var statement = db.createStatement()) {
            statement.execute("create database " + name);
        }
        return url(name);
    }

    /** The JDBC URL of a database. */
    public String url(String name) {
        return server.url().replaceFirst("/postgres$", "/" + name)
                + "?user="
                + server.user()
                + "&password="
                + server.password();
    }

    /** Ends it as an administrator would. */
    public void stop() {
        server.close();
    }

    /** Ends it, and all its processes, as a power cut would; the files stay. */
    public void kill() throws IOException {
        Path pidFile = data.path().resolve("postgresql/postmaster.pid");
        long pid = Long.parseLong(Files.readAllLines(pidFile).getFirst().strip());
        var postmaster = ProcessHandle.of(pid).orElseThrow();
        var all = postmaster.descendants().toList();
        postmaster.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        postmaster.onExit().join();
        all.forEach(process -> process.onExit().join());
    }

    /** Starts it again, on the same port. */
    public void start() throws IOException {
        server.launch();
    }

    @Override
    public void close() {
        server.close();
        data.close();
    }
}
