package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The images of the demo.
 *
 * @param faulty the image with planted faults; null for an image of the user's own
 * @param clean the image that is endorsed
 * @param own whether it is the user's own, of which nobody knows what is in it
 */
record DemoImages(@Nullable Path faulty, Path clean, boolean own) {

    private static final List<String> FIXTURES =
            List.of("mini-faulty.v3-zlib.qcow2", "mini-clean.v3-zlib.qcow2");

    /** The user's image; else the Debian disks, built now if need be; else the small fixtures. */
    static DemoImages find(@Nullable Path own, Output output)
            throws IOException, InterruptedException {
        if (own != null) {
            if (!Files.isReadable(own)) {
                throw new CommandFailure(
                        ExitCode.UNREADABLE, "there is no image %s to read".formatted(own));
            }
            return new DemoImages(null, own.toRealPath(), true);
        }
        var checkout = checkout();
        var script = checkout.resolve("images/build-debian.sh");
        if (run(script, output, "--check") == 0) {
            output.err()
                    .println(
                            "The Debian disks of the demo are built from packages, once; this takes"
                                    + " a few minutes …");
            if (run(script, output) == 0) {
                return of(cache(), "debian-faulty.qcow2", "debian-clean.qcow2");
            }
        }
        output.err()
                .println(
                        "note: the Debian disks cannot be built here (the lines above say why); using"
                                + " the miniature ones of the test fixtures.");
        return of(checkout.resolve("images/fixtures"), FIXTURES.getFirst(), FIXTURES.getLast());
    }

    private static DemoImages of(Path directory, String faulty, String clean) {
        return new DemoImages(directory.resolve(faulty), directory.resolve(clean), false);
    }

    /** The checkout that the launcher stands in. */
    private static Path checkout() {
        var launcher = System.getProperty("imprimatur.launcher");
        if (launcher == null) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "without an image the demo runs from a checkout: ./imprimatur demo");
        }
        return Objects.requireNonNull(Path.of(launcher).getParent());
    }

    /** Where the script keeps what it has built; its own rule. */
    private static Path cache() {
        var given = System.getenv("IMPRIMATUR_CACHE");
        return given == null || given.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache", "imprimatur", "images")
                : Path.of(given, "images");
    }

    private static int run(Path script, Output output, String... arguments)
            throws IOException, InterruptedException {
        var command = new java.util.ArrayList<>(List.of("sh", "-c", "exec \"$0\" \"$@\" >&2"));
        command.add(script.toString());
        command.addAll(List.of(arguments));
        output.err().flush();
        var process =
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                        .start();
        if (!process.waitFor(60, TimeUnit.MINUTES)) {
            process.destroy();
            return -1;
        }
        return process.exitValue();
    }
}
