package org.imprimatur.inspect.packages;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.GuestFiles;
import org.imprimatur.inspect.facts.UnreadableException;

/** Cuts the bytes of one file into lines, one character for each byte. */
final class Lines implements GuestFiles.Sink {

    private static final int MAX_LINE = 1 << 20;

    /** Takes the lines of a file without their ends. */
    @FunctionalInterface
    interface LineSink {
        /**
         * Takes the next line.
         *
         * @throws UnreadableException if it breaks the format; then there is no further one
         */
        void line(String text) throws UnreadableException;

        /** The file is at its end. */
        default void end() throws UnreadableException {}
    }

    private final LineSink sink;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);

    private Lines(LineSink sink) {
        this.sink = sink;
    }

    /** Gives the lines of a file to the sink; false if there is none, or it was not read. */
    static boolean read(ConfigReader reader, String path, long maxBytes, LineSink sink) {
        var lines = new Lines(sink);
        if (!reader.read(path, maxBytes, lines)) {
            return false;
        }
        try {
            lines.end();
            return true;
        } catch (UnreadableException e) {
            reader.missed(path, e.reason());
            return false;
        }
    }

    /** Gives the lines of bytes that are in memory to the sink. */
    static void of(byte[] bytes, LineSink sink) throws UnreadableException {
        var lines = new Lines(sink);
        lines.accept(bytes, 0, bytes.length);
        lines.end();
    }

    @Override
    public void accept(byte[] buffer, int from, int length) throws UnreadableException {
        int start = from;
        for (int i = from; i < from + length; i++) {
            if (buffer[i] == '\n') {
                if (line.size() == 0) {
                    sink.line(new String(buffer, start, i - start, StandardCharsets.ISO_8859_1));
                } else {
                    line.write(buffer, start, i - start);
                    flush();
                }
                start = i + 1;
            }
        }
        line.write(buffer, start, from + length - start);
        if (line.size() > MAX_LINE) {
            throw new UnreadableException("has a line of more than %d bytes".formatted(MAX_LINE));
        }
    }

    private void end() throws UnreadableException {
        if (line.size() > 0) {
            flush();
        }
        sink.end();
    }

    private void flush() throws UnreadableException {
        var text = line.toString(StandardCharsets.ISO_8859_1);
        line.reset();
        sink.line(text);
    }
}
