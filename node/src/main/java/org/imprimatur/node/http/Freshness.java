package org.imprimatur.node.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Whether a client has already what an answer would bring (RFC 9110 section 13). */
final class Freshness {

    /** What a short answer still says. */
    private static final Set<String> KEPT =
            Set.of("ETag", "Last-Modified", "Cache-Control", "Vary", "Expires");

    private Freshness() {}

    /** The answer, or the short one that says that nothing has changed. */
    static Answer.Content shortened(
            Answer.Content answer, Function<String, Optional<String>> request) {
        if (answer.status() != 200 || !unchanged(answer.headers(), request)) {
            return answer;
        }
        var headers = new LinkedHashMap<>(answer.headers());
        headers.keySet().retainAll(KEPT);
        return new Answer.Content(304, answer.type(), new byte[0], headers);
    }

    /**
     * Whether the request says that the client has what the answer's tag or time names. A tag is
     * asked first, and then alone.
     */
    static boolean unchanged(
            Map<String, String> answer, Function<String, Optional<String>> request) {
        var tags = request.apply("If-None-Match");
        if (tags.isPresent()) {
            var tag = answer.get("ETag");
            return tag != null && names(tags.get(), tag);
        }
        var since = request.apply("If-Modified-Since").flatMap(Freshness::time);
        if (since.isEmpty()) {
            return false;
        }
        var modified = Optional.ofNullable(answer.get("Last-Modified")).flatMap(Freshness::time);
        return modified.isPresent() && !modified.get().isAfter(since.get());
    }

    private static boolean names(String tags, String tag) {
        for (var one : tags.split(",", -1)) {
            var text = one.strip();
            if (text.equals("*") || opaque(text).equals(opaque(tag))) {
                return true;
            }
        }
        return false;
    }

    private static String opaque(String tag) {
        return tag.startsWith("W/") ? tag.substring(2) : tag;
    }

    /** A time of the one form that is still written; any other counts as none. */
    private static Optional<Instant> time(String text) {
        try {
            return Optional.of(
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .withZoneSameInstant(ZoneOffset.UTC)
                            .toInstant());
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }
}
