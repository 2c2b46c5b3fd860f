package org.imprimatur.node.fetch;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.time.Duration;
import org.imprimatur.node.BadServer;
import org.imprimatur.node.BadServer.Manners;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever answers with what is of no use is there, and whoever does not answer is not. */
class FetchTest {

    private static final int LIMIT = 1000;

    private final BadServer server = new BadServer();
    private final Fetch fetch = new Fetch();

    @AfterEach
    void close() {
        fetch.close();
        server.close();
    }

    private FetchFailed asked(Manners manners) {
        var uri = URI.create(server.at("/it", manners));
        return catchThrowableOfType(
                FetchFailed.class, () -> fetch.bytes(uri, LIMIT, Duration.ofSeconds(2)));
    }

    private static Manners answering(String status, byte[] body, String... fields) {
        return (_, out) -> {
            BadServer.head(out, status, fields);
            out.write(body);
        };
    }

    @Test
    void anAnswerOfNoUseIsAnAnswer() {
        byte[] text = "text".getBytes(US_ASCII);

        assertThat(asked(answering("500 Broken", text)).answered()).isTrue();
        assertThat(asked(answering("200 OK", text, "Content-Encoding: gzip")).answered()).isTrue();
        assertThat(asked(answering("200 OK", text, "Content-Encoding: odd")).answered()).isTrue();
        assertThat(asked(answering("200 OK", new byte[LIMIT + 1])).answered()).isTrue();
        assertThat(
                        asked(answering("302 Found", text, "Location: http://other.example/"))
                                .answered())
                .isTrue();
        assertThat(asked(answering("302 Found", text, "Location: /it")).answered()).isTrue();
    }

    @Test
    void silenceIsNone() {
        assertThat(asked((_, _) -> {}).answered()).isFalse();
        assertThat(asked((_, _) -> Thread.sleep(10_000)).answered()).isFalse();
        assertThat(
                        asked(
                                        (_, out) -> {
                                            BadServer.head(out, "200 OK");
                                            Thread.sleep(10_000);
                                        })
                                .answered())
                .isFalse();
    }

    @Test
    void onlyWhatIsSaidNotToBeThereIsMissing() {
        assertThat(asked(answering("404 Not Found", new byte[0])).missing()).isTrue();
        assertThat(asked(answering("410 Gone", new byte[0])).missing()).isTrue();
        assertThat(asked(answering("200 OK", new byte[LIMIT + 1])).missing()).isFalse();
    }
}
