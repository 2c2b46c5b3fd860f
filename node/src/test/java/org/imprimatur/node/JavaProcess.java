package org.imprimatur.node;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A Java process of its own, for tests that kill it. */
public final class JavaProcess {

    private JavaProcess() {}

    /** Will run a main class of these tests with their class path. */
    public static ProcessBuilder of(Class<?> main, Object... arguments) {
        return with(
                List.of("-cp", System.getProperty("java.class.path"), main.getName()), arguments);
    }

    /** Will run a program that is a jar, with nothing of these tests in it. */
    static ProcessBuilder ofJar(Path jar, Object... arguments) {
        return with(List.of("-jar", jar.toString()), arguments);
    }

    private static ProcessBuilder with(List<String> program, Object... arguments) {
        var line =
                new ArrayList<>(
                        List.of(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1"));
        line.addAll(program);
        Stream.of(arguments).map(Object::toString).forEach(line::add);
        return new ProcessBuilder(line);
    }
}
