package org.imprimatur.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.imprimatur.trust.TrialAuthority.KeyKind;

/**
 * Runs what commands have in common, at build time, so that the ahead-of-time cache holds the
 * classes that they need. Not a part of the program.
 */
final class Rehearsal {

    /** One of each kind that images of systems mostly have, beside ext4. */
    private static final List<String> DISKS =
            List.of(
                    "btrfs-subvolumes.raw.gz",
                    "xfs-default.raw.gz",
                    "lvm.raw.gz",
                    "containers/zstd-4k.qcow2.gz");

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
        var system = unpacked(fixtures.resolve("rehearsal.raw.gz"), home);
        run("inspect", system);
        run("inspect", system, "--quick", "--output", "json");
        for (var disk : DISKS) {
            run("inspect", unpacked(fixtures.resolve(disk), home), "--quick");
        }
        bundle(home);
        list(Path.of(args[0], "exchange", "src", "test", "resources", "hepix"));
        Demo.remove(home);
        Files.writeString(Path.of(args[1]), "");
    }

    private static String unpacked(Path packed, Path home) throws IOException {
        var disk = home.resolve("disk-" + packed.getFileName());
        try (var in = new GZIPInputStream(Files.newInputStream(packed))) {
            Files.copy(in, disk);
        }
        return disk.toString();
    }

    /** Authorities of the grid mostly have RSA keys, and people of either kind. */
    private static void bundle(Path home) throws IOException {
        var story = new TrialStory(home, KeyKind.RSA_2048);
        var image = story.endorse(home, "image.qcow2", new byte[] {1}).toString();
        var bundle = image + ".bundle.json";
        run(story.trusting("verify", bundle, "--require-crls"));
        run(story.trusting("verify", bundle, image, "--output", "json"));
    }

    private static void list(Path lists) {
        var line =
                List.of(
                        "list",
                        "verify",
                        lists.resolve("good.list").toString(),
                        "--previous",
                        lists.resolve("rollback.list").toString(),
                        "--anchors",
                        lists.resolve("anchors").toString(),
                        "--require-crls",
                        "--at",
                        TrialStory.AT,
                        "--output");
        for (var form : List.of("text", "json")) {
            run(Stream.concat(line.stream(), Stream.of(form)).toArray(String[]::new));
        }
        run(
                "list",
                "diff",
                lists.resolve("rollback.list").toString(),
                lists.resolve("good.list").toString());
    }

    private static void run(String... command) {
        HeadStart.begin(command);
        Main.run(new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()), command);
    }
}
