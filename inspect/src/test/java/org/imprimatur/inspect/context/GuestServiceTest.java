package org.imprimatur.inspect.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Sha256;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What images carry to run a site's contextualisation, with mount(8) stood in for. */
class GuestServiceTest {

    private static final Path SERVICE =
            Path.of(System.getProperty("imprimatur.root", ".."), "images", "contextualisation");

    @TempDir private Path work;

    private Path medium;

    /** What a run said, on standard output and standard error alike. */
    private record Said(int status, List<String> lines) {}

    @BeforeEach
    void programs() throws IOException {
        medium = Files.createDirectories(work.resolve("medium"));
        var programs = Files.createDirectories(work.resolve("bin"));
        // a medium stands for a directory beside it; what is mounted is noted
        program(
                programs.resolve("mount"),
                "echo \"$@\" >> %1$s/mounts; cp -R \"%1$s/$(basename \"$5\" .iso)/.\" \"$6\"");
        program(programs.resolve("umount"), "rm -rf \"$1\"/* && echo umount >> %1$s/mounts");
    }

    @Test
    @Clause("WLCG-6")
    void theFirstScriptRunsBeforeTheNetworkIsConfiguredAndTheSecondWhenItIsThere()
            throws IOException {
        var prolog = Files.readAllLines(SERVICE.resolve("contextualisation-prolog.service"));
        var epilog = Files.readAllLines(SERVICE.resolve("contextualisation-epilog.service"));

        assertThat(prolog)
                .contains(
                        "Before=network-pre.target shutdown.target",
                        "Wants=network-pre.target",
                        "ExecStart=/usr/libexec/contextualise prolog.sh");
        assertThat(epilog)
                .contains(
                        "After=network-online.target contextualisation-prolog.service",
                        "Wants=network-online.target",
                        "ExecStart=/usr/libexec/contextualise epilog.sh");
    }

    @Test
    @Clause("WLCG-6")
    void aScriptOfTheMediumIsRunFromAReadOnlyMountAndTheMediumIsNamedByItsDigest()
            throws Exception {
        Files.writeString(
                medium.resolve("prolog.sh"), ". \"$(dirname \"$0\")/lib.sh\"; say prolog\n");
        Files.writeString(medium.resolve("lib.sh"), "say() { echo \"this is $1 in $(pwd)\"; }\n");
        Files.writeString(work.resolve("medium.iso"), "the image");

        var said = run("prolog.sh", work.resolve("medium.iso"));

        assertThat(said.status()).isZero();
        assertThat(said.lines())
                .containsExactly(
                        "contextualisation %s runs prolog.sh"
                                .formatted(
                                        Sha256.of(Files.readAllBytes(work.resolve("medium.iso")))),
                        "this is prolog in /");
        assertThat(Files.readAllLines(work.resolve("mounts")))
                .hasSize(2)
                .first()
                .asString()
                .startsWith("-t iso9660 -o ro,nosuid,nodev ");
    }

    @Test
    void anExecutableScriptIsRunByTheProgramThatItNames() throws Exception {
        var script = medium.resolve("epilog.sh");
        Files.writeString(script, "#!/bin/cat\nthis is shown\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("r-x------"));
        Files.writeString(work.resolve("medium.iso"), "");

        assertThat(run("epilog.sh", work.resolve("medium.iso")).lines())
                .endsWith("#!/bin/cat", "this is shown");
    }

    @Test
    void theStatusOfTheScriptIsThatOfTheServiceAndTheMediumIsTakenAwayAllTheSame()
            throws Exception {
        Files.writeString(medium.resolve("epilog.sh"), "exit 7\n");
        Files.writeString(work.resolve("medium.iso"), "");

        var said = run("epilog.sh", work.resolve("medium.iso"));

        assertThat(said.status()).isEqualTo(7);
        assertThat(said.lines().getLast()).contains("epilog.sh failed with status 7");
        assertThat(Files.readAllLines(work.resolve("mounts"))).endsWith("umount");
    }

    @Test
    void aMachineWithoutAMediumOrWithAnotherStartsAsItIs() throws Exception {
        Files.writeString(work.resolve("medium.iso"), "");

        assertThat(run("prolog.sh", work.resolve("none.iso"))).isEqualTo(new Said(0, List.of()));
        assertThat(run("prolog.sh", work.resolve("medium.iso"))).isEqualTo(new Said(0, List.of()));
        assertThat(run("other.sh", work.resolve("medium.iso")).status()).isEqualTo(64);
    }

    private Said run(String script, Path device) throws Exception {
        var process =
                new ProcessBuilder(
                        "sh",
                        SERVICE.resolve("contextualise").toString(),
                        script,
                        device.toString());
        process.environment().put("PATH", work.resolve("bin") + ":" + System.getenv("PATH"));
        process.environment().put("RUNTIME_DIRECTORY", work.resolve("run").toString());
        var output = work.resolve("output").toFile();
        var running = process.redirectErrorStream(true).redirectOutput(output).start();
        assertThat(running.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return new Said(running.exitValue(), Files.readAllLines(output.toPath()));
    }

    private void program(Path file, String text) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + text.formatted(work) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }
}
