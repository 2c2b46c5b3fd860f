package org.imprimatur.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.imprimatur.bench.Figures.Row;

/**
 * Whole commands, each a cold process, beside the tool that a newcomer would use instead. The two
 * run in turns, after one run of each that is not counted, with the image in the page cache.
 */
final class InspectFigures {

    private static final Pattern OUR_PACKAGES = Pattern.compile("\"packages\"\\s*:\\s*(\\d+)");
    private static final int FEW = 3;
    private static final int SOME = 5;
    private static final int MANY = 15;

    /** Runs of half a second in each turn with one of half a minute. */
    static final int OFTEN = 5;

    private final Path root;
    private final Path images;
    private final List<Row> rows = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    private InspectFigures(Path root, Path images) {
        this.root = root;
        this.images = images;
    }

    /**
     * Measures.
     *
     * @param root the checkout, with the launcher
     * @param images where {@code images/build-debian.sh --raw} has put the Debian disk
     */
    static Figures measure(Path root, Path images) throws InterruptedException {
        var figures = new InspectFigures(root, images);
        figures.besideVirtInspector();
        figures.besideSha512sum("debian-clean.qcow2");
        figures.besideSha512sum("debian-clean.raw");
        figures.start();
        return new Figures(figures.rows, figures.notes);
    }

    private Command imprimatur(String... arguments) {
        var line = new ArrayList<String>();
        line.add(root.resolve("imprimatur").toString());
        line.addAll(List.of(arguments));
        // An inspection that finds faults, or is not complete, ends with 1.
        return Command.of(line.toArray(String[]::new)).accepting(0, 1);
    }

    private void besideVirtInspector() throws InterruptedException {
        var image = images.resolve("debian-clean.qcow2");
        var what = "system, packages and rules of debian-clean.qcow2, beside `virt-inspector`";
        var aim = "≥ 50 × faster";
        if (missing(image, what, aim)) {
            return;
        }
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
                        what,
                        aim,
                        imprimatur("inspect", image.toString(), "--quick", "--output", "json"),
                        virtInspector,
                        FEW,
                        OFTEN)
                .ifPresent(
                        pair -> {
                            double ratio = pair.theirWall() / pair.ourWall();
                            row(what, pair, "%.0f × faster".formatted(ratio), aim, ratio >= 50);
                            notes.add(
                                    "Packages found: %s by imprimatur, %d by virt-inspector."
                                            .formatted(
                                                    packages(pair.ours().getFirst().output()),
                                                    pair.theirs()
                                                                    .getFirst()
                                                                    .output()
                                                                    .split("<application>", -1)
                                                                    .length
                                                            - 1));
                        });
    }

    private static String packages(String json) {
        var found = OUR_PACKAGES.matcher(json);
        return found.find() ? found.group(1) : "no number";
    }

    private void besideSha512sum(String name) throws InterruptedException {
        var image = images.resolve(name);
        var what = "whole inspection of " + name + ", beside `sha512sum`";
        var aim = "≤ 1.3 ×";
        if (missing(image, what, aim)) {
            return;
        }
        pair(
                        what,
                        aim,
                        imprimatur("inspect", image.toString()),
                        Command.of("sha512sum", image.toString()),
                        SOME,
                        1)
                .ifPresent(
                        pair -> {
                            double ratio = pair.ourWall() / pair.theirWall();
                            row(what, pair, "%.2f ×".formatted(ratio), aim, ratio <= 1.3);
                        });
    }

    private void start() throws InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var what = "`imprimatur --version`, beside `java -version` of the same JDK";
        var aim = "< 250 ms";
        pair(what, aim, imprimatur("--version"), Command.of(java, "-version"), MANY, 1)
                .ifPresent(
                        pair ->
                                row(
                                        what,
                                        pair,
                                        "%.1f ×".formatted(pair.ourWall() / pair.theirWall()),
                                        aim,
                                        pair.ourWall() < 0.25));
    }

    /** Says so in the table when the image is not there. */
    private boolean missing(Path image, String what, String aim) {
        if (Files.isReadable(image)) {
            return false;
        }
        rows.add(Row.skipped(what, aim, "no " + image + " (images/build-debian.sh --raw)"));
        return true;
    }

    /**
     * Runs them in turns.
     *
     * @param each how often ours runs in each turn
     */
    private Optional<Turns> pair(
            String what, String aim, Command ours, Command theirs, int turns, int each)
            throws InterruptedException {
        System.err.println("measuring " + what);
        try {
            return Optional.of(Turns.warm(ours, each, theirs, turns));
        } catch (IOException e) {
            rows.add(Row.skipped(what, aim, String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }

    private void row(String what, Turns pair, String ratio, String aim, boolean met) {
        rows.add(
                new Row(
                        what + " " + pair.runs(),
                        pair.our(),
                        pair.their(),
                        ratio,
                        aim,
                        met ? "yes" : "**no**",
                        pair.load()));
    }
}
