package org.imprimatur.node.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/**
 * A request as handlers see it: nothing of the HTTP library, and nothing read before it is bounded.
 */
public final class Request {

    /** What the server beneath can tell; keeps its types out of here. */
    interface Source {
        Optional<String> header(String name);

        Map<String, List<String>> query();

        InputStream body();
    }

    private final String path;
    private final Map<String, String> parameters;
    private final Source source;

    Request(String path, Map<String, String> parameters, Source source) {
        this.path = path;
        this.parameters = parameters;
        this.source = source;
    }

    /** The decoded path. */
    public String path() {
        return path;
    }

    /** A variable of the route's path. */
    public String parameter(String name) {
        String value = parameters.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no {" + name + "}");
        }
        return value;
    }

    /** As {@link #parameter}, read into a value; what cannot be read is answered with 400. */
    public <T> T parameter(String name, Function<String, T> reader) {
        return read("path member \"" + name + "\"", parameter(name), reader);
    }

    /**
     * A query member, read into a value.
     *
     * @throws ProblemException 400 when it comes twice or cannot be read
     */
    public <T> Optional<T> query(String name, Function<String, T> reader) {
        var values = source.query().getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw malformed("query member \"" + name + "\" is given " + values.size() + " times");
        }
        return values.stream()
                .findFirst()
                .map(value -> read("query member \"" + name + "\"", value, reader));
    }

    /** Whether a query member is there at all, with a value or without. */
    public boolean asks(String name) {
        return source.query().containsKey(name);
    }

    /**
     * A query member that may come several times, each read into a value.
     *
     * @throws ProblemException 400 when it comes more often than {@code most} or cannot be read
     */
    public <T> List<T> queries(String name, int most, Function<String, T> reader) {
        var values = source.query().getOrDefault(name, List.of());
        if (values.size() > most) {
            throw malformed(
                    "query member \"%s\" is given %d times; expected at most %d"
                            .formatted(name, values.size(), most));
        }
        return values.stream()
                .map(value -> read("query member \"" + name + "\"", value, reader))
                .toList();
    }

    /**
     * Answers 400 to query members that the route does not know: a misspelt filter filters nothing.
     */
    public void checkQuery(String... names) {
        var known = Set.of(names);
        for (String name : source.query().keySet()) {
            if (!known.contains(name)) {
                throw malformed(
                        "query member \"%s\" is not known; expected %s"
                                .formatted(
                                        name,
                                        names.length == 0 ? "none" : String.join(", ", names)));
            }
        }
    }

    /** A header field's value. */
    public Optional<String> header(String name) {
        return source.header(name);
    }

    /** The length that the client announces. */
    public OptionalLong announcedLength() {
        return header("Content-Length").map(Long::parseLong).stream()
                .mapToLong(Long::longValue)
                .findFirst();
    }

    /** Answers 415 unless the content type is one of these. */
    public void checkType(String... types) {
        String type =
                header("Content-Type")
                        .map(value -> value.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
                        .orElse("none");
        if (!Set.of(types).contains(type)) {
            throw new ProblemException(
                    Problem.mediaType(
                            "content type %s; expected %s"
                                    .formatted(type, String.join(" or ", types))));
        }
    }

    /**
     * The whole body.
     *
     * @throws ProblemException 413 when it has more bytes than the limit
     */
    public byte[] body(int limit) throws IOException {
        checkAnnounced(limit);
        // A body ends where it is announced to, so that no room is needed to look for more.
        long announced = announcedLength().orElse(-1);
        byte[] bytes = source.body().readNBytes(announced < 0 ? limit + 1 : (int) announced);
        if (bytes.length > limit) {
            throw tooLarge(limit);
        }
        return bytes;
    }

    /** The body as it arrives; reading more bytes than the limit ends in 413. */
    public InputStream stream(long limit) {
        checkAnnounced(limit);
        return new BoundedStream(source.body(), limit);
    }

    private void checkAnnounced(long limit) {
        if (announcedLength().orElse(0) > limit) {
            throw tooLarge(limit);
        }
    }

    private static ProblemException tooLarge(long limit) {
        return new ProblemException(
                Problem.tooLarge("more than the " + limit + " bytes that are taken here"));
    }

    private static ProblemException malformed(String detail) {
        return new ProblemException(Problem.malformed(detail));
    }

    private static <T> T read(String what, String value, Function<String, T> reader) {
        try {
            return reader.apply(value);
        } catch (ProblemException e) {
            throw e;
        } catch (RuntimeException e) {
            throw malformed(what + " cannot be read: " + e.getMessage());
        }
    }

    private static final class BoundedStream extends InputStream {

        private final InputStream in;
        private final long limit;
        private long read;

        BoundedStream(InputStream in, long limit) {
            this.in = in;
            this.limit = limit;
        }

        @Override
        public int read() throws IOException {
            int value = in.read();
            count(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = in.read(bytes, offset, length);
            count(Math.max(count, 0));
            return count;
        }

        private void count(int more) {
            read += more;
            if (read > limit) {
                throw tooLarge(limit);
            }
        }
    }
}
