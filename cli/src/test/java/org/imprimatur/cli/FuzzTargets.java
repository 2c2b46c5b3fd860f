package org.imprimatur.cli;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The fuzz targets of every module: the classes named {@code …Fuzz} beside its tests.
 *
 * <p>A target has a method {@code public static void fuzzerTestOneInput(byte[])}, which ends
 * normally whatever the bytes, in work and memory bounded by their number. Its corpus is the files
 * in {@code MODULE/src/test/resources/fuzz/CLASS}, and what its method {@code public static
 * Stream<byte[]> seeds()} gives, where it has one.
 */
final class FuzzTargets {

    private static final Path ROOT = Path.of(System.getProperty("imprimatur.root"));
    private static final List<String> MODULES =
            List.of("register", "trust", "ledger", "disk", "inspect", "exchange", "node", "cli");

    private FuzzTargets() {}

    /**
     * A class with a target.
     *
     * @param classPath what it needs to run, in the form of {@code java -cp}
     */
    record Target(String module, String className, String classPath) {

        String name() {
            return className.substring(className.lastIndexOf('.') + 1);
        }

        Path corpus() {
            return ROOT.resolve(module).resolve("src/test/resources/fuzz").resolve(name());
        }

        /** Loads it, apart from the classes of the other modules' tests. */
        Class<?> load() {
            try {
                return Class.forName(className, true, loader());
            } catch (ReflectiveOperationException | IOException e) {
                throw new AssertionError(className, e);
            }
        }

        private ClassLoader loader() throws MalformedURLException {
            var urls = new ArrayList<URL>();
            for (var part : classPath.split(File.pathSeparator, -1)) {
                urls.add(Path.of(part).toUri().toURL());
            }
            return new URLClassLoader(
                    urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        }

        /** All inputs to begin with: the files of the corpus, and the seeds made by the target. */
        List<Input> inputs() throws Exception {
            var inputs = new ArrayList<Input>();
            if (Files.isDirectory(corpus())) {
                try (var files = Files.list(corpus())) {
                    for (var file : files.sorted().toList()) {
                        inputs.add(
                                new Input(file.getFileName().toString(), Files.readAllBytes(file)));
                    }
                }
            }
            var seeds = seeds();
            for (int i = 0; i < seeds.size(); i++) {
                inputs.add(new Input("seed-" + i, seeds.get(i)));
            }
            return inputs;
        }

        private List<byte[]> seeds() throws Exception {
            for (var method : load().getMethods()) {
                if (method.getName().equals("seeds")) {
                    return ((Stream<?>) method.invoke(null)).map(byte[].class::cast).toList();
                }
            }
            return List.of();
        }
    }

    /** One input of a corpus. */
    record Input(String name, byte[] bytes) {}

    /** Every target of every module that is built. */
    static Stream<Target> all() throws IOException {
        var targets = new ArrayList<Target>();
        for (var module : MODULES) {
            var tests = ROOT.resolve(module).resolve("target/test-classes");
            if (!Files.isDirectory(tests)) {
                continue;
            }
            var classPath = classPath(module);
            try (var files = Files.walk(tests)) {
                files.filter(file -> file.toString().endsWith("Fuzz.class"))
                        .map(file -> className(tests.relativize(file)))
                        .sorted()
                        .map(name -> new Target(module, name, classPath))
                        .forEach(targets::add);
            }
        }
        return targets.stream();
    }

    private static String className(Path file) {
        var name = file.toString().replace(File.separatorChar, '.');
        return name.substring(0, name.length() - ".class".length());
    }

    /** The tests of the module first, then what the module is made of and needs. */
    private static String classPath(String module) throws IOException {
        var parts = new ArrayList<String>();
        parts.add(ROOT.resolve(module).resolve("target/test-classes").toString());
        for (var below : MODULES.subList(0, MODULES.indexOf(module) + 1)) {
            parts.add(ROOT.resolve(below).resolve("target/classes").toString());
        }
        parts.add(Files.readString(ROOT.resolve(module).resolve("target/class-path.txt")).strip());
        return String.join(File.pathSeparator, parts);
    }
}
