package org.imprimatur.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.CharConversionException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.register.Charter;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * Talks to one node over HTTP. Answers are bounded in size and time, and nothing in them is
 * believed: who calls checks proofs and signatures.
 */
final class NodeClient {

    private static final int MAX_JSON = 16 * 1024 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final JsonMapper JSON =
            JsonMapper.builder(
                            com.fasterxml.jackson.core.JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(32)
                                                    .build())
                                    .build())
                    .build();

    private final URI base;
    private final Duration patience;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();

    NodeClient(URI base) {
        this(base, PATIENCE);
    }

    /** A client that waits so long for each answer. */
    NodeClient(URI base, Duration patience) {
        var scheme = base.getScheme();
        if (base.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
            throw new CommandFailure(
                    ExitCode.USAGE, "'%s' is not the http(s) address of a node".formatted(base));
        }
        this.base = base;
        this.patience = patience;
    }

    /** The charter that the node shows of its own ledger. */
    Charter charter() {
        var bytes = bytes("/api/v1/charter", CharterJson.MAX_BYTES);
        try {
            return CharterJson.read(bytes);
        } catch (MalformedInput bad) {
            throw unreachable(
                    "%s shows no charter (%s); is the address that of a node?"
                            .formatted(base, bad.explanation()),
                    bad);
        }
    }

    /** The policy document of the node's ledger. */
    byte[] policy() {
        return bytes("/api/v1/policy", 4 * 1024 * 1024);
    }

    /** Submits an envelope. What comes back is the node's word, to be checked. */
    JsonNode submit(byte[] envelope) {
        var request =
                request("/api/v1/statements")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofByteArray(envelope))
                        .build();
        return json(send(request, MAX_JSON));
    }

    /** Brings an attachment to the node, ahead of the statement that names it. */
    Sha256 attach(byte[] content) {
        var digest = Sha256.of(content);
        send(
                request("/api/v1/attachments/sha256:" + digest.hex())
                        .header("Content-Type", "application/octet-stream")
                        .PUT(BodyPublishers.ofByteArray(content))
                        .build(),
                MAX_JSON);
        return digest;
    }

    JsonNode evaluate(JsonNode question) {
        return post("/access/v1/evaluation", question);
    }

    JsonNode post(String path, JsonNode body) {
        return json(
                send(
                        request(path)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(body.toString()))
                                .build(),
                        MAX_JSON));
    }

    /** How long the file at a path is; -1 where there is none, or the name is none of a file. */
    long length(String path) {
        if (!path.matches("/files/[A-Za-z0-9][A-Za-z0-9._-]{0,254}")) {
            return -1;
        }
        try {
            var response = http.send(request(path).HEAD().build(), BodyHandlers.discarding());
            return response.statusCode() == 200
                    ? response.headers().firstValueAsLong("Content-Length").orElse(-1)
                    : -1;
        } catch (IOException e) {
            throw unreachable("the node at %s does not answer (%s)".formatted(base, reason(e)), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable("interrupted while waiting for " + base, e);
        }
    }

    /** Brings an image list to the path where it is to be served. */
    JsonNode putList(String path, byte[] message) {
        return json(
                send(
                        request(path)
                                .header("Content-Type", "message/rfc822")
                                .PUT(BodyPublishers.ofByteArray(message))
                                .build(),
                        MAX_JSON));
    }

    JsonNode json(String path) {
        return json(bytes(path, MAX_JSON));
    }

    /** The same; empty where the node has nothing under that path. */
    Optional<JsonNode> find(String path) {
        var request = request(path).GET().build();
        var answer = ask(request, MAX_JSON);
        return answer.status() == 404
                ? Optional.empty()
                : Optional.of(json(answer.granted(request.uri())));
    }

    byte[] bytes(String path, int limit) {
        return send(request(path).GET().build(), limit);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path))
                .timeout(patience)
                .header("User-Agent", "imprimatur");
    }

    /** What came back, whatever it says. */
    private record Answered(int status, String type, byte[] body) {

        /** What was asked for, where that was granted. */
        byte[] granted(URI uri) {
            if (status / 100 != 2) {
                throw refused(uri, this);
            }
            return body;
        }
    }

    private byte[] send(HttpRequest request, int limit) {
        return ask(request, limit).granted(request.uri());
    }

    private Answered ask(HttpRequest request, int limit) {
        try {
            var response = http.send(request, BodyHandlers.ofInputStream());
            byte[] body;
            try (var in = response.body()) {
                body = in.readNBytes(limit + 1);
            }
            if (body.length > limit) {
                throw unreachable(
                        "the answer of %s is larger than %d bytes".formatted(request.uri(), limit),
                        null);
            }
            return new Answered(
                    response.statusCode(),
                    response.headers().firstValue("content-type").orElse(""),
                    body);
        } catch (IOException e) {
            throw unreachable(
                    "the node at %s does not answer (%s); is it running, and is the address right?"
                            .formatted(base, reason(e)),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable("interrupted while waiting for " + base, e);
        }
    }

    private static String reason(IOException failure) {
        var name = failure.getClass().getSimpleName();
        return failure.getMessage() == null ? name : name + ": " + failure.getMessage();
    }

    /** Reads an answer; nested no deeper than nodes answer. */
    static JsonNode json(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw unreachable("the node's answer is not JSON: " + e.getOriginalMessage(), e);
        } catch (CharConversionException e) {
            throw unreachable("the node's answer is not JSON in UTF-8", e);
        } catch (IOException e) {
            throw new AssertionError("bytes in memory can be read", e);
        }
    }

    /** What a problem document (RFC 9457) says, as one line with the advice behind it. */
    private static CommandFailure refused(URI uri, Answered answer) {
        var exit =
                switch (answer.status()) {
                    case 400, 413, 415 -> ExitCode.UNREADABLE;
                    case 403, 404, 409, 422 -> ExitCode.NO;
                    default -> ExitCode.UNREACHABLE;
                };
        if (!answer.type().startsWith("application/problem+json")) {
            return new CommandFailure(
                    exit, "%s answers with status %d".formatted(uri, answer.status()));
        }
        var problem = json(answer.body());
        var text = new StringBuilder(problem.path("detail").asText(problem.path("title").asText()));
        code(problem)
                .ifPresent(
                        code ->
                                text.append(" [")
                                        .append(code)
                                        .append(clauses(problem))
                                        .append(']'));
        var advice = problem.path("advice").asText("");
        if (!advice.isEmpty()) {
            text.append(' ').append(advice);
        }
        return new CommandFailure(exit, text.toString());
    }

    private static Optional<String> code(JsonNode problem) {
        var type = problem.path("type").asText("");
        return type.contains("/problem/")
                ? Optional.of(type.substring(type.lastIndexOf('/') + 1))
                : Optional.empty();
    }

    private static String clauses(JsonNode problem) {
        var text = new StringBuilder();
        problem.path("clauses").forEach(clause -> text.append(", ").append(clause.asText()));
        return text.toString();
    }

    private static CommandFailure unreachable(String explanation, @Nullable Throwable cause) {
        return cause == null
                ? new CommandFailure(ExitCode.UNREACHABLE, explanation)
                : new CommandFailure(ExitCode.UNREACHABLE, explanation, cause);
    }
}
