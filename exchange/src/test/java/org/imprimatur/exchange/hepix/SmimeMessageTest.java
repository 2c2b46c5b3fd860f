package org.imprimatur.exchange.hepix;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.imprimatur.register.MalformedInput;
import org.junit.jupiter.api.Test;

class SmimeMessageTest {

    private static final int TRIALS = 20_000;
    private static final String BOUNDARY = "-b";
    private static final String HEADERS =
            "Content-Type: multipart/signed; boundary=\"%s\"\n\n".formatted(BOUNDARY);
    private static final String SIGNATURE =
            "---b\nContent-Type: application/pkcs7-signature\n\nAAAA\n---b--\n";

    private final Random random = new Random(1);

    @Test
    void everyLineEndsInCrLfWhateverItEndedIn() {
        for (int i = 0; i < TRIALS; i++) {
            var text = text("\r\na");
            assertThat(canonical(text)).isEqualTo(text.replaceAll("\r*\n", "\r\n"));
        }
    }

    /** The content ends at the first line that is the boundary, however much looks like it. */
    @Test
    void onlyAWholeLineIsADelimiter() {
        for (int i = 0; i < TRIALS; i++) {
            var content = text("---b\n\r x");
            if (content.lines().anyMatch(line -> line.stripTrailing().matches("---b(--)?"))) {
                continue;
            }
            assertThat(content("---b\n" + content + "\n" + SIGNATURE))
                    .isEqualTo(canonical(content.replaceFirst("\r*$", "")));
        }
    }

    @Test
    void aMessageThatEndsBeforeItsLastDelimiterIsRefused() {
        var message = "---b\nsome content\n" + SIGNATURE;
        for (int length = 0; length < message.length() - 1; length++) {
            var cut = message.substring(0, length);
            assertThat(content(cut)).describedAs(cut).isEqualTo("malformed");
        }
        assertThat(content(message)).isEqualTo("some content");
    }

    private String text(String characters) {
        var text = new StringBuilder();
        for (int i = random.nextInt(40); i > 0; i--) {
            text.append(characters.charAt(random.nextInt(characters.length())));
        }
        return text.toString();
    }

    private static String canonical(String text) {
        return new String(SmimeMessage.canonical(text.getBytes(ISO_8859_1)), ISO_8859_1);
    }

    private static String content(String body) {
        try {
            var message = SmimeMessage.parse((HEADERS + body).getBytes(ISO_8859_1));
            return new String(message.content(), ISO_8859_1);
        } catch (MalformedInput _) {
            return "malformed";
        }
    }
}
