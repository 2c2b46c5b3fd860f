package org.imprimatur.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.Charset;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of the answers of nodes. */
class NodeClientTest {

    private static byte[] withoutItsLastByte(byte[] bytes) {
        return Arrays.copyOf(bytes, bytes.length - 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-32LE", "UTF-32BE", "UTF-16LE", "UTF-16BE", "UTF-8"})
    void anAnswerThatBreaksOffIsNoJsonInWhateverCharacters(String charset) {
        var damaged = withoutItsLastByte("{\"a\": 1}".getBytes(Charset.forName(charset)));

        assertThatExceptionOfType(CommandFailure.class)
                .isThrownBy(() -> NodeClient.json(damaged))
                .satisfies(
                        failure -> {
                            assertThat(failure.exit()).isEqualTo(ExitCode.UNREACHABLE);
                            assertThat(failure.explanation())
                                    .startsWith("the node's answer is not JSON");
                        });
    }

    @Test
    void anAnswerIsNotFollowedIntoEveryDepth() {
        assertThatExceptionOfType(CommandFailure.class)
                .isThrownBy(() -> NodeClient.json("[".repeat(100).getBytes(UTF_8)));
    }
}
