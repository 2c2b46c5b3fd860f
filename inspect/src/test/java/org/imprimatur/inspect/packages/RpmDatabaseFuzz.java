package org.imprimatur.inspect.packages;

import java.util.stream.Stream;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FilesInMemory;

/** RPM's three stores of headers; the first byte tells which. */
public final class RpmDatabaseFuzz {

    private static final String[] PATHS = {
        "/var/lib/rpm/rpmdb.sqlite",
        "/usr/lib/sysimage/rpm/Packages.db",
        "/var/lib/rpm/Packages",
        "/var/lib/rpm/rpmdb.sqlite-wal"
    };

    private RpmDatabaseFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int kind = (input[0] & 0xff) % PATHS.length;
        var text = Resources.text(input).substring(1);
        var files = new FilesInMemory().with(PATHS[kind], text);
        if (kind == 3) {
            files.with(PATHS[0], Resources.text("rpm/small-pages.sqlite.gz"));
        }
        PackageDatabases.read(new ConfigReader(files), true);
    }

    public static Stream<byte[]> seeds() {
        return Stream.of(
                seed(0, Resources.bytes("rpm/rpmdb.sqlite.gz")),
                seed(1, RpmDatabaseTest.ndb(Resources.bytes("rpm/header-2.bin"))),
                seed(2, Resources.bytes("rpm/Packages-le.gz")),
                seed(2, Resources.bytes("rpm/Packages-be.gz")));
    }

    static byte[] seed(int first, byte[] content) {
        var seed = new byte[content.length + 1];
        seed[0] = (byte) first;
        System.arraycopy(content, 0, seed, 1, content.length);
        return seed;
    }
}
