package org.imprimatur.inspect.facts;

import java.nio.charset.StandardCharsets;

/** Any text as the rules of sudo, which may include itself. */
public final class SudoersFuzz {

    private SudoersFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        var text = new String(input, StandardCharsets.ISO_8859_1);
        var files = new FilesInMemory().with("/etc/sudoers", text).with("/etc/sudoers.d/a", text);
        SudoersParser.read(new ConfigReader(files));
    }
}
