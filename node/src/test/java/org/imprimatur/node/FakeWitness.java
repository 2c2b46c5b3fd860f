package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.imprimatur.ledger.Cosigner;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.ledger.TreeHead;
import org.imprimatur.ledger.WitnessRequest;
import org.imprimatur.ledger.WitnessRequest.Judgement;

/** A witness in memory, which cosigns as it should until a test wants otherwise. */
final class FakeWitness implements AutoCloseable {

    final Cosigner key;
    private final InstantSource clock;
    private final HttpServer server;
    private NoteVerifier ledger;
    private TreeHead latest = TreeHead.EMPTY;
    private int asked;
    private volatile int status = 200;
    private volatile Duration late = Duration.ZERO;
    private volatile Cosigner signer;

    FakeWitness(String name, InstantSource clock) {
        this.clock = clock;
        key = Cosigner.generate(name, new SecureRandom());
        signer = key;
        server = Loopback.http("/add-checkpoint", this::answer);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    synchronized void trust(NoteVerifier key) {
        ledger = key;
    }

    /** Answers everything with this status; 200 for what is right. */
    void status(int code) {
        status = code;
    }

    /** Its clock is wrong by so much. */
    void late(Duration by) {
        late = by;
    }

    /** Signs with another key than the one that it is known by. */
    void signWith(Cosigner other) {
        signer = other;
    }

    synchronized int asked() {
        return asked;
    }

    synchronized long size() {
        return latest.size();
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        asked++;
        var request = WitnessRequest.parse(exchange.getRequestBody().readAllBytes());
        int code = status;
        String body = "not now";
        if (code == 200) {
            switch (request.judge(ledger, latest)) {
                case Judgement.Consistent(var checkpoint) -> {
                    latest = checkpoint.head();
                    Instant at = clock.instant().minus(late);
                    body = signer.cosign(checkpoint.checkpoint(), at).line() + "\n";
                }
                case Judgement.OtherSize(long size) -> {
                    code = 409;
                    body = size + "\n";
                }
                case Judgement other -> {
                    code = 422;
                    body = other.toString();
                }
            }
        }
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(code, bytes.length);
        try (exchange) {
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
