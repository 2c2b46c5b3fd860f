package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiteInstallHookCommandTest {

    @TempDir Path directory;

    private Ran install(String... more) {
        var words =
                new ArrayList<>(
                        List.of(
                                "site",
                                "install-hook",
                                "--hooks-dir",
                                hooks().toString(),
                                "--config",
                                directory.resolve("it's/hook.yaml").toString(),
                                "--command",
                                directory.resolve("command").toString(),
                                "--output",
                                "json"));
        words.addAll(List.of(more));
        return Ran.of(words);
    }

    private Path hooks() {
        return directory.resolve("hooks");
    }

    /** A command that tells how it was called, and what it read. */
    private void command() throws IOException {
        var file = Files.writeString(directory.resolve("command"), "#!/bin/sh\necho \"$@\"\ncat\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void theScriptCallsTheCommandForWhatMatters() throws IOException {
        command();
        var ran = install();
        var hook = hooks().resolve("qemu").toString();

        var asked = PrivateLibvirt.run(List.of(hook, "vm 1", "prepare", "begin", "-"));
        var moved = PrivateLibvirt.run(List.of(hook, "vm 1", "migrate", "begin", "-"));
        var restored = PrivateLibvirt.run(List.of(hook, "vm 1", "restore", "begin", "-"));

        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.json().path("hook").asText()).isEqualTo(hook);
        assertThat(ran.json().path("state").asText()).isEqualTo("installed");
        assertThat(ran.json().path("configState").asText()).isEqualTo("missing");
        assertThat(ran.json().path("next").toString()).contains("restart libvirt", "hook.yaml");
        assertThat(asked.err())
                .isEqualTo(
                        "hook libvirt --config %s -- vm 1 prepare begin -\n"
                                .formatted(directory.resolve("it's/hook.yaml")));
        for (var call : List.of(asked, moved, restored)) {
            assertThat(call.status()).isZero();
            assertThat(call.out()).as("what libvirt would take for the domain").isEmpty();
        }
        assertThat(moved.err()).isEmpty();
    }

    @Test
    void aCommandThatFailsRefusesAStartAndNeverEndsWhatRuns() throws IOException {
        var file = Files.writeString(directory.resolve("command"), "#!/bin/sh\nexit 70\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        install();
        var hook = hooks().resolve("qemu").toString();

        for (var command : List.of("there", "gone")) {
            assertThat(PrivateLibvirt.run(List.of(hook, "vm 1", "prepare", "begin", "-")).status())
                    .as(command)
                    .isNotZero();
            for (var operation : List.of("started", "reconnect", "attach", "stopped", "release")) {
                var call = PrivateLibvirt.run(List.of(hook, "vm 1", operation, "end", "destroyed"));
                assertThat(call.status()).as(command + ", " + operation).isZero();
                assertThat(call.out()).isEmpty();
            }
            Files.deleteIfExists(file);
        }
    }

    @Test
    void itIsReplacedByItselfAndTheConfigurationStays() throws IOException {
        install("--node", "http://127.0.0.1:1", "--store", "/srv/images", "--class", "payload");
        var config = directory.resolve("it's/hook.yaml");
        var written = HookConfig.read(config);
        Files.writeString(config, "node: http://127.0.0.1:2\n");

        var again = install("--node", "http://127.0.0.1:3");

        assertThat(written.stores()).containsExactly(Path.of("/srv/images"));
        assertThat(again.json().path("state").asText()).isEqualTo("replaced");
        assertThat(again.json().path("configState").asText()).isEqualTo("kept");
        assertThat(again.json().path("next").toString()).doesNotContain("restart");
        assertThat(HookConfig.read(config).node().getPort()).isEqualTo(2);
    }

    @Test
    void whatIsAnothersStays() throws IOException {
        Files.createDirectories(hooks().resolve("qemu.d"));
        Files.writeString(hooks().resolve("qemu"), "#!/bin/sh\n");

        var beside = install();
        Files.writeString(hooks().resolve("qemu.d/imprimatur"), "#!/bin/sh\nexit 0\n");
        var refused = install();

        assertThat(beside.json().path("hook").asText()).endsWith("qemu.d/imprimatur");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains("another's");
        assertThat(hooks().resolve("qemu")).hasContent("#!/bin/sh\n");
        assertThat(hooks().resolve("qemu.d/imprimatur")).hasContent("#!/bin/sh\nexit 0\n");
        try (var files = Files.list(hooks().resolve("qemu.d"))) {
            assertThat(files).hasSize(1);
        }
    }
}
