package org.imprimatur.node.fetch;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Calls of the programming interfaces of other services: any method, any header, bodies from memory
 * or from disk. Every answer counts, whatever its status; none is followed elsewhere, and nothing
 * is read beyond its limit. What is sent is never told in an error.
 */
public final class Calls implements AutoCloseable {

    private final HttpClient client;

    /**
     * Opens a client.
     *
     * @param authorities a PEM file of the only authorities to believe for TLS; empty for the JDK's
     * @param proxies through which the services are called
     * @throws IOException when that file cannot be used
     */
    public Calls(Optional<Path> authorities, Proxies proxies) throws IOException {
        var tls =
                authorities.isPresent()
                        ? Optional.of(ServerAuthorities.only(authorities.get()))
                        : Optional.<SSLContext>empty();
        client = HttpClients.open(proxies, tls);
    }

    /** An answer, whatever its status. */
    public record Heard(int status, HttpHeaders headers, byte[] bytes) {}

    /**
     * Calls with a small body, or none.
     *
     * @param body null for none
     * @param limit more bytes of the answer are not read
     * @param within all of it takes no longer
     * @throws FetchFailed when there is no answer; the thread stays interrupted if it was
     */
    public Heard call(
            String method,
            URI uri,
            Map<String, String> headers,
            byte @Nullable [] body,
            int limit,
            Duration within)
            throws FetchFailed {
        var publisher = body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body);
        var future = send(method, uri, headers, publisher, limit);
        try {
            return heard(uri, future, within);
        } catch (TimeoutException e) {
            throw new FetchFailed(
                    "%s did not answer within %d s".formatted(uri, within.toSeconds()), e);
        } finally {
            future.cancel(true);
        }
    }

    /**
     * Calls with a file as the body, read as it is sent.
     *
     * @param patience how the sending must go on
     * @param limit more bytes of the answer are not read
     * @param within the answer takes no longer, after all is sent
     * @throws FetchFailed when it stalls, and as {@link #call}
     */
    public Heard upload(
            String method,
            URI uri,
            Map<String, String> headers,
            Path file,
            Fetch.Patience patience,
            int limit,
            Duration within)
            throws FetchFailed {
        var sent = new AtomicLong();
        BodyPublisher body;
        try {
            body = BodyPublishers.ofFile(file);
        } catch (FileNotFoundException e) {
            throw new FetchFailed(file + " cannot be read", e);
        }
        var future = send(method, uri, headers, new Counted(body, sent), limit);
        try {
            for (long before = 0; sent.get() < body.contentLength(); before = sent.get()) {
                try {
                    return heard(uri, future, patience.window());
                } catch (TimeoutException e) {
                    long more = sent.get() - before;
                    if (more < patience.least() && sent.get() < body.contentLength()) {
                        throw new FetchFailed(
                                "%s stalled: it took only %d bytes in %d s"
                                        .formatted(uri, more, patience.window().toSeconds()),
                                e);
                    }
                }
            }
            return heard(uri, future, within);
        } catch (TimeoutException e) {
            throw new FetchFailed(
                    "%s did not answer within %d s after all was sent"
                            .formatted(uri, within.toSeconds()),
                    e);
        } finally {
            future.cancel(true);
        }
    }

    private CompletableFuture<HttpResponse<byte[]>> send(
            String method, URI uri, Map<String, String> headers, BodyPublisher body, int limit)
            throws FetchFailed {
        try {
            var request = HttpRequest.newBuilder(uri).method(method, body);
            request.header("User-Agent", "imprimatur");
            headers.forEach(request::header);
            return client.sendAsync(
                    request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), limit));
        } catch (IllegalArgumentException e) {
            // A header that cannot be sent may be a secret.
            throw new FetchFailed(uri + " cannot be called: the call is malformed");
        }
    }

    private static Heard heard(
            URI uri, CompletableFuture<HttpResponse<byte[]>> future, Duration within)
            throws FetchFailed, TimeoutException {
        try {
            var answer = future.get(within.toMillis(), TimeUnit.MILLISECONDS);
            return new Heard(answer.statusCode(), answer.headers(), answer.body());
        } catch (ExecutionException e) {
            var cause = e.getCause() == null ? e : e.getCause();
            var message = cause.getMessage();
            throw new FetchFailed(
                    "%s cannot be had: %s"
                            .formatted(
                                    uri,
                                    message == null ? cause.getClass().getSimpleName() : message),
                    cause);
        } catch (CancellationException e) {
            throw new FetchFailed(uri + " cannot be had: the call was broken off", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FetchFailed(uri + " cannot be had: the call was broken off", e);
        }
    }

    /** A body that tells how much of it was taken. */
    private record Counted(BodyPublisher body, AtomicLong taken) implements BodyPublisher {

        @Override
        public long contentLength() {
            return body.contentLength();
        }

        @Override
        public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
            body.subscribe(
                    new Flow.Subscriber<>() {
                        @Override
                        public void onSubscribe(Flow.Subscription subscription) {
                            subscriber.onSubscribe(subscription);
                        }

                        @Override
                        public void onNext(ByteBuffer item) {
                            taken.addAndGet(item.remaining());
                            subscriber.onNext(item);
                        }

                        @Override
                        public void onError(Throwable fault) {
                            subscriber.onError(fault);
                        }

                        @Override
                        public void onComplete() {
                            subscriber.onComplete();
                        }
                    });
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
