package org.imprimatur.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FreshnessTest {

    private static final Answer.Content ANSWER =
            Answer.text("text/plain", "new")
                    .with("ETag", "\"a\"")
                    .with("Last-Modified", Answer.httpTime(Instant.parse("2026-11-01T08:09:10.5Z")))
                    .with("Location", "/");

    private static int status(Map<String, String> request) {
        return Freshness.shortened(ANSWER, name -> Optional.ofNullable(request.get(name))).status();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"a\" | 304",
                "W/\"a\" | 304",
                "\"b\", \"a\" | 304",
                "* | 304",
                "\"b\" | 200",
                "a | 200",
                "'' | 200"
            })
    void aTagIsCompared(String tags, int status) {
        assertThat(status(Map.of("If-None-Match", tags))).isEqualTo(status);
        assertThat(
                        status(
                                Map.of(
                                        "If-None-Match",
                                        tags,
                                        "If-Modified-Since",
                                        "Sun, 01 Nov 2026 08:09:10 GMT")))
                .as("the tag decides alone")
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Sun, 01 Nov 2026 08:09:10 GMT | 304",
                "Mon, 02 Nov 2026 00:00:00 GMT | 304",
                "Sun, 01 Nov 2026 08:09:09 GMT | 200",
                "2026-11-02 | 200",
                "yesterday | 200"
            })
    void aTimeIsCompared(String since, int status) {
        assertThat(status(Map.of("If-Modified-Since", since))).isEqualTo(status);
    }

    @Test
    void theShortAnswerKeepsWhatCachesNeed() {
        var answer = Freshness.shortened(ANSWER, _ -> Optional.of("\"a\""));

        assertThat(answer.body().length()).isZero();
        assertThat(answer.headers()).containsOnlyKeys("ETag", "Last-Modified");
    }

    @Test
    void whoHasNothingGetsAll() {
        assertThat(status(Map.of())).isEqualTo(200);
        assertThat(
                        Freshness.shortened(
                                        new Answer.Content(404, "x", new byte[0], Map.of()),
                                        _ -> Optional.of("*"))
                                .status())
                .isEqualTo(404);
    }
}
