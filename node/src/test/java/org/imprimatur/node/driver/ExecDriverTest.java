package org.imprimatur.node.driver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.imprimatur.node.driver.Driver.Held;
import org.imprimatur.node.driver.Driver.Use;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Owner;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real programs, as a site would write them. */
class ExecDriverTest {

    private final Mark mark = Mark.random(new Random(1));
    private Path directory;
    private StoredImage image;

    @BeforeEach
    void prepare(@TempDir Path directory) throws IOException {
        this.directory = directory;
        this.image = new SampleImage(directory).of("the disk".getBytes(UTF_8), "raw");
    }

    private Driver running(String script, Duration within, String... arguments) throws IOException {
        Path program = Files.writeString(directory.resolve("program"), script);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        var line = new ArrayList<>(List.of(program.toString()));
        line.addAll(List.of(arguments));
        return new ExecDriver(
                new ExecDriver.Settings("own", line, within), Owner.parse("site:alpha"));
    }

    private Driver running(String script) throws IOException {
        return running(script, Duration.ofSeconds(20));
    }

    private Publication publication() {
        return SampleImage.publication(mark, "own", image);
    }

    @Test
    @Clause("WLCG-8")
    void aProgramOfTheSiteHoldsImagesThroughTheirWholeLife() throws IOException {
        var driver =
                running(
                        """
                        #!/bin/bash
                        # Keeps images in a directory, under their marks; withdrawn ones get a name.
                        set -eu
                        cd "$1"
                        case $IMPRIMATUR_OPERATION in
                        publish)
                            rm -f "$IMPRIMATUR_MARK.aside"
                            cp "$IMPRIMATUR_FILE" "$IMPRIMATUR_MARK"
                            echo "{\\"id\\": \\"own-$IMPRIMATUR_MARK\\"}" ;;
                        list)
                            sep=; echo '{"images": ['
                            for f in *-*; do
                                [ -e "$f" ] || continue
                                state=offered; [ "${f%.aside}" = "$f" ] || state=aside
                                echo "$sep{\\"mark\\": \\"${f%.aside}\\", \\"id\\": \\"own-${f%.aside}\\", \\"state\\": \\"$state\\"}"
                                sep=,
                            done
                            echo ']}' ;;
                        withdraw)
                            [ ! -e "$IMPRIMATUR_MARK" ] || mv "$IMPRIMATUR_MARK" "$IMPRIMATUR_MARK.aside"
                            exit 3 ;;
                        remove)
                            [ ! -e in-use ] || exit 3
                            rm -f "$IMPRIMATUR_MARK" "$IMPRIMATUR_MARK.aside" ;;
                        terminate)
                            echo "$IMPRIMATUR_INSTANCE" >> terminated ;;
                        *) echo "unknown" >&2; exit 64 ;;
                        esac
                        """,
                        Duration.ofSeconds(20),
                        Files.createDirectory(directory.resolve("place")).toString());
        Path place = directory.resolve("place");
        Files.createFile(place.resolve(Mark.random(new Random(2)) + ""));
        var ours = List.of(publication());

        assertThat(driver.publish(mark, image)).isEqualTo("own-" + mark);
        assertThat(place.resolve(mark.toString())).hasContent("the disk");
        assertThat(driver.held(ours))
                .as("only those asked for")
                .containsExactly(new Held(mark, "own-" + mark, Use.OFFERED));

        assertThat(driver.withdraw(publication())).isFalse();
        assertThat(driver.held(ours)).extracting(Held::use).containsExactly(Use.ASIDE);

        Files.createFile(place.resolve("in-use"));
        assertThat(driver.remove(publication())).isFalse();
        Files.delete(place.resolve("in-use"));
        assertThat(driver.remove(publication())).isTrue();
        assertThat(driver.held(ours)).isEmpty();

        driver.terminate("vm 7; rm -rf /", "wn1");
        assertThat(place.resolve("terminated")).hasContent("vm 7; rm -rf /");
    }

