package org.imprimatur.bench;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.imprimatur.bench.Figures.Row;
import org.imprimatur.inspect.secrets.SecretSearch;

/**
 * The search for secrets alone, on one thread, over what stands on a real disk. In CPU time, so
 * that other work on the machine matters little.
 */
final class SearchFigures {

    private static final String WHAT = "search for secrets in the content of debian-clean.raw";
    private static final String AIM = "≥ 0.9 GB/s per core";
    private static final int PIECE = 256 << 10;
    private static final long MOST = 400L << 20;
    private static final int WARM_UP = 3;
    private static final int RUNS = 5;

    private SearchFigures() {}

    /**
     * Measures.
     *
     * @param images where {@code images/build-debian.sh --raw} has put the Debian disk
     */
    static Figures measure(Path images) throws IOException {
        var image = images.resolve("debian-clean.raw");
        if (!Files.isReadable(image)) {
            return new Figures(
                    List.of(
                            Row.skipped(
                                    WHAT, AIM, "no " + image + " (images/build-debian.sh --raw)")),
                    List.of());
        }
        System.err.println("measuring " + WHAT);
        var load = Machine.load();
        var pieces = pieces(image);
        long bytes = pieces.stream().mapToLong(piece -> piece.length).sum();
        var cpu = ManagementFactory.getThreadMXBean();
        var search = new SecretSearch();
        var rates = new double[RUNS];
        long seen = 0;
        for (int run = -WARM_UP; run < RUNS; run++) {
            long start = cpu.getCurrentThreadCpuTime();
            for (var piece : pieces) {
                search.begin("");
                search.accept(0, piece, 0, piece.length);
                seen += search.finish().size();
            }
            if (run >= 0) {
                rates[run] = (double) bytes / (cpu.getCurrentThreadCpuTime() - start);
            }
        }
        double rate = Statistics.median(rates);
        return new Figures(
                List.of(
                        new Row(
                                WHAT + " (median of %d)".formatted(RUNS),
                                String.format(Locale.ROOT, "%.2f GB/s of CPU time", rate),
                                "",
                                "",
                                AIM,
                                rate >= 0.9 ? "yes" : "**no**",
                                load + " → " + Machine.load())),
                List.of(
                        "The search took %d MB in pieces of 256 KiB, and saw %d secrets in each run."
                                .formatted(bytes >> 20, seen / (WARM_UP + RUNS))));
    }

    /** What is on the disk, without pieces that are all zeros. */
    private static List<byte[]> pieces(Path image) throws IOException {
        var pieces = new ArrayList<byte[]>();
        var zeros = new byte[PIECE];
        try (var file = new RandomAccessFile(image.toFile(), "r")) {
            var buffer = new byte[PIECE];
            int read;
            while (pieces.size() * (long) PIECE < MOST && (read = file.read(buffer)) > 0) {
                if (Arrays.mismatch(buffer, 0, read, zeros, 0, read) >= 0) {
                    pieces.add(Arrays.copyOf(buffer, read));
                }
            }
        }
        return pieces;
    }
}
