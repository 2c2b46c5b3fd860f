package org.imprimatur.node.store;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/**
 * A PostgreSQL of our own in the data directory: unpacked from a jar, made once, started and
 * stopped with the node, reachable on the loopback interface only and with a random password.
 *
 * <p>It is durable: {@code fsync}, {@code full_page_writes} and {@code synchronous_commit} are on
 * and stated on the command line, so that no default can turn them off. A node that is killed
 * leaves its server running; the next one stops it before it starts its own, since two servers on
 * one directory would ruin it.
 *
 * <p>PostgreSQL refuses to run as root. Then its programs run in a user namespace of their own,
 * where root's files are still theirs but they are nobody ({@code unshare -U}).
 */
final class EmbeddedPostgres implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final String USER = "imprimatur";
    private static final String MAJOR = "18";
    private static final int SECONDS = 120;
    private static final int ATTEMPTS = 3;
    private static final int LAST_WORDS = 2000;

    private final DataDirectory data;
    private final Path programs;
    private final Path cluster;
    private final String password;
    private final int port;
    private volatile long process;

    private EmbeddedPostgres(
            DataDirectory data, Path programs, Path cluster, String password, int port) {
        this.data = data;
        this.programs = programs;
        this.cluster = cluster;
        this.password = password;
        this.port = port;
    }

    /** Starts the server of this directory, and makes it where there is none yet. */
    static EmbeddedPostgres start(DataDirectory data, Path programsParent, SecureRandom random) {
        return start(data, programsParent, random, EmbeddedPostgres::freePort);
    }

    /**
     * As above.
     *
     * @param ports gives one that is free; when somebody has taken it since, the next is tried
     */
    static EmbeddedPostgres start(
            DataDirectory data, Path programsParent, SecureRandom random, IntSupplier ports) {
        try {
            Path programs = unpacked(programsParent);
            Path cluster = data.path().resolve("postgresql");
            Path passwordFile = data.path().resolve("postgresql.password");
            if (!Files.exists(cluster.resolve("PG_VERSION"))) {
                create(data, programs, cluster, passwordFile, random);
            }
            String major = Files.readString(cluster.resolve("PG_VERSION")).strip();
            if (!major.equals(MAJOR)) {
                throw new StoreException(
                        "%s was made by PostgreSQL %s, and this node brings %s: dump it with the old one and load it into the new one"
                                .formatted(cluster, major, MAJOR));
            }
            var password = Files.readString(passwordFile).strip();
            for (int attempt = 1; ; attempt++) {
                var server =
                        new EmbeddedPostgres(data, programs, cluster, password, ports.getAsInt());
                server.stopLeftover();
                Files.deleteIfExists(server.log()); // of the last run
                try {
                    server.launch();
                    return server;
                } catch (IOException e) {
                    if (attempt == ATTEMPTS || !taken(e)) {
                        throw e;
                    }
                    LOG.info("somebody has taken the port {}; another is tried", server.port);
                }
            }
        } catch (IOException e) {
            throw new StoreException("cannot start the embedded PostgreSQL: " + e, e);
        }
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    String user() {
        return USER;
    }

    String password() {
        return password;
    }

    @Override
    public void close() {
        try {
            stop();
        } catch (IOException e) {
            LOG.warn("the embedded PostgreSQL did not stop: {}", e.toString());
        }
    }

    /** Starts it, again on the same port after it has ended. */
    void launch() throws IOException {
        var options =
                List.of(
                        "listen_addresses=127.0.0.1",
                        "port=" + port,
                        "unix_socket_directories=",
                        "fsync=on",
                        "full_page_writes=on",
                        "synchronous_commit=on",
                        "max_connections=40",
                        "shared_buffers=64MB",
                        "log_min_messages=warning",
                        "log_checkpoints=off");
        var text = new StringBuilder();
        options.forEach(option -> text.append(" -c ").append(option));
        try {
            start(text.toString().strip());
        } catch (IOException e) {
            throw new IOException((e.getMessage() + " " + lastWords()).strip(), e);
        }
        process = processInPidFile();
    }

    /** Completes when the server that was started last has ended. */
    CompletableFuture<?> ended() {
        return ProcessHandle.of(process)
                .<CompletableFuture<?>>map(ProcessHandle::onExit)
                .orElse(CompletableFuture.completedFuture(null));
    }

    private Path log() {
        return data.path().resolve("postgresql.log");
    }

    /** The end of its log. */
    String lastWords() throws IOException {
        if (!Files.exists(log())) {
            return "";
        }
        try (var file = Files.newByteChannel(log())) {
            file.position(Math.max(0, file.size() - LAST_WORDS));
            var bytes = ByteBuffer.allocate(LAST_WORDS);
            while (bytes.hasRemaining() && file.read(bytes) >= 0) {
                // A read may bring less than there is.
            }
            return StandardCharsets.UTF_8.decode(bytes.flip()).toString().strip();
        }
    }

    private void start(String options) throws IOException {
        run(
                data,
                programs.resolve("bin/pg_ctl").toString(),
                "start",
                "-D",
                cluster.toString(),
                "-w",
                "-t",
                Integer.toString(SECONDS),
                "-l",
                log().toString(),
                "-o",
                options);
    }

    /** A server that a killed node left behind still writes; it must end before ours starts. */
    private void stopLeftover() throws IOException {
        if (!Files.exists(pidFile())) {
            return;
        }
        long pid = processInPidFile();
        boolean alive =
                ProcessHandle.of(pid)
                        .flatMap(process -> process.info().command())
                        .filter(command -> command.endsWith("/postgres"))
                        .isPresent();
        if (alive) {
            LOG.info("stopping the PostgreSQL (process {}) that an earlier node left behind", pid);
            stop();
        }
    }

    private Path pidFile() {
        return cluster.resolve("postmaster.pid");
    }

    private long processInPidFile() throws IOException {
        return Long.parseLong(Files.readAllLines(pidFile()).getFirst().strip());
    }

    private void stop() throws IOException {
        run(
                data,
                programs.resolve("bin/pg_ctl").toString(),
                "stop",
                "-D",
                cluster.toString(),
                "-m",
                "fast",
                "-w",
                "-t",
                Integer.toString(SECONDS));
    }

    /** Made beside its place and renamed into it, so that a half-made cluster is never used. */
    private static void create(
            DataDirectory data, Path programs, Path cluster, Path passwordFile, SecureRandom random)
            throws IOException {
        LOG.info("making a new database in {}", cluster);
        var secret = new byte[24];
        random.nextBytes(secret);
        Files.deleteIfExists(passwordFile);
        Files.createFile(
                passwordFile,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(passwordFile, HexFormat.of().formatHex(secret) + "\n");
        Path fresh = cluster.resolveSibling("postgresql.new");
        delete(fresh);
        run(
                data,
                programs.resolve("bin/initdb").toString(),
                "-D",
                fresh.toString(),
                "-U",
                USER,
                "--pwfile=" + passwordFile,
                "-A",
                "scram-sha-256",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-instructions");
        Files.move(fresh, cluster, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Path unpacked(Path parent) throws IOException {
        String archive =
                switch (System.getProperty("os.arch").toLowerCase(Locale.ROOT)) {
                    case "amd64", "x86_64" -> "/postgres-linux-x86_64.txz";
                    case "aarch64" -> "/postgres-linux-arm_64.txz";
                    case String other ->
                            throw new StoreException(
                                    "there is no embedded PostgreSQL for "
                                            + other
                                            + ": set \"database\" to the JDBC URL of a PostgreSQL "
                                            + MAJOR);
                };
        Path place = parent.resolve("postgresql-programs-" + digest(archive).substring(0, 16));
        if (Files.isDirectory(place)) {
            return place;
        }
        Files.createDirectories(parent);
        Path fresh = Files.createTempDirectory(parent, "postgresql-programs.");
        try (var tar = new TarArchiveInputStream(new XZInputStream(open(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                unpack(tar, entry, fresh);
            }
        }
        try {
            Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            delete(fresh); // another node was faster, or the move is impossible
            if (!Files.isDirectory(place)) {
                throw e;
            }
        }
        return place;
    }

    private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path root)
            throws IOException {
        Path target = root.resolve(entry.getName()).normalize();
        if (!target.startsWith(root)) {
            throw new IOException("the archive leaves its directory: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Path parent = target.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else {
            Files.copy(tar, target);
            Files.setPosixFilePermissions(
                    target,
                    PosixFilePermissions.fromString(
                            (entry.getMode() & 0100) != 0 ? "rwxr-xr-x" : "rw-r--r--"));
        }
    }

    private static String digest(String archive) throws IOException {
        try (var in = new DigestInputStream(open(archive), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static InputStream open(String archive) throws IOException {
        InputStream in = EmbeddedPostgres.class.getResourceAsStream(archive);
        if (in == null) {
            throw new IOException("this build does not hold " + archive);
        }
        return new BufferedInputStream(in, 1 << 16);
    }

    private static boolean taken(IOException e) {
        return String.valueOf(e.getMessage()).contains("Address already in use");
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new StoreException("cannot start the embedded PostgreSQL: " + e, e);
        }
    }

    private static void run(DataDirectory data, String... command) throws IOException {
        var line = new ArrayList<String>();
        if (data.ownedByRoot()) {
            line.addAll(List.of("unshare", "-U"));
        }
        line.addAll(List.of(command));
        Path output = Files.createTempFile(data.path(), "postgresql-command.", ".log");
        try {
            var process =
                    new ProcessBuilder(line)
                            .directory(data.path().toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            process.getOutputStream().close();
            boolean ended;
            try {
                ended = process.waitFor(SECONDS + 30L, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for " + command[0], e);
            }
            if (!ended || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(
                        "%s %s: %s%s"
                                .formatted(
                                        Path.of(command[0]).getFileName(),
                                        ended ? "failed" : "did not end",
                                        Files.readString(output, StandardCharsets.UTF_8).strip(),
                                        line.getFirst().equals("unshare")
                                                ? " (started as root in a user namespace; where that is not allowed, run the node as another user or set \"database\")"
                                                : ""));
            }
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (var files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
