package org.imprimatur.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** Runs the parts that are asked for, and prints one Markdown table. */
final class Main {

    private Main() {}

    /** Takes the checkout, the directory of the Debian disks, and the parts. */
    public static void main(String[] args) throws IOException, InterruptedException {
        var root = Path.of(args[0]);
        var images = Path.of(args[1]);
        var target = root.resolve("bench/target");
        var rows = new ArrayList<Figures.Row>();
        var notes = new ArrayList<String>();
        for (var part : List.of(args).subList(2, args.length)) {
            var figures =
                    switch (part) {
                        case "inspect" -> InspectFigures.measure(root, images);
                        case "inspect-variants" -> VariantFigures.fileSystems(root, images);
                        case "inspect-compressed" -> VariantFigures.compressed(root, images);
                        case "inspect-cold" -> VariantFigures.cold(root, images);
                        case "inspect-sizes" -> VariantFigures.sizes(root, images);
                        case "search" -> SearchFigures.measure(images);
                        case "decide" -> DecideFigures.measure(target);
                        case "lists" -> ListFigures.measure(root, target);
                        case "append" -> AppendFigures.measure(target);
                        case "follow" -> FollowFigures.measure(target);
                        case "serve" -> ServeFigures.measure(target);
                        case "revoke" -> RevokeFigures.measure(target);
                        case "continue" -> ContinueFigures.measure(target);
                        case "decide-http" -> DecideHttpFigures.measure(target);
                        case "transfer" -> TransferFigures.measure(target);
                        default ->
                                throw new IllegalArgumentException(
                                        part + " is no part of the benchmarks");
                    };
            rows.addAll(figures.rows());
            notes.addAll(figures.notes());
        }
        print(rows, notes);
    }

    private static void print(List<Figures.Row> rows, List<String> notes) {
        System.out.printf(
                "Measured at %s on %s.%n%n",
                Instant.now().truncatedTo(ChronoUnit.MINUTES), Machine.describe());
        System.out.println(
                "| figure | Imprimatur | beside it | ratio | aim | met | load average |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
        rows.forEach(System.out::println);
        System.out.println();
        notes.forEach(note -> System.out.println("- " + note));
    }
}
