package org.imprimatur.node.fetch;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;

/**
 * The one way in which a node asks others. Only {@code http:} and {@code https:}; redirects are
 * followed on the same host only, and not often; nothing is read beyond its limit.
 */
public final class Fetch implements AutoCloseable {

    private static final String GZIP = "gzip";
    private static final String IDENTITY = "identity";

    private static final int MOST_REDIRECTS = 5;

    /** So much of an answer of no use may say why it is one. */
    private static final int MOST_SAID = 16 << 10;

    private final Proxies proxies;
    private final HttpClient client;
    private final ScheduledExecutorService scheduler;

    /** Opens a client that asks everybody directly. */
    public Fetch() {
        this(Proxies.NONE, Optional.empty());
    }

    /**
     * Opens a client.
     *
     * @param proxies through which others are asked
     * @param tls whom to believe for TLS; empty for the authorities of Java
     */
    public Fetch(Proxies proxies, Optional<SSLContext> tls) {
        this.proxies = proxies;
        client = HttpClients.open(proxies, tls);
        scheduler =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("fetch-watch").factory());
    }

    /** Through which others are asked. */
    public Proxies proxies() {
        return proxies;
    }

    /**
     * An answer whose body is still to be read; whoever gets it closes it.
     *
     * @param status 200 or 206
     * @param stream ends in {@link FetchFailed} when it stalls or breaks off
     */
    public record Body(int status, HttpHeaders headers, InputStream stream)
            implements AutoCloseable {

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    /**
     * How long a body may take to go on.
     *
     * @param window within each of these
     * @param least at least so many bytes arrive
     */
    public record Patience(Duration window, long least) {}

    /**
     * The whole body of an answer with status 200, unpacked where it comes packed.
     *
     * @param limit more bytes are not read, packed or not
     * @param within all of it takes no longer
     * @throws FetchFailed for everything else; the thread stays interrupted if it was
     */
    public byte[] bytes(URI uri, int limit, Duration within) throws FetchFailed {
        var answer =
                send(
                        uri,
                        Map.of("Accept-Encoding", GZIP),
                        BodyHandlers.limiting(BodyHandlers.ofByteArray(), limit),
                        within);
        if (answer.statusCode() != 200) {
            throw new FetchFailed(uri + " answered " + answer.statusCode(), answer.statusCode());
        }
        var coding = answer.headers().firstValue("Content-Encoding").orElse(IDENTITY);
        return switch (coding.toLowerCase(Locale.ROOT)) {
            case IDENTITY -> answer.body();
            case GZIP -> unpacked(uri, answer.body(), limit);
            default ->
                    throw new FetchFailed(
                            "%s answered in a coding that nobody asked for: %s"
                                    .formatted(uri, coding),
                            answer.statusCode());
        };
    }

    private static byte[] unpacked(URI uri, byte[] packed, int limit) throws FetchFailed {
        try (var in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            byte[] bytes = in.readNBytes(limit);
            if (in.read() >= 0) {
                throw new FetchFailed("%s is more than %d bytes".formatted(uri, limit), 200);
            }
            return bytes;
        } catch (FetchFailed e) {
            throw e;
        } catch (IOException e) {
            throw new FetchFailed(uri + " is not packed with gzip, as it says", 200, e);
        }
    }

    /**
     * An answer with status 200 or 206, to be read as it comes.
     *
     * @param headers request header fields
     * @param within until the answer begins
     * @throws FetchFailed for everything else
     */
    public Body open(URI uri, Map<String, String> headers, Duration within, Patience patience)
            throws FetchFailed {
        var answer = send(uri, headers, BodyHandlers.ofInputStream(), within);
        var stream =
                new PatientStream(
                        answer.body(),
                        uri.toString(),
                        patience.window(),
                        patience.least(),
                        scheduler);
        if (answer.statusCode() != 200 && answer.statusCode() != 206) {
            throw new FetchFailed(
                    uri + " answered " + answer.statusCode(),
                    answer.statusCode(),
                    beginning(stream));
        }
        return new Body(answer.statusCode(), answer.headers(), stream);
    }

    private static byte[] beginning(InputStream stream) {
        try (stream) {
            return stream.readNBytes(MOST_SAID);
        } catch (IOException _) {
            return new byte[0]; // the status says enough
        }
    }

    /**
     * An answer to what was posted, whatever its status.
     *
     * @param type the content type; empty for none
     */
    public record Reply(int status, String type, byte[] bytes) {}

    /**
     * An answer, whatever its status.
     *
     * @param bytes the body; empty for none
     */
    public record Heard(int status, HttpHeaders headers, byte[] bytes) {}

    /**
     * Asks, and takes any answer. Redirects are not followed: they are answers like others.
     *
     * @param headers request header fields
     * @param limit more bytes of the answer are not read
     * @param within all of it takes no longer
     * @throws FetchFailed when there is no answer
     */
    public Heard ask(URI uri, Map<String, String> headers, int limit, Duration within)
            throws FetchFailed {
        var answer =
                sendOnce(
                        uri,
                        headers,
                        Optional.empty(),
                        BodyHandlers.limiting(BodyHandlers.ofByteArray(), limit),
                        within);
        return new Heard(answer.statusCode(), answer.headers(), answer.body());
    }

    /**
     * Posts a body. Redirects are not followed: they are answers like others.
     *
     * @param limit more bytes of the answer are not read
     * @param within all of it takes no longer
     * @throws FetchFailed when there is no answer
     */
    public Reply post(URI uri, String type, byte[] body, int limit, Duration within)
            throws FetchFailed {
        var answer =
                sendOnce(
                        uri,
                        Map.of("Content-Type", type),
                        Optional.of(HttpRequest.BodyPublishers.ofByteArray(body)),
                        BodyHandlers.limiting(BodyHandlers.ofByteArray(), limit),
                        within);
        return new Reply(
                answer.statusCode(),
                answer.headers().firstValue("Content-Type").orElse(""),
                answer.body());
    }

    private <T> HttpResponse<T> send(
            URI first, Map<String, String> headers, BodyHandler<T> handler, Duration within)
            throws FetchFailed {
        URI uri = first;
        var answer = sendOnce(uri, headers, Optional.empty(), handler, within);
        for (int redirects = 0; isRedirect(answer); redirects++) {
            discard(answer.body());
            if (redirects == MOST_REDIRECTS) {
                throw new FetchFailed(
                        first + " redirects more than " + MOST_REDIRECTS + " times",
                        answer.statusCode());
            }
            uri = next(uri, answer);
            answer = sendOnce(uri, headers, Optional.empty(), handler, within);
        }
        return answer;
    }

    /** One that does not say where to is an answer of no use like others. */
    private static boolean isRedirect(HttpResponse<?> answer) {
        return switch (answer.statusCode()) {
            case 301, 302, 303, 307, 308 -> answer.headers().firstValue("Location").isPresent();
            default -> false;
        };
    }

    private static URI next(URI uri, HttpResponse<?> answer) throws FetchFailed {
        var location = answer.headers().firstValue("Location").orElse("");
        URI next;
        try {
            next = uri.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new FetchFailed(uri + " redirects to what is no address", answer.statusCode(), e);
        }
        boolean downgraded = "https".equals(uri.getScheme()) && !"https".equals(next.getScheme());
        if (!host(uri).equals(host(next)) || downgraded) {
            throw new FetchFailed(
                    "%s redirects to %s: only redirects on the same host are followed"
                            .formatted(uri, next),
                    answer.statusCode());
        }
        return next;
    }

    private static String host(URI uri) {
        return String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
    }

    private <T> HttpResponse<T> sendOnce(
            URI uri,
            Map<String, String> headers,
            Optional<HttpRequest.BodyPublisher> posted,
            BodyHandler<T> handler,
            Duration within)
            throws FetchFailed {
        HttpRequest request;
        try {
            var builder = HttpRequest.newBuilder(uri).timeout(within).GET();
            posted.ifPresent(builder::POST);
            builder.header("User-Agent", "imprimatur");
            headers.forEach(builder::header);
            request = builder.build();
        } catch (IllegalArgumentException e) {
            throw new FetchFailed(uri + " is not an address that can be asked", e);
        }
        var status = new AtomicInteger();
        var future =
                client.sendAsync(
                        request,
                        head -> {
                            status.set(head.statusCode());
                            return handler.apply(head);
                        });
        try {
            return future.get(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            future.cancel(true);
            throw new FetchFailed(
                    "%s did not answer within %d s".formatted(uri, within.toSeconds()), e);
        } catch (ExecutionException e) {
            var cause = e.getCause() == null ? e : e.getCause();
            throw new FetchFailed(
                    uri + " cannot be had: " + said(cause),
                    cause instanceof HttpTimeoutException ? 0 : status.get(),
                    cause);
        } catch (CancellationException e) {
            throw new FetchFailed(uri + " cannot be had: the node is closing", e);
        } catch (InterruptedException e) {
            future.cancel(true);
            Thread.currentThread().interrupt();
            throw new FetchFailed(uri + " cannot be had: the node is closing", e);
        }
    }

    private static String said(Throwable cause) {
        var message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    private static void discard(Object body) {
        if (body instanceof InputStream stream) {
            try {
                stream.close();
            } catch (IOException _) {
                return; // nothing of it was wanted
            }
        }
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
        client.shutdownNow();
    }
}
