package org.imprimatur.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The machine that measures, as Linux describes it. */
final class Machine {

    /** The unit in which Linux tells CPU time, whatever the kernel counts in. */
    private static final double TICKS_PER_SECOND = 100;

    private Machine() {}

    /** Processor, system and JDK in one line. */
    static String describe() {
        return "%s, %d cores; Linux %s; JDK %s (%s)"
                .formatted(
                        processor(),
                        cores(),
                        System.getProperty("os.version"),
                        Runtime.version(),
                        System.getProperty("java.vendor"));
    }

    static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }

    private static String processor() {
        return read("/proc/cpuinfo")
                .lines()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch", "unknown processor"));
    }

    /** Load average over one minute: how many threads wanted to run, ours and others'. */
    static String load() {
        var text = read("/proc/loadavg");
        return text.substring(0, text.indexOf(' '));
    }

    /** CPU seconds of all children that have ended and were waited for. */
    static double cpuOfEndedChildren() {
        var stat = read("/proc/self/stat");
        // After the name, which may hold anything, comes field 3; fields 16 and 17 are wanted.
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) / TICKS_PER_SECOND;
    }

    /** CPU seconds that the whole machine has spent on anything. */
    static double cpuOfAll() {
        var fields = read("/proc/stat").lines().findFirst().orElseThrow().split(" +");
        // cpu user nice system idle iowait irq softirq: all but idle and iowait.
        long[] ticks = Arrays.stream(fields, 1, 8).mapToLong(Long::parseLong).toArray();
        return (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) / TICKS_PER_SECOND;
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
