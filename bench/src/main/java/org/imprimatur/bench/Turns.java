package org.imprimatur.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Two commands that have run in turns.
 *
 * @param ours the runs of the one, as many in each turn
 * @param theirs the runs of the other, one in each turn
 * @param load the load average before and after
 */
record Turns(List<Command.Run> ours, List<Command.Run> theirs, String load) {

    private interface Preparation {
        void make() throws IOException, InterruptedException;
    }

    Turns {
        ours = List.copyOf(ours);
        theirs = List.copyOf(theirs);
    }

    /**
     * After one run of each that is not counted.
     *
     * @param each how often ours runs in each turn
     */
    static Turns warm(Command ours, int each, Command theirs, int turns)
            throws IOException, InterruptedException {
        var load = Machine.load();
        ours.run();
        theirs.run();
        return of(ours, each, theirs, turns, load, () -> {});
    }

    /** Each run with an empty page cache. */
    static Turns cold(Command ours, Command theirs, int turns)
            throws IOException, InterruptedException {
        return of(
                ours,
                1,
                theirs,
                turns,
                Machine.load(),
                () -> {
                    Command.of("sync").run();
                    Files.writeString(Path.of("/proc/sys/vm/drop_caches"), "3\n");
                });
    }

    private static Turns of(
            Command ours,
            int each,
            Command theirs,
            int turns,
            String load,
            Preparation beforeEachRun)
            throws IOException, InterruptedException {
        var our = new ArrayList<Command.Run>();
        var their = new ArrayList<Command.Run>();
        for (int i = 0; i < turns; i++) {
            for (int j = 0; j < each; j++) {
                beforeEachRun.make();
                our.add(ours.run());
            }
            beforeEachRun.make();
            their.add(theirs.run());
        }
        return new Turns(our, their, load + " → " + Machine.load());
    }

    /** The median of our seconds. */
    double ourWall() {
        return median(ours, Command.Run::wall);
    }

    /** The median of theirs. */
    double theirWall() {
        return median(theirs, Command.Run::wall);
    }

    /** Ours, for the table. */
    String our() {
        return seconds(ours);
    }

    /** Theirs, for the table. */
    String their() {
        return seconds(theirs);
    }

    /** What the medians are of. */
    String runs() {
        return ours.size() == theirs.size()
                ? "(median of %d)".formatted(theirs.size())
                : "(median of %d and %d)".formatted(ours.size(), theirs.size());
    }

    private static String seconds(List<Command.Run> runs) {
        return String.format(
                Locale.ROOT,
                "%.3g s (CPU %.3g s)",
                median(runs, Command.Run::wall),
                median(runs, Command.Run::cpu));
    }

    private static double median(List<Command.Run> runs, ToDoubleFunction<Command.Run> part) {
        return Statistics.median(runs.stream().mapToDouble(part).toArray());
    }
}
