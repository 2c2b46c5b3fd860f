package org.imprimatur.inspect.advisories;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The lines of a stream, none of them longer than a bound. */
final class BoundedLines {

    static final int MAX_LINE = 1 << 20;

    private final InputStream in;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    private long count;

    BoundedLines(InputStream in) {
        this.in = new BufferedInputStream(in, 1 << 16);
    }

    /** The next line without its end; null after the last. */
    byte @Nullable [] next() throws IOException {
        line.reset();
        int next = in.read();
        if (next < 0) {
            return null;
        }
        count++;
        while (next >= 0 && next != '\n') {
            if (line.size() >= MAX_LINE) {
                throw new MalformedFeed(
                        "line %d is longer than %d bytes".formatted(count, MAX_LINE));
            }
            line.write(next);
            next = in.read();
        }
        return line.toByteArray();
    }

    /** How many lines were read. */
    long count() {
        return count;
    }
}
