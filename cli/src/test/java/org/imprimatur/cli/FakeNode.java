package org.imprimatur.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A node that answers some paths, and has nothing under any other. */
final class FakeNode implements AutoCloseable {

    private final Map<String, Integer> statuses = new ConcurrentHashMap<>();
    private final Map<String, byte[]> answers = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    FakeNode() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    var path = exchange.getRequestURI().toString();
                    asked.add(path);
                    var body = answers.getOrDefault(path, new byte[0]);
                    try (exchange) {
                        exchange.sendResponseHeaders(
                                statuses.getOrDefault(path, 404),
                                body.length == 0 ? -1 : body.length);
                        exchange.getResponseBody().write(body);
                    }
                });
        server.start();
    }

    /** What it answers to a path, with its query. */
    FakeNode answering(String path, String json) {
        return answering(path, 200, json.getBytes(UTF_8));
    }

    FakeNode answering(String path, int status, byte[] body) {
        answers.put(path, body);
        statuses.put(path, status);
        return this;
    }

    /** The paths that it was asked for, in order. */
    List<String> asked() {
        return asked;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
