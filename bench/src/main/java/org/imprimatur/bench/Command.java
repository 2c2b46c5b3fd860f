package org.imprimatur.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A whole command, measured from its start to its end.
 *
 * @param environment what is added to ours
 * @param statuses exit statuses that mean that it did its work
 * @param limit after which it is killed
 */
record Command(
        List<String> line, Map<String, String> environment, Set<Integer> statuses, Duration limit) {

    /**
     * One run.
     *
     * @param wall seconds from start to end
     * @param cpu seconds of CPU time, of all its threads and of the processes it waited for
     */
    record Run(double wall, double cpu, String output) {}

    /** The command did not do its work; the message says what happened. */
    static final class Failed extends IOException {
        private static final long serialVersionUID = 1;

        Failed(String message) {
            super(message);
        }
    }

    static Command of(String... line) {
        return new Command(List.of(line), Map.of(), Set.of(0), Duration.ofMinutes(2));
    }

    Command accepting(Integer... accepted) {
        return new Command(line, environment, Set.of(accepted), limit);
    }

    /** Runs it; nothing of its family is left when this returns. */
    Run run() throws IOException, InterruptedException {
        var output = Files.createTempFile("imprimatur-bench-", ".out");
        var errors = Files.createTempFile("imprimatur-bench-", ".err");
        try {
            double cpu = Machine.cpuOfEndedChildren();
            long start = System.nanoTime();
            var builder =
                    new ProcessBuilder(line)
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectOutput(output.toFile())
                            .redirectError(errors.toFile());
            builder.environment().putAll(environment);
            var process = builder.start();
            boolean ended = process.waitFor(limit.toSeconds(), TimeUnit.SECONDS);
            double wall = (System.nanoTime() - start) / 1e9;
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
                throw new Failed("no answer within " + limit.toSeconds() + " s");
            }
            if (!statuses.contains(process.exitValue())) {
                var last = Files.readString(errors).strip().lines().reduce("", (_, b) -> b);
                throw new Failed("exit status " + process.exitValue() + ": " + last);
            }
            return new Run(wall, Machine.cpuOfEndedChildren() - cpu, Files.readString(output));
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }
}
