package org.imprimatur.node;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;
import org.imprimatur.node.metrics.Metrics;

/** What those who run a node ask: is it alive, is it ready, what does it count, what can it do. */
final class OperationRoutes {

    private final Supplier<Optional<String>> obstacle;
    private final Metrics metrics;
    private final byte[] openApi;

    /**
     * @param obstacle what keeps the node from serving, if anything
     */
    OperationRoutes(Supplier<Optional<String>> obstacle, Metrics metrics) {
        this.obstacle = obstacle;
        this.metrics = metrics;
        try (var in = OperationRoutes.class.getResourceAsStream("openapi.yaml")) {
            if (in == null) {
                throw new IllegalStateException("this build has no openapi.yaml");
            }
            openApi = in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("this build's openapi.yaml cannot be read", e);
        }
    }

    Answer openApi(Request request) {
        request.checkQuery();
        return Answer.bytes("application/yaml", openApi).with("Cache-Control", "no-cache");
    }

    Answer live(Request request) {
        request.checkQuery();
        return Answer.text("text/plain; charset=utf-8", "alive\n")
                .with("Cache-Control", "no-store");
    }

    Answer ready(Request request) {
        request.checkQuery();
        obstacle.get()
                .ifPresent(
                        text -> {
                            throw new ProblemException(Problem.unavailable("not-ready", text, 5));
                        });
        return Answer.text("text/plain; charset=utf-8", "ready\n")
                .with("Cache-Control", "no-store");
    }

    Answer metrics(Request request) {
        request.checkQuery();
        return Answer.bytes(Metrics.contentType(), metrics.text())
                .with("Cache-Control", "no-store");
    }
}
