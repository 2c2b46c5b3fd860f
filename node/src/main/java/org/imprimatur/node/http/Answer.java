package org.imprimatur.node.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What a handler gives back. Problems are thrown as {@link ProblemException} instead. */
public sealed interface Answer {

    /** The one form of times that HTTP still writes (RFC 9110 section 5.6.7). */
    DateTimeFormatter HTTP_TIME =
            DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);

    /** Header fields besides content type and length, by name. */
    Map<String, String> headers();

    /**
     * A whole body in memory.
     *
     * @param type the content type
     */
    record Content(int status, String type, Body body, Map<String, String> headers)
            implements Answer {

        public Content {
            headers = Map.copyOf(headers);
        }

        /** With bytes for this answer alone. */
        public Content(int status, String type, byte[] bytes, Map<String, String> headers) {
            this(status, type, Body.of(bytes), headers);
        }

        /** The same with one more header field. */
        public Content with(String name, String value) {
            var more = new LinkedHashMap<>(headers);
            more.put(name, value);
            return new Content(status, type, body, more);
        }
    }

    /** A file, of which the client may ask for one range. */
    record FileContent(Path file, String type, Map<String, String> headers) implements Answer {

        public FileContent {
            headers = Map.copyOf(headers);
        }
    }

    /** A body that is written as it comes about, with status 200. */
    record Stream(String type, Map<String, String> headers, Writer writer) implements Answer {

        public Stream {
            headers = Map.copyOf(headers);
        }
    }

    /** Writes a body; returning ends it. */
    @FunctionalInterface
    interface Writer {
        /** Writes until done. An exception means that the reader is gone. */
        void write(OutputStream out) throws IOException;
    }

    /** Bytes with status 200. */
    static Content bytes(String type, byte[] bytes) {
        return new Content(200, type, bytes, Map.of());
    }

    /** A moment as header fields have it. */
    static String httpTime(Instant moment) {
        return HTTP_TIME.format(moment);
    }

    /** Text with status 200. */
    static Content text(String type, String text) {
        return bytes(type, text.getBytes(StandardCharsets.UTF_8));
    }

    /** JSON that must be asked for again each time, since statements change what it says. */
    static Content json(int status, JsonNode json) {
        return new Content(
                status, "application/json", Json.bytes(json), Map.of("Cache-Control", "no-cache"));
    }
}
