package org.imprimatur.inspect.facts;

import java.nio.charset.StandardCharsets;

/** Any text as the configuration of the SSH server, which may include itself. */
public final class SshdConfigFuzz {

    private SshdConfigFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        var text = new String(input, StandardCharsets.ISO_8859_1);
        var files =
                new FilesInMemory()
                        .with("/etc/ssh/sshd_config", text)
                        .with("/etc/ssh/sshd_config.d/a.conf", text);
        SshdConfigParser.read(new ConfigReader(files)).all("permitrootlogin");
    }
}
