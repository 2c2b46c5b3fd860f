package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Lets Jazzer look for inputs that no corpus has: each target for {@code fuzz.seconds} (3), in a
 * process of its own. {@code fuzz.target} chooses one. What it says is in {@code target/fuzz}.
 */
@Execution(ExecutionMode.CONCURRENT)
class FuzzIT {

    private static final Path WORK = Path.of("target", "fuzz").toAbsolutePath();
    private static final int SECONDS = Integer.getInteger("fuzz.seconds", 3);
    private static final String ONLY = System.getProperty("fuzz.target", "");
    private static final Pattern DONE = Pattern.compile("Done (\\d+) runs in (\\d+) second");

    @TestFactory
    Stream<DynamicTest> noInputFoundInAFewSecondsBreaksAParser() throws IOException {
        return FuzzTargets.all()
                .filter(target -> ONLY.isEmpty() || target.name().equals(ONLY))
                .map(
                        target ->
                                dynamicTest(
                                        target.module() + " " + target.name(), () -> fuzz(target)));
    }

    private static void fuzz(FuzzTargets.Target target) throws Exception {
        var work = WORK.resolve(target.name());
        var corpus = work.resolve("corpus");
        Files.createDirectories(corpus);
        int longest = 4096;
        for (var input : target.inputs()) {
            Files.write(corpus.resolve(input.name()), input.bytes());
            longest = Math.max(longest, 2 * input.bytes().length);
        }
        var log = work.resolve("log.txt");
        var process =
                new ProcessBuilder(command(target, work, corpus, longest))
                        .directory(work.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            assertThat(process.waitFor(SECONDS + 120L, TimeUnit.SECONDS))
                    .as("%s ends in time, see %s", target.name(), log)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        var said = Files.readString(log);
        assertThat(process.exitValue())
                .as("%s; the input is beside %s:%n%s", target.name(), log, tail(said))
                .isZero();
        var done = DONE.matcher(said);
        assertThat(done.find()).as("%s ran, see %s", target.name(), log).isTrue();
        Files.writeString(
                WORK.resolve(target.name() + ".txt"),
                "%s: %s inputs in %s s, nothing found%n"
                        .formatted(target.name(), done.group(1), done.group(2)));
    }

    private static List<String> command(
            FuzzTargets.Target target, Path work, Path corpus, int longest) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (SECONDS < 10) {
            // So short a run is mostly start-up, for which the simple compiler is the quicker one.
            command.add("-XX:TieredStopAtLevel=1");
        }
        command.addAll(
                List.of(
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:+EnableDynamicAgentLoading",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dimprimatur.root=" + System.getProperty("imprimatur.root"),
                        "-cp",
                        target.classPath() + File.pathSeparator + jazzer(),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + target.className(),
                        "--instrumentation_includes=org.imprimatur.**",
                        // These look for injections into other programs; here every file is data.
                        "--disabled_hooks=" + sanitizers(),
                        "-max_total_time=" + SECONDS,
                        // A gate asks every change the same; a long run looks where none was.
                        "-seed=" + (SECONDS < 10 ? 1 : 0),
                        "-timeout=20",
                        "-rss_limit_mb=0",
                        "-max_len=" + longest,
                        "-artifact_prefix=" + work + File.separator,
                        corpus.toString()));
        return command;
    }

    /** The names of Jazzer's own sanitizers: it takes no pattern for them. */
    private static String sanitizers() {
        try {
            var names =
                    (List<?>)
                            Class.forName("com.code_intelligence.jazzer.sanitizers.Constants")
                                    .getField("SANITIZER_HOOK_NAMES")
                                    .get(null);
            return names.stream()
                    .map(String::valueOf)
                    .collect(Collectors.joining(File.pathSeparator));
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("another Jazzer", e);
        }
    }

    /** Jazzer's two jars, which are on the class path of the tests. */
    private static String jazzer() {
        return jar("com.code_intelligence.jazzer.Jazzer")
                + File.pathSeparator
                + jar("com.code_intelligence.jazzer.api.FuzzedDataProvider");
    }

    private static String jar(String className) {
        try {
            var source = Class.forName(className).getProtectionDomain().getCodeSource();
            return Path.of(source.getLocation().toURI()).toString();
        } catch (Exception e) {
            throw new AssertionError("Jazzer is not on the class path of the tests", e);
        }
    }

    private static String tail(String said) {
        var lines = said.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }
}
