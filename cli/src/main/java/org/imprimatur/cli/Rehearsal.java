package org.imprimatur.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * Runs what commands have in common, at build time, so that the ahead-of-time cache holds the
 * classes that they need. Not a part of the program. Nothing here may need Bouncy Castle: classes
 * of signed jars stay out of the cache, and those that refer to them would then have their jars
 * verified at every start.
 */
final class Rehearsal {

    private Rehearsal() {}

    /** Takes the checkout, and the file that says that the cache is complete. */
    public static void main(String[] args) throws IOException {
        var fixtures = Path.of(args[0], "images", "fixtures");
        var home = Files.createTempDirectory("imprimatur-rehearsal-");
        run("--version");
        run("--help");
        run("endorse", "--help");
        run("verify", "--help");
        var image = fixtures.resolve("mini-faulty.v3-zlib.qcow2").toString();
        run("inspect", image);
        run("inspect", image, "--quick");
        run("inspect", image, "--output", "json", "--sbom", home.resolve("sbom.json").toString());
        var system = home.resolve("rehearsal.raw");
        try (var packed =
                new GZIPInputStream(Files.newInputStream(fixtures.resolve("rehearsal.raw.gz")))) {
            Files.copy(packed, system);
        }
        run("inspect", system.toString());
        run("inspect", system.toString(), "--quick", "--output", "json");
        Demo.remove(home);
        Files.writeString(Path.of(args[1]), "");
    }

    private static void run(String... command) {
        Main.run(new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()), command);
    }
}
