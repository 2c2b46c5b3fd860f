package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "demo",
        description = {
            "Tell the whole story on this machine: two nodes, people with keys, a real Debian disk;",
            "from its inspection to the revocation that a site obeys within seconds.",
            "Every step is a command of this program, and is shown. Nothing is set up beforehand, and",
            "the nodes stay up until Ctrl-C."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur demo --once          end after the story",
            "  imprimatur demo image.qcow2     with an image of yours; its findings are waived, and shown"
        })
final class DemoCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();

    @Parameters(
            arity = "0..1",
            paramLabel = "IMAGE",
            description = "An image of your own (default: Debian disks built for this).")
    private @Nullable Path image;

    @Option(names = "--once", description = "End after the story, with exit status 0.")
    private boolean once;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "Where the nodes' data, keys and files go; must not exist (default: a temporary"
                            + " directory, removed at the end).")
    private @Nullable Path directory;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (output.json()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "the demo is a story for people; it has no JSON form");
        }
        NodeLog.oneLineEach();
        NodeLog.from(java.util.logging.Level.WARNING);
        var images = DemoImages.find(image, output);
        boolean keep = directory != null;
        var home = directory == null ? Files.createTempDirectory("imprimatur-demo-") : directory;
        if (keep) {
            Files.createDirectory(home);
        }
        try (var demo = new Demo(home.toRealPath(), images, output)) {
            demo.tell();
            if (!once) {
                demo.stayUp();
            }
        } finally {
            if (!keep) {
                Demo.remove(home);
            }
        }
        return ExitCode.DONE.status();
    }
}
