package org.imprimatur.inspect.facts.config;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FilesInMemory;

/** Any text as a unit, its drop-in and a preset. */
public final class SystemdUnitFuzz {

    private SystemdUnitFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        var text = new String(input, StandardCharsets.ISO_8859_1);
        var files =
                new FilesInMemory()
                        .with("/usr/lib/systemd/system/default.target", text)
                        .with("/usr/lib/systemd/system/a.service", text)
                        .with("/etc/systemd/system/a.service.d/x.conf", text)
                        .with("/etc/systemd/system/b@.socket", text)
                        .with("/usr/lib/systemd/system-preset/x.preset", text);
        new SystemdReader(new ConfigReader(files)).read("", List.of("a.service", "b@x.socket"));
    }
}
