package org.imprimatur.node.http;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.imprimatur.node.metrics.Metrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One listener: bounds, routing, and the one place where failures become responses. */
public final class HttpServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

    /** The largest request body that any route takes. */
    public static final long LARGEST_BODY = 64L << 20;

    /** Longer than proxies keep a connection that they do not use. */
    private static final Duration SILENCE = Duration.ofSeconds(90);

    private final Routes routes;
    private final Metrics metrics;
    private final Patience patience;
    private final WebServer server;
    private final InetSocketAddress address;

    private HttpServer(String host, int port, Routes routes, Metrics metrics, Duration silence) {
        this.routes = routes;
        this.metrics = metrics;
        this.patience = new Patience(silence);
        var http1 =
                Http1Config.builder()
                        .maxHeadersSize(16 << 10)
                        .maxPrologueLength(4096)
                        .validateRequestHeaders(true)
                        .build();
        server =
                WebServer.builder()
                        .host(host)
                        .port(port)
                        .shutdownHook(false)
                        .backlog(1024)
                        .maxTcpConnections(8192)
                        .maxPayloadSize(LARGEST_BODY)
                        .idleConnectionTimeout(Duration.ofMinutes(5))
                        .connectionOptions(patience)
                        .shutdownGracePeriod(Duration.ofSeconds(2))
                        // Helidon writes to a channel by 8 KiB, with a copy more.
                        .useNio(false)
                        .addProtocol(http1)
                        .directHandlers(directProblems())
                        .routing(this::routing)
                        .build()
                        .start();
        try {
            address = new InetSocketAddress(InetAddress.getByName(host), server.port());
        } catch (UnknownHostException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts listening.
     *
     * @param port 0 for any free one
     */
    public static HttpServer start(String host, int port, Routes routes, Metrics metrics) {
        return start(host, port, routes, metrics, SILENCE);
    }

    /**
     * As the other.
     *
     * @param silence how long a client may be silent, between requests and within one
     */
    static HttpServer start(
            String host, int port, Routes routes, Metrics metrics, Duration silence) {
        return new HttpServer(host, port, routes, metrics, silence);
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        server.stop();
        patience.close();
    }

    private void routing(HttpRouting.Builder routing) {
        routing.addFilter(
                        (chain, request, response) -> {
                            chain.proceed();
                            // Helidon 4.5.0 announces "Connection: close" and leaves the socket
                            // open (helidon issue 12324); this closes it.
                            if (closes(request, response)) {
                                throw new CloseConnectionException("the last answer is given");
                            }
                        })
                .any(this::answer);
    }

    private static boolean closes(ServerRequest request, ServerResponse response) {
        return response.isSent()
                && (has(request.headers().value(HeaderNames.CONNECTION))
                        || has(response.headers().value(HeaderNames.CONNECTION)));
    }

    private static boolean has(Optional<String> connection) {
        return connection.filter("close"::equalsIgnoreCase).isPresent();
    }

    private void answer(ServerRequest request, ServerResponse response) {
        var line = patience.line(request.remotePeer().address());
        line.asked();
        long start = System.nanoTime();
        String method = request.prologue().method().text();
        String route = "none";
        int status = 500;
        try {
            String path = request.path().path();
            var match = routes.find(method, path);
            route = match.route().template();
            Answer answer =
                    match.route()
                            .handler()
                            .handle(new Request(path, match.parameters(), new Source(request)));
            status = send(method, request, response, answer, line);
        } catch (ProblemException e) {
            status = sendProblem(request, response, e.problem(), line);
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("{} {}: the client is gone: {}", method, route, e.toString());
            status = 499;
            throw new CloseConnectionException("the client is gone", e);
        } catch (CloseConnectionException e) {
            status = 499;
            throw e;
        } catch (RuntimeException e) {
            if (response.isSent()) {
                throw new CloseConnectionException("the answer broke off", e);
            }
            LOG.error("{} {} failed", method, route, e);
            sendProblem(request, response, Problem.internal(), line);
        } finally {
            metrics.request(method, route, status, (System.nanoTime() - start) / 1e9);
        }
        line.answered();
        line.makeRoom();
    }

    /**
     * The rest of the body is read after the answer, since a client that is still sending when its
     * connection closes gets no answer. One that waits for leave to send is not given it.
     */
    private static int sendProblem(
            ServerRequest request, ServerResponse response, Problem problem, Patience.Line line) {
        Answer.Content answer = problem.answer();
        if (request.headers().contains(HeaderValues.EXPECT_100)) {
            answer = answer.with("Connection", "close");
        }
        return sendContent(request.prologue().method().text(), response, answer, line);
    }

    private static int send(
            String method,
            ServerRequest request,
            ServerResponse response,
            Answer answer,
            Patience.Line line)
            throws IOException {
        return switch (answer) {
            case Answer.Content content ->
                    sendContent(
                            method,
                            response,
                            Freshness.shortened(content, name -> header(request, name)),
                            line);
            case Answer.FileContent file -> sendFile(method, request, response, file, line);
            case Answer.Stream stream -> {
                head(response, 200, stream.type(), stream.headers());
                if (method.equals("HEAD")) {
                    response.send();
                } else {
                    try (OutputStream out = line.watched(response.outputStream())) {
                        stream.writer().write(out);
                    }
                }
                yield 200;
            }
        };
    }

    private static int sendContent(
            String method, ServerResponse response, Answer.Content content, Patience.Line line) {
        line.waits();
        if (content.status() == 304) {
            response.status(Status.NOT_MODIFIED_304);
            content.headers().forEach(response::header);
            response.send();
            return 304;
        }
        head(response, content.status(), content.type(), content.headers());
        if (method.equals("HEAD")) {
            response.header(HeaderNames.CONTENT_LENGTH, Integer.toString(content.body().length()));
            response.send();
        } else if (content.body().length() <= Body.PIECE) {
            response.send(content.body().bytes());
        } else {
            sendLarge(response, content.body(), line);
        }
        return content.status();
    }

    /**
     * Helidon copies what it sends behind the header fields, and once more to where the kernel
     * reads it; so it sends the header fields alone.
     */
    private static void sendLarge(ServerResponse response, Body body, Patience.Line line) {
        response.header(HeaderNames.CONTENT_LENGTH, Integer.toString(body.length()));
        response.send();
        try {
            line.send(body.reader());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void head(
            ServerResponse response, int status, String type, Map<String, String> headers) {
        response.status(Status.create(status));
        response.header(HeaderNames.CONTENT_TYPE, type);
        response.header("X-Content-Type-Options", "nosniff");
        headers.forEach(response::header);
    }

    private static int sendFile(
            String method,
            ServerRequest request,
            ServerResponse response,
            Answer.FileContent file,
            Patience.Line line)
            throws IOException {
        try (var channel = FileChannel.open(file.file(), StandardOpenOption.READ)) {
            long size = channel.size();
            String tag =
                    "\"%x-%x\"".formatted(size, Files.getLastModifiedTime(file.file()).toMillis());
            var headers = new LinkedHashMap<>(file.headers());
            headers.put("Accept-Ranges", "bytes");
            headers.put("ETag", tag);
            if (Freshness.unchanged(headers, name -> header(request, name))) {
                return sendContent(
                        method,
                        response,
                        new Answer.Content(304, file.type(), new byte[0], headers),
                        line);
            }
            boolean sameFile =
                    request.headers().value(HeaderNames.IF_RANGE).map(tag::equals).orElse(true);
            Optional<String> asked =
                    request.headers().value(HeaderNames.RANGE).filter(_ -> sameFile);
            ByteRange range = asked.flatMap(text -> ByteRange.parse(text, size)).orElse(null);
            if (range != null && range.unsatisfiable(size)) {
                headers.put("Content-Range", "bytes */" + size);
                var problem =
                        new Problem(
                                416,
                                "range",
                                "There is no such range",
                                "the file has " + size + " bytes",
                                List.of(),
                                null,
                                null,
                                null,
                                0);
                var answer = problem.answer();
                return sendContent(
                        method, response, answer.with("Content-Range", "bytes */" + size), line);
            }
            long from = range == null ? 0 : range.from();
            long count = range == null ? size : range.to() - range.from() + 1;
            if (range != null) {
                headers.put("Content-Range", "bytes %d-%d/%d".formatted(from, range.to(), size));
            }
            int status = range == null ? 200 : 206;
            head(response, status, file.type(), headers);
            response.header(HeaderNames.CONTENT_LENGTH, Long.toString(count));
            if (method.equals("HEAD")) {
                response.send();
            } else {
                channel.position(from);
                copy(
                        Channels.newInputStream(channel),
                        line.watched(response.outputStream()),
                        count);
            }
            return status;
        } catch (NoSuchFileException e) {
            throw new ProblemException(Problem.notFound("no such file"));
        }
    }

    private static Optional<String> header(ServerRequest request, String name) {
        return request.headers().value(HeaderNames.create(name));
    }

    private static void copy(InputStream in, OutputStream out, long count) throws IOException {
        try (out) {
            var buffer = new byte[1 << 16];
            long left = count;
            while (left > 0) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    throw new IOException("the file became shorter while it was sent");
                }
                out.write(buffer, 0, read);
                left -= read;
            }
        }
    }

    /** What Helidon answers by itself, before routing, is a problem document too. */
    private static DirectHandlers directProblems() {
        DirectHandler handler =
                (request, type, status, headers, message) -> {
                    var problem =
                            switch (type) {
                                case PAYLOAD_TOO_LARGE ->
                                        Problem.tooLarge(
                                                "more than the "
                                                        + LARGEST_BODY
                                                        + " bytes that any path takes");
                                case INTERNAL_ERROR -> Problem.internal();
                                case BAD_REQUEST, FORBIDDEN, OTHER, HTTP_VERSION_NOT_SUPPORTED ->
                                        Problem.malformed(
                                                "the request is not the HTTP that is understood here");
                            };
                    return DirectHandler.TransportResponse.builder()
                            .status(Status.create(problem.status()))
                            .headers(headers)
                            .header(HeaderNames.CONTENT_TYPE, "application/problem+json")
                            .keepAlive(false)
                            .entity(problem.answer().body().bytes())
                            .build();
                };
        var handlers = DirectHandlers.builder();
        for (var type : DirectHandler.EventType.values()) {
            handlers.addHandler(type, handler);
        }
        return handlers.build();
    }

    private record Source(ServerRequest request) implements Request.Source {

        @Override
        public Optional<String> header(String name) {
            return HttpServer.header(request, name);
        }

        @Override
        public Map<String, List<String>> query() {
            return request.query().toMap();
        }

        @Override
        public InputStream body() {
            return request.content().inputStream();
        }
    }
}
