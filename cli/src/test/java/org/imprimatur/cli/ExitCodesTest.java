package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The exit statuses are part of the interface: documented in the help, and the same everywhere. */
class ExitCodesTest {

    @Test
    void theVersionIsOneLineAndStatusZero() {
        var ran = Ran.of("--version");

        assertThat(ran.status()).isZero();
        assertThat(ran.out()).matches("imprimatur \\d+\\.\\d+\\.\\d+\\S*\\R");
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void theHelpListsEveryCommandAndEveryExitStatus() {
        var ran = Ran.of("--help");

        assertThat(ran.status()).isZero();
        assertThat(ran.out())
                .contains("Examples:", "Exit status:", "imprimatur demo")
                .contains("demo", "inspect", "endorse", "verify", "revoke", "appoint", "dismiss")
                .contains(
                        "accept", "approve", "refuse", "block", "unblock", "history", "list",
                        "serve")
                .contains("keygen", "generate-completion", "rules", "profile");
        for (var code : ExitCode.values()) {
            assertThat(ran.out()).containsPattern("(?m)^ +" + code.status() + " +\\S");
        }
        assertThat(ran.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo",
                "inspect",
                "endorse",
                "verify",
                "revoke",
                "appoint",
                "dismiss",
                "accept",
                "approve",
                "refuse",
                "block",
                "unblock",
                "exception",
                "decide",
                "replay",
                "history",
                "serve",
                "keygen",
                "suspend",
                "reinstate",
                "people"
            })
    void theHelpOfACommandHasAnExampleTheExitStatusesAndTheFormsOfOutput(String command) {
        var ran = Ran.of(command, "--help");

        assertThat(ran.status()).isZero();
        assertThat(ran.out())
                .containsPattern("(?m)^Examples?:$")
                .contains("  imprimatur " + command, "Exit status:", "70", "--output", "--debug");
        assertThat(ran.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"inspect", "verify"})
    void whatJudgesTakesTheMoment(String command) {
        assertThat(Ran.of(command, "--help").out()).contains("--at=INSTANT");
    }

    @Test
    void theStatusesAreThoseThatTheHelpPromises() {
        assertThat(List.of(ExitCode.values()).stream().map(ExitCode::status))
                .containsExactly(0, 1, 2, 3, 4, 70);
    }

    @Test
    void theCompletionIsAScriptForTheShell() {
        var ran = Ran.of("generate-completion");

        assertThat(ran.status()).isZero();
        assertThat(ran.out()).contains("complete", "inspect", "--fail-on", "rules", "profile");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--nonsense",
                "nonsense",
                "inspect",
                "inspect --nonsense image.qcow2",
                "inspect image.qcow2 --fail-on sometimes",
                "inspect image.qcow2 --output xml",
                "inspect image.qcow2 --at yesterday",
                "inspect image.qcow2 --profile nonsense",
                "verify",
                "verify bundle.json --charter",
                "keygen --dir somewhere",
                "keygen --dir somewhere --kind dsa-1024 Alice",
                "history --node http://localhost:1",
                "history vo:biomed/debian --node ftp://localhost",
                "history nonsense --node http://localhost:1 --charter nonsense extra",
                "appoint --owner nobody --role endorser --person x --name x --contact x",
                "appoint --owner vo:biomed --role king --person x --name x --contact x",
                "revoke x --reason boredom --explanation x --key x --node http://localhost:1",
                "serve",
                "demo --output json"
            })
    void aWrongCommandLineIsStatusTwoWithOneLineAndWhatToDo(String line) {
        var ran = Ran.of(line.isEmpty() ? new String[0] : line.split(" "));

        assertThat(ran.status()).as(ran.err()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.errLines().getFirst()).startsWith("imprimatur: ").hasSizeGreaterThan(14);
        assertThat(ran.errLines()).hasSizeLessThanOrEqualTo(2);
        assertThat(ran.err()).doesNotContain("Exception", "\tat ");
    }

    @Test
    void aMisusedCommandPointsToItsOwnHelp() {
        assertThat(Ran.of("inspect").err()).contains("IMAGE").contains("imprimatur inspect --help");
        assertThat(Ran.of("inspekt").err()).contains("inspect");
    }

    @Test
    void aNodeThatDoesNotAnswerIsStatusFour() throws IOException {
        int port;
        try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        var address = "http://127.0.0.1:" + port;

        var ran = Ran.of("history", "vo:biomed/debian", "--node", address);

        assertThat(ran.status()).as(ran.err()).isEqualTo(4);
        assertThat(ran.errLines()).hasSize(1);
        assertThat(ran.err()).contains(address, "is it running");
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void whatIsNoNodeIsNotTakenForOne() throws IOException {
        for (var answer : List.of("200 OK", "404 Not Found", "500 Internal Server Error")) {
            try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                Thread.ofVirtual().start(() -> answerOnce(server, answer));

                var ran =
                        Ran.of(
                                "history",
                                "vo:biomed/debian",
                                "--node",
                                "http://127.0.0.1:" + server.getLocalPort());

                assertThat(ran.status()).as(ran.err()).isEqualTo(answer.startsWith("404") ? 1 : 4);
                assertThat(ran.errLines()).hasSize(1);
                assertThat(ran.err()).contains("http://127.0.0.1:" + server.getLocalPort());
                assertThat(ran.out()).isEmpty();
            }
        }
    }

    private static void answerOnce(ServerSocket server, String status) {
        try (var caller = server.accept()) {
            caller.getInputStream().read(new byte[8192]);
            caller.getOutputStream()
                    .write(
                            ("HTTP/1.1 " + status + "\r\nContent-Length: 6\r\n\r\n<html>")
                                    .getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void onlyDebugShowsTheStackTrace(@TempDir Path directory) {
        var missing = directory.resolve("none.qcow2").toString();

        var plain = Ran.of("inspect", missing);
        var debug = Ran.of("inspect", missing, "--debug");

        assertThat(plain.status()).isEqualTo(3);
        assertThat(plain.errLines()).hasSize(1);
        assertThat(debug.status()).isEqualTo(3);
        assertThat(debug.errLines().getFirst()).isEqualTo(plain.errLines().getFirst());
        assertThat(debug.err()).contains("\tat org.imprimatur.");
    }

    @Test
    void anErrorIsOneLineWhateverTheFileIsCalled(@TempDir Path directory) {
        var ran =
                Ran.of("inspect", directory.resolve("none\nimprimatur: PASS\u001b[2J").toString());

        assertThat(ran.status()).isEqualTo(3);
        assertThat(ran.errLines()).hasSize(1);
        assertThat(ran.err().strip()).doesNotContainPattern("\\p{Cntrl}");
    }

    @Test
    void aConfigurationThatIsNotThereOrWrongIsRefusedBeforeAnythingStarts(@TempDir Path directory)
            throws IOException {
        var wrong = directory.resolve("node.yaml");
        Files.writeString(wrong, "name: [\n");

        var missing = Ran.of("serve", "--config", directory.resolve("none.yaml").toString());
        var broken = Ran.of("serve", "--config", wrong.toString());

        assertThat(missing.status()).as(missing.err()).isIn(2, 3);
        assertThat(broken.status()).as(broken.err()).isEqualTo(2);
        assertThat(missing.errLines()).hasSize(1);
        assertThat(broken.errLines()).hasSize(1);
    }
}
