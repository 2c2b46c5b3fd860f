package org.imprimatur.node.driver;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs a program: by its arguments and never by a shell, with an environment of its own, bounded in
 * time and in what it may say. When its time is over, it and all that it has started is killed.
 */
public final class Program {

    private static final int MOST_OUTPUT = 4 << 20;
    private static final int MOST_SAID = 64 << 10;
    private static final int TOLD = 400;

    private Program() {}

    /**
     * What a program did.
     *
     * @param output its standard output
     * @param said the end of its standard error in one line; empty where it was silent
     */
    public record Ran(int exit, byte[] output, String said) {}

    /**
     * Runs a program to its end.
     *
     * @param environment besides {@code PATH}, {@code HOME} and {@code LANG}
     * @throws DriverException when it cannot be started, takes too long, says too much, or the
     *     thread is interrupted
     */
    public static Ran run(
            List<String> command, Map<String, String> environment, byte[] input, Duration within)
            throws DriverException {
        var builder = new ProcessBuilder(command);
        var passed = builder.environment();
        passed.keySet().retainAll(List.of("PATH", "HOME"));
        passed.put("LANG", "C.UTF-8");
        passed.putAll(environment);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new DriverException(command.getFirst() + " cannot be started: " + e, e);
        }
        try {
            var output = read(process.getInputStream(), MOST_OUTPUT);
            var said = read(process.getErrorStream(), MOST_SAID);
            write(process.getOutputStream(), input);
            if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new DriverException(
                        "%s did not end within %d s"
                                .formatted(command.getFirst(), within.toSeconds()));
            }
            // Whoever still holds the pipes, after the program itself has ended, is not waited for.
            byte[] out = output.get(5, TimeUnit.SECONDS);
            byte[] error = said.get(5, TimeUnit.SECONDS);
            if (out.length > MOST_OUTPUT) {
                throw new DriverException(
                        "%s says more than %d bytes".formatted(command.getFirst(), MOST_OUTPUT));
            }
            return new Ran(process.exitValue(), out, lastLine(error));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DriverException(command.getFirst() + " was broken off", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new DriverException(
                    "what %s says cannot be read".formatted(command.getFirst()), e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static CompletableFuture<byte[]> read(InputStream in, int most) {
        var result = new CompletableFuture<byte[]>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            var kept = new ByteArrayOutputStream();
                            var buffer = new byte[8192];
                            try (in) {
                                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                                    // One byte more than allowed tells that there was too much.
                                    kept.write(buffer, 0, Math.min(n, most + 1 - kept.size()));
                                }
                                result.complete(kept.toByteArray());
                            } catch (IOException e) {
                                result.completeExceptionally(e);
                            }
                        });
        return result;
    }

    private static void write(OutputStream out, byte[] input) {
        Thread.ofVirtual()
                .start(
                        () -> {
                            try (out) {
                                out.write(input);
                            } catch (IOException _) {
                                return; // a program need not read all that it is given
                            }
                        });
    }

    /** The last line that says something, without control characters. */
    private static String lastLine(byte[] error) {
        var line =
                new String(error, UTF_8)
                        .lines()
                        .map(text -> text.replaceAll("\\p{Cntrl}", " ").strip())
                        .filter(text -> !text.isEmpty())
                        .reduce("", (_, next) -> next);
        return line.length() > TOLD ? line.substring(0, TOLD) + "…" : line;
    }
}
