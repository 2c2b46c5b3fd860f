package org.imprimatur.node.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.FetchFailed;

/** A file behind {@code http:} or {@code https:}. */
final class HttpLocation implements Location {

    private static final Duration TO_BEGIN = Duration.ofSeconds(30);

    /** What a service wants besides, and says besides. */
    interface Custom {

        /** Adds to the header fields of a request what else it needs. */
        Map<String, String> fields(URI uri, Map<String, String> fields);

        /** Adds to a failure what the service says of it. */
        FetchFailed explained(FetchFailed failure);
    }

    private static final Custom PLAIN =
            new Custom() {
                @Override
                public Map<String, String> fields(URI uri, Map<String, String> fields) {
                    return fields;
                }

                @Override
                public FetchFailed explained(FetchFailed failure) {
                    return failure;
                }
            };

    private final String name;
    private final URI uri;
    private final Custom custom;
    private final long bytes;
    private final Fetch fetch;
    private final Fetch.Patience patience;

    HttpLocation(URI uri, long bytes, Fetch fetch, Fetch.Patience patience) {
        this(uri.toString(), uri, PLAIN, bytes, fetch, patience);
    }

    /** One that has another name, of a service with its own custom. */
    HttpLocation(
            String name, URI uri, Custom custom, long bytes, Fetch fetch, Fetch.Patience patience) {
        this.name = name;
        this.uri = uri;
        this.custom = custom;
        this.bytes = bytes;
        this.fetch = fetch;
        this.patience = patience;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String host() {
        return String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
    }

    @Override
    public boolean inPieces() {
        return true;
    }

    @Override
    public Opened open(long from, long to) throws IOException {
        boolean all = from == 0 && to == bytes;
        var headers =
                all
                        ? Map.<String, String>of()
                        : Map.of("Range", "bytes=%d-%d".formatted(from, to - 1));
        var body = open(uri, headers);
        try {
            if (body.status() == 200) {
                var length = body.headers().firstValueAsLong("Content-Length");
                if (length.isPresent() && length.getAsLong() != bytes) {
                    throw wrongLength(name(), length.getAsLong(), bytes);
                }
                return new Opened(0, bytes, body.stream());
            }
            var expected = "bytes %d-%d/%d".formatted(from, to - 1, bytes);
            var range = body.headers().firstValue("Content-Range").orElse("none");
            if (!range.equals(expected)) {
                throw new WrongContent(
                        "%s answers with the range '%s' where '%s' was expected"
                                .formatted(
                                        uri,
                                        range.substring(0, Math.min(range.length(), 64)),
                                        expected));
            }
            return new Opened(from, to, body.stream());
        } catch (IOException | RuntimeException e) {
            body.close();
            throw e;
        }
    }

    @Override
    public InputStream beside(String suffix) throws IOException {
        var address = uri.toString();
        int query = address.indexOf('?');
        int end = query < 0 ? address.length() : query;
        var other = URI.create(address.substring(0, end) + suffix + address.substring(end));
        return open(other, Map.of()).stream();
    }

    private Fetch.Body open(URI asked, Map<String, String> headers) throws FetchFailed {
        try {
            return fetch.open(asked, custom.fields(asked, headers), TO_BEGIN, patience);
        } catch (FetchFailed e) {
            throw custom.explained(e);
        }
    }

    static WrongContent wrongLength(String name, long found, long bytes) {
        return new WrongContent(
                "%s serves %d bytes where %d are endorsed".formatted(name, found, bytes));
    }
}
