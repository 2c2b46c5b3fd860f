package org.imprimatur.inspect.facts.config;

import java.nio.charset.StandardCharsets;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FilesInMemory;

/** Any text as a stack of PAM, which may include itself. */
public final class PamFuzz {

    private PamFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        var text = new String(input, StandardCharsets.ISO_8859_1);
        var files = new FilesInMemory().with("/etc/pam.d/login", text).with("/etc/pam.d/a", text);
        PamReader.read(new ConfigReader(files));
    }
}
