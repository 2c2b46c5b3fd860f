package org.imprimatur.inspect.packages;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FilesInMemory;

/** The text files of dpkg, apk and pacman; the first byte tells which. */
public final class PackageFilesFuzz {

    private static final String[] PATHS = {
        "/var/lib/dpkg/status",
        "/var/lib/dpkg/info/x.md5sums",
        "/var/lib/dpkg/diversions",
        "/lib/apk/db/installed",
        "/var/lib/pacman/local/x-1/desc",
        "/var/lib/pacman/local/x-1/files",
        "/var/lib/pacman/local/x-1/mtree"
    };

    private PackageFilesFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        var files =
                new FilesInMemory()
                        .with("/var/lib/pacman/local/x-1/desc", "%NAME%\nx\n")
                        .with(
                                PATHS[(input[0] & 0xff) % PATHS.length],
                                Resources.text(input).substring(1));
        PackageDatabases.read(new ConfigReader(files), true);
    }

    public static Stream<byte[]> seeds() {
        return Stream.of(
                        "\0Package: a\nStatus: install ok installed\nVersion: 1\nSource: b (2)\n"
                                + "Conffiles:\n /etc/a 0123456789abcdef0123456789abcdef\n",
                        "\u00010123456789abcdef0123456789abcdef  usr/bin/a\n",
                        "\u0002/bin/sh\n/bin/sh.real\n:\n",
                        "\u0003P:a\nV:1\nF:usr\nR:b\nZ:Q1qUqP5cyxm6YcTAhz05Hph5gvu9M=\n\n",
                        "\u0004%NAME%\na\n\n%VERSION%\n1-1\n",
                        "\u0005%FILES%\nusr/a\n\n%BACKUP%\netc/a\tx\n")
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
