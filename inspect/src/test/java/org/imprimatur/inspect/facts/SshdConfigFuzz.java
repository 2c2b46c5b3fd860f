package org.imprimatur.inspect.facts;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.imprimatur.inspect.facts.config.CronJob;
import org.imprimatur.inspect.facts.config.Services;
import org.imprimatur.inspect.facts.config.Unit;

/** Any text as the configuration of the SSH server, which may include itself, and as its start. */
public final class SshdConfigFuzz {

    private SshdConfigFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        var text = new String(input, StandardCharsets.ISO_8859_1);
        var files =
                new FilesInMemory()
                        .with("/etc/ssh/sshd_config", text)
                        .with("/etc/ssh/sshd_config.d/a.conf", text)
                        .with("/etc/default/ssh", text);
        var reader = new ConfigReader(files);
        var unit =
                new Unit(
                        "ssh.service",
                        "/a",
                        Unit.State.ENABLED,
                        Unit.Start.BOOT,
                        List.of(text, "/usr/sbin/sshd " + text + " $OPTIONS"),
                        List.of(),
                        List.of(text),
                        List.of("/etc/default/ssh"));
        var job = new CronJob("/b", 0, "", text, false);
        var start = SshdStarts.read(reader, new Services(List.of(unit), List.of(job)));
        SshdConfigParser.read(reader, start).all("permitrootlogin");
    }
}
