package org.imprimatur.inspect.facts.config;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FilesInMemory;

/** Any text as the configuration of cloud-init. */
public final class CloudConfigFuzz {

    private CloudConfigFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        var text = new String(input, StandardCharsets.ISO_8859_1);
        var files =
                new FilesInMemory()
                        .with("/etc/cloud/cloud.cfg", text)
                        .with("/etc/cloud/cloud.cfg.d/a.cfg", text);
        var boot = BootReader.read(new ConfigReader(files));
        CloudInitReader.read(new ConfigReader(files), new Services(List.of(), List.of()), boot);
    }
}
