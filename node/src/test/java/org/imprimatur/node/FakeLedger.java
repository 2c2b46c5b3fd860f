package org.imprimatur.node;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPOutputStream;
import org.imprimatur.exchange.LedgerEntry;
import org.imprimatur.exchange.StatusMap;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.EntryBundle;
import org.imprimatur.ledger.Frontier;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.MalformedInput;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.ledger.Tile;
import org.imprimatur.ledger.TilePath;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatementJson;
import org.imprimatur.trust.Envelope;

/** A server that has a ledger's key and serves whatever a test wants. */
final class FakeLedger implements AutoCloseable {

    final NoteSigner key;
    final List<String> asked = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final Map<String, byte[]> overrides = new ConcurrentHashMap<>();
    private volatile List<byte[]> entries = List.of();
    private volatile byte[] checkpoint = new byte[0];
    private volatile int status = 200;

    /** Whether everything is sent packed, unasked. */
    volatile boolean packed;

    FakeLedger(String origin) {
        this(NoteSigner.generate(origin, new SecureRandom()));
    }

    /** What a ledger shows to somebody else. */
    FakeLedger(NoteSigner key) {
        this.key = key;
        server = Loopback.http("/", this::answer);
        publish(List.of());
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    static byte[] entry(Instant at, byte[] envelope) {
        return LedgerEntry.of(at.truncatedTo(ChronoUnit.MICROS), envelope).bytes();
    }

    /** Serves these entries and their checkpoint. */
    void publish(List<byte[]> all) {
        entries = List.copyOf(all);
        serve(note(all));
    }

    SignedNote note(List<byte[]> all) {
        return new Checkpoint(key.name(), head(all).head()).sign(key);
    }

    /** With the status root of these entries, or of others. */
    SignedNote note(List<byte[]> all, StatusMap status) {
        return new Checkpoint(key.name(), head(all).head(), List.of(status.root().line()))
                .sign(key);
    }

    /** The status map that these entries give. */
    static StatusMap status(List<byte[]> all) {
        var map = StatusMap.EMPTY;
        for (byte[] bytes : all) {
            var entry = LedgerEntry.parse(bytes);
            byte[] payload = Envelope.parse(entry.envelope()).payload();
            map =
                    map.with(
                            new Recorded<>(
                                    map.size(),
                                    StatementId.of(payload),
                                    StatementJson.parse(payload),
                                    entry.admittedAt()));
        }
        return map;
    }

    /** Serves these entries, and a checkpoint with this status root. */
    void publish(List<byte[]> all, StatusMap status) {
        entries = List.copyOf(all);
        serve(note(all, status));
    }

    static Frontier head(List<byte[]> all) {
        return Frontier.EMPTY.append(Hash.ofLeaves(all));
    }

    /** Serves another checkpoint than that of the entries. */
    void serve(SignedNote note) {
        checkpoint = note.bytes();
    }

    /** Serves other bytes at a path. */
    void override(String path, byte[] bytes) {
        overrides.put(path, bytes);
    }

    void noOverrides() {
        overrides.clear();
    }

    /** Answers everything with this status. */
    void status(int code) {
        status = code;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().substring(1);
        asked.add(path);
        byte[] bytes = status == 200 ? bytes(path) : null;
        if (status >= 300 && status < 400) {
            exchange.getResponseHeaders().add("Location", "http://localhost:1/elsewhere");
        }
        if (packed && bytes != null) {
            exchange.getResponseHeaders().add("Content-Encoding", "gzip");
            bytes = gzip(bytes);
        }
        exchange.sendResponseHeaders(
                bytes == null && status == 200 ? 404 : status, bytes == null ? -1 : bytes.length);
        try (exchange) {
            if (bytes != null) {
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    private byte[] bytes(String path) {
        if (overrides.containsKey(path)) {
            return overrides.get(path);
        }
        if (path.equals("checkpoint")) {
            return checkpoint;
        }
        try {
            return switch (TilePath.parse(path)) {
                case EntryBundle bundle ->
                        EntryBundle.encode(
                                entries.subList(
                                        (int) bundle.firstEntry(),
                                        (int) bundle.firstEntry() + bundle.width()));
                case Tile tile -> bytes(tile);
            };
        } catch (MalformedInput | IndexOutOfBoundsException e) {
            return null;
        }
    }

    private byte[] bytes(Tile tile) {
        return Frontier.EMPTY
                .grow(Hash.ofLeaves(entries))
                .additions()
                .filter(a -> a.level() == tile.level() && a.index() == tile.index())
                .filter(a -> a.bytes().length >= tile.width() * Hash.LENGTH)
                .findFirst()
                .map(a -> Arrays.copyOf(a.bytes(), tile.width() * Hash.LENGTH))
                .orElse(null);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