    @Test
    void whatItIsToldIsInItsEnvironmentAndOnItsInput() throws IOException {
        running(
                        """
                        #!/bin/bash
                        cat > "${0%/*}/input"
                        env | sort > "${0%/*}/environment"
                        echo '{"id": "1"}'
                        """)
                .publish(mark, image);

        var environment = Files.readAllLines(directory.resolve("environment"));
        assertThat(environment)
                .contains(
                        "IMPRIMATUR_OPERATION=publish",
                        "IMPRIMATUR_DRIVER=own",
                        "IMPRIMATUR_SITE=site:alpha",
                        "IMPRIMATUR_MARK=" + mark,
                        "IMPRIMATUR_FILE=" + image.file(),
                        "IMPRIMATUR_FILE_NAME=" + image.name(),
                        "IMPRIMATUR_DIGEST=" + image.digest(),
                        "IMPRIMATUR_FORMAT=raw",
                        "IMPRIMATUR_VERSION=1.0",
                        "IMPRIMATUR_OWNER=vo:biomed");
        assertThat(environment.stream().map(line -> line.split("=")[0]))
                .allMatch(
                        name ->
                                name.startsWith("IMPRIMATUR_")
                                        || List.of("PATH", "HOME", "LANG", "PWD", "SHLVL", "_")
                                                .contains(name));
        assertThat(directory.resolve("input"))
                .content()
                .contains("\"operation\":\"publish\"")
                .contains("\"bytes\":8")
                .contains("\"endorser\":{\"subject\":\"");
    }

    @Test
    void aProgramThatFailsSaysWhyInItsLastLine() throws IOException {
        var driver =
                running(
                        """
                        #!/bin/bash
                        echo "looking" >&2
                        printf 'the cloud\\033[31m is full\\n' >&2
                        exit 9
                        """);

        assertThatThrownBy(() -> driver.publish(mark, image))
                .isInstanceOf(DriverException.class)
                .hasMessageEndingWith(
                        "ends with status 9 when asked to publish: the cloud [31m is full");
    }

    @Test
    void aProgramThatTakesTooLongIsKilledWithAllThatItStarted() throws Exception {
        var driver =
                running(
                        """
                        #!/bin/bash
                        sleep 300 & echo $! > "${0%/*}/child"
                        wait
                        """,
                        Duration.ofMillis(500));

        assertThatThrownBy(() -> driver.publish(mark, image))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("did not end within");
        long child = Long.parseLong(Files.readString(directory.resolve("child")).strip());
        var handle = ProcessHandle.of(child);
        for (int i = 0; i < 200 && handle.map(ProcessHandle::isAlive).orElse(false); i++) {
            Thread.sleep(10);
        }
        assertThat(handle.map(ProcessHandle::isAlive).orElse(false)).isFalse();
    }

    @Test
    void aProgramThatSaysTooMuchIsNotBelieved() throws IOException {
        var driver = running("#!/bin/bash\nhead -c 9000000 /dev/zero\n");

        assertThatThrownBy(() -> driver.held(List.of()))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("says more than");
    }

    @Test
    void anAnswerThatIsNoneIsAFailure() throws IOException {
        for (var answer :
                List.of("", "ok", "{}", "{\"id\": 7}", "{\"id\": \"\"}", "{\"id\": \"a\\nb\"}")) {
            var driver = running("#!/bin/bash\ncat <<'E'\n" + answer + "\nE\n");
            assertThatThrownBy(() -> driver.publish(mark, image))
                    .as(answer)
                    .isInstanceOf(DriverException.class);
        }
    }

    @Test
    void aProgramThatIsNotThereIsAFailure() {
        var driver =
                new ExecDriver(
                        new ExecDriver.Settings(
                                "own",
                                List.of(directory.resolve("nothing").toString()),
                                Duration.ofSeconds(5)),
                        Owner.parse("site:alpha"));

        assertThatThrownBy(() -> driver.held(List.of()))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("cannot be started");
    }
}
