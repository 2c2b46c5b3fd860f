package org.imprimatur.inspect.facts.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FilesInMemory;
import org.imprimatur.inspect.facts.Vectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Units against what systemctl itself says, and what the boot reaches. */
class UnitStateTest {

    @TestFactory
    Stream<DynamicTest> theStateOfAUnitIsTheOneThatSystemctlTells() throws IOException {
        return Vectors.read("systemd-is-enabled.txt").stream()
                .map(
                        each ->
                                DynamicTest.dynamicTest(
                                        each.name(),
                                        () -> {
                                            for (var expected : each.expected()) {
                                                var systemd =
                                                        new SystemdReader(
                                                                new ConfigReader(each.files()));
                                                assertThat(systemd.state(expected.get(0)).word())
                                                        .as(expected.get(0))
                                                        .isEqualTo(expected.get(1));
                                            }
                                        }));
    }

    @Test
    void atTheFirstBootOfACopyPresetsDecideWhatStarts() {
        var files =
                new FilesInMemory()
                        .with("/usr/lib/systemd/system/default.target", "[Unit]\n")
                        .with(
                                "/usr/lib/systemd/system/a.service",
                                "[Service]\nExecStart=/a\n[Install]\nWantedBy=default.target\n")
                        .with(
                                "/usr/lib/systemd/system/b.service",
                                "[Service]\nExecStart=/b\n[Install]\nWantedBy=default.target\n")
                        .with("/usr/lib/systemd/system-preset/50.preset", "disable b.*\n");

        assertThat(running(files)).containsExactly("a.service", "default.target");
        assertThat(running(files.with("/etc/machine-id", ""))).containsExactly("default.target");
    }

    @Test
    void aTimerStartsItsServiceAndADropInChangesItsCommand() {
        var files =
                new FilesInMemory()
                        .with("/etc/machine-id", "")
                        .with("/usr/lib/systemd/system/default.target", "[Unit]\nWants=a.timer\n")
                        .with("/usr/lib/systemd/system/a.timer", "[Timer]\nUnit=b.service\n")
                        .with("/usr/lib/systemd/system/b.service", "[Service]\nExecStart=/old\n")
                        .with(
                                "/etc/systemd/system/b.service.d/x.conf",
                                "[Service]\nExecStart=\nExecStart=/new \\\n  --now\n");

        var unit = new SystemdReader(new ConfigReader(files)).read("", List.of()).get("b.service");

        assertThat(unit.start()).isEqualTo(Unit.Start.TRIGGER);
        assertThat(unit.commands()).containsExactly("/new  --now");
    }

    private static List<String> running(FilesInMemory files) {
        return new SystemdReader(new ConfigReader(files))
                .read("", List.of()).values().stream().filter(Unit::runs).map(Unit::name).toList();
    }
}
