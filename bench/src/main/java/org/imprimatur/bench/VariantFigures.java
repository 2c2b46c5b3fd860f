package org.imprimatur.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.imprimatur.bench.Figures.Row;

/**
 * Inspections of the disks of {@code images/build-variants.sh}, each a cold process: on each file
 * system, compressed, with a cold page cache, in little memory, and of growing size.
 */
final class VariantFigures {

    private static final int FEW = 3;
    private static final Pattern PEAK =
            Pattern.compile("Maximum resident set size \\(kbytes\\): (\\d+)");
    private static final String COMPRESSED_AIM = "faster";
    private static final String MEMORY_AIM = "heap ≤ 512 MB";

    private final Path root;
    private final Path images;
    private final List<Row> rows = new ArrayList<>();

    private VariantFigures(Path root, Path images) {
        this.root = root;
        this.images = images;
    }

    /** A quick inspection on each file system, beside virt-inspector. */
    static Figures fileSystems(Path root, Path images) throws InterruptedException {
        var figures = new VariantFigures(root, images);
        for (var name : List.of("", "-xfs", "-btrfs", "-lvm")) {
            figures.besideVirtInspector("debian-clean" + name + ".qcow2");
        }
        return new Figures(figures.rows, List.of());
    }

    /** A whole inspection of compressed disks, beside unpacking and digesting them. */
    static Figures compressed(Path root, Path images) throws InterruptedException {
        var figures = new VariantFigures(root, images);
        for (var name : List.of("debian-clean-zlib.qcow2", "debian-clean-zstd.qcow2")) {
            figures.besideConvert(name);
        }
        return new Figures(figures.rows, List.of());
    }

    /** With nothing of the image in the page cache; as root only. */
    static Figures cold(Path root, Path images) throws InterruptedException {
        var figures = new VariantFigures(root, images);
        var image = images.resolve("debian-clean.qcow2");
        figures.pair(
                "system, packages and rules of debian-clean.qcow2, cold cache, beside reading it"
                        + " with `cat`",
                "none",
                image,
                figures.inspect(image, "--quick"),
                Command.of("sh", "-c", "cat \"$1\" > /dev/null", "sh", image.toString()),
                true,
                Double.POSITIVE_INFINITY);
        figures.pair(
                "whole inspection of debian-clean.qcow2, cold cache, beside `sha512sum`",
                "≤ 1.3 ×",
                image,
                figures.inspect(image),
                Command.of("sha512sum", image.toString()),
                true,
                1.3);
        return new Figures(figures.rows, List.of());
    }

    /** Growing disks, and one of a million files, made for this run and deleted after it. */
    static Figures sizes(Path root, Path images) throws InterruptedException {
        var figures = new VariantFigures(root, images);
        for (var name : List.of("size-1.raw", "size-5.raw", "size-20.raw")) {
            figures.made(
                    name,
                    image -> {
                        figures.pair(
                                "whole inspection of " + name + ", beside `sha512sum`",
                                "≤ 1.3 ×",
                                image,
                                figures.inspect(image),
                                within(Command.of("sha512sum", image.toString())),
                                false,
                                1.3);
                        figures.memory(image);
                    });
        }
        figures.made(
                "million.raw",
                image -> {
                    figures.pair(
                            "walk of a million files",
                            "< 10 s",
                            image,
                            figures.inspect(image, "--quick"),
                            Command.of("true"),
                            false,
                            Double.POSITIVE_INFINITY);
                    figures.memory(image);
                });
        return new Figures(figures.rows, List.of());
    }

    @FunctionalInterface
    private interface Use {
        void of(Path image) throws InterruptedException;
    }

    private void made(String name, Use use) throws InterruptedException {
        Path folder = null;
        try {
            folder = Files.createTempDirectory(images, "sizes-");
            System.err.println("making " + name);
            var script = root.resolve("images/build-variants.sh").toString();
            within(Command.of(script, "--sizes", folder.toString(), name)).run();
            use.of(folder.resolve(name));
        } catch (IOException e) {
            rows.add(Row.skipped(name, "", String.valueOf(e.getMessage())));
        } finally {
            if (folder != null) {
                try {
                    Files.deleteIfExists(folder.resolve(name));
                    Files.deleteIfExists(folder);
                } catch (IOException e) {
                    System.err.println("left behind: " + e.getMessage());
                }
            }
        }
    }

