package org.imprimatur.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.imprimatur.bench.Figures.Row;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs {@link Decide} and reads its percentiles. */
final class DecideFigures {

    private static final String AIM = "median < 20 µs";

    private DecideFigures() {}

    /** Measures; JMH's own reports go to files in the directory. */
    static Figures measure(Path directory) throws IOException {
        Files.createDirectories(directory);
        var rows = new ArrayList<Row>();
        for (var name : List.of("permit", "denyUnknown", "denyRevoked", "denyBlocked")) {
            System.err.println("measuring decisions: " + name);
            rows.add(measure(name, directory.resolve("decide-" + name + ".log")));
        }
        return new Figures(rows, List.of());
    }

    private static Row measure(String name, Path log) {
        var what = "decision at 100,000 images: " + name;
        var load = Machine.load();
        try {
            var result =
                    new Runner(
                                    new OptionsBuilder()
                                            .include(Decide.class.getName() + "\\." + name + "$")
                                            .output(log.toString())
                                            .build())
                            .runSingle();
            var times = result.getPrimaryResult().getStatistics();
            double median = times.getPercentile(50);
            return new Row(
                    what,
                    String.format(
                            Locale.ROOT,
                            "median %.2f µs, p99 %.2f µs",
                            median,
                            times.getPercentile(99)),
                    "",
                    "",
                    AIM,
                    median < 20 ? "yes" : "**no**",
                    load + " → " + Machine.load());
        } catch (RunnerException e) {
            return Row.skipped(what, AIM, e.getMessage() + ", see " + log);
        }
    }
}