    private static Command within(Command command) {
        return new Command(
                command.line(), command.environment(), command.statuses(), Duration.ofMinutes(20));
    }

    private Command inspect(Path image, String... options) {
        var line = new ArrayList<String>();
        line.add(root.resolve("imprimatur").toString());
        line.addAll(List.of("inspect", image.toString()));
        line.addAll(List.of(options));
        return within(Command.of(line.toArray(String[]::new)).accepting(0, 1));
    }

    private void besideVirtInspector(String name) throws InterruptedException {
        var image = images.resolve(name);
        var virtInspector =
                new Command(
                        List.of("virt-inspector", "-a", image.toString()),
                        Map.of(
                                "LIBGUESTFS_BACKEND",
                                "direct",
                                "LIBGUESTFS_BACKEND_SETTINGS",
                                "force_tcg"),
                        Set.of(0),
                        Duration.ofMinutes(5));
        pair(
                "system, packages and rules of " + name + ", beside `virt-inspector`",
                "≥ 50 × faster",
                image,
                inspect(image, "--quick", "--output", "json"),
                virtInspector,
                false,
                1.0 / 50);
    }

    private void besideConvert(String name) throws InterruptedException {
        var image = images.resolve(name);
        var line =
                "t=$(mktemp -p \"$(dirname \"$1\")\") && qemu-img convert -O raw \"$1\" \"$t\" &&"
                        + " sha512sum \"$t\"; s=$?; rm -f \"$t\"; exit $s";
        pair(
                "whole inspection of " + name + ", beside `qemu-img convert` and `sha512sum`",
                COMPRESSED_AIM,
                image,
                inspect(image),
                Command.of("sh", "-c", line, "sh", image.toString()),
                false,
                1);
    }

    private void pair(
            String what,
            String aim,
            Path image,
            Command ours,
            Command theirs,
            boolean cold,
            double most)
            throws InterruptedException {
        if (!Files.isReadable(image)) {
            rows.add(Row.skipped(what, aim, "no " + image + " (images/build-variants.sh)"));
            return;
        }
        System.err.println("measuring " + what);
        try {
            // Else the shortest would be the least certain.
            int each = ours.line().contains("--quick") ? InspectFigures.OFTEN : 1;
            var turns = cold ? Turns.cold(ours, theirs, FEW) : Turns.warm(ours, each, theirs, FEW);
            double ratio = turns.ourWall() / turns.theirWall();
            boolean alone = theirs.line().equals(List.of("true"));
            boolean met = alone ? turns.ourWall() < 10 : ratio <= most;
            rows.add(
                    new Row(
                            what + " " + turns.runs(),
                            turns.our(),
                            alone ? "" : turns.their(),
                            alone
                                    ? ""
                                    : ratio < 0.1
                                            ? text("%.0f × faster", 1 / ratio)
                                            : text("%.2f ×", ratio),
                            aim,
                            met ? "yes" : "**no**",
                            turns.load()));
        } catch (IOException e) {
            rows.add(Row.skipped(what, aim, String.valueOf(e.getMessage())));
        }
    }

    /** The launcher bounds the heap; this tells what the whole process took. */
    private void memory(Path image) throws InterruptedException {
        var what = "memory of a whole inspection of " + image.getFileName();
        try {
            var load = Machine.load();
            var line = new ArrayList<>(List.of("sh", "-c", "/usr/bin/time -v \"$@\" 2>&1", "sh"));
            line.addAll(inspect(image).line());
            var run = within(Command.of(line.toArray(String[]::new)).accepting(0, 1)).run();
            var peak = PEAK.matcher(run.output());
            rows.add(
                    new Row(
                            what,
                            peak.find()
                                    ? "%d MB at most, of a heap of 512 MB and all else"
                                            .formatted(Long.parseLong(peak.group(1)) >> 10)
                                    : "not told",
                            "",
                            "",
                            MEMORY_AIM,
                            "yes",
                            load));
        } catch (IOException e) {
            rows.add(Row.skipped(what, MEMORY_AIM, String.valueOf(e.getMessage())));
        }
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
