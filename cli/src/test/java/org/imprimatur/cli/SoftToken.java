package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One token of SoftHSM with a PIN, filled by the tools that people use. */
record SoftToken(Path dir, Path pin) {

    private static final Path MODULE = Path.of("/usr/lib/softhsm/libsofthsm2.so");

    private static @Nullable SoftToken only;

    /**
     * The one token of this process, since a module reads its configuration once. Skips the test
     * where SoftHSM or OpenSC's tool is not installed.
     */
    static synchronized SoftToken token() throws Exception {
        assumeTrue(Files.exists(MODULE), "softhsm2 is not installed");
        assumeTrue(Files.exists(Path.of("/usr/bin/pkcs11-tool")), "opensc is not installed");
        if (only == null) {
            var dir = Files.createTempDirectory("soft-token");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(dir)));
            var conf = dir.resolve("softhsm2.conf");
            Files.writeString(
                    conf,
                    "directories.tokendir = "
                            + Files.createDirectories(dir.resolve("tokens"))
                            + "\n");
            setEnvironment("SOFTHSM2_CONF", conf.toString());
            only = new SoftToken(dir, Files.writeString(dir.resolve("pin"), "trial-1\n"));
            only.run(
                    "softhsm2-util --init-token --free --label people --so-pin 12345678 --pin trial-1");
        }
        return only;
    }

    private static void delete(Path dir) {
        try (var files = Files.walk(dir)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts a key and its certificate, as {@code keygen} has written them, on the token. */
    void take(Path keys, String name, String id) throws Exception {
        run(
                "softhsm2-util --import %s --token people --label %s --id %s --pin trial-1"
                        .formatted(keys.resolve(name + "-key.pem"), name, id));
        run(
                "openssl x509 -in %s -outform DER -out %s"
                        .formatted(keys.resolve(name + ".pem"), dir.resolve("certificate.der")));
        run(
                "pkcs11-tool --module %s --token-label people --login --pin trial-1 --type cert --label %s --id %s --write-object %s"
                        .formatted(MODULE, name, id, dir.resolve("certificate.der")));
    }

    /** The options that sign with a key on the token. */
    String[] options(String name) {
        return new String[] {
            "--key",
            "pkcs11:token=people;object=" + name,
            "--pkcs11-module",
            MODULE.toString(),
            "--password-file",
            pin.toString()
        };
    }

    private void run(String command) throws Exception {
        var log = dir.resolve("tool.log");
        var process =
                new ProcessBuilder(command.split(" "))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        process.environment().put("SOFTHSM2_CONF", dir.resolve("softhsm2.conf").toString());
        var started = process.start();
        assertThat(started.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(started.exitValue()).as(command + Files.readString(log)).isZero();
    }

    /** The module reads the process's environment, which Java itself cannot change. */
    @SuppressWarnings("restricted")
    private static void setEnvironment(String name, String value) {
        var linker = Linker.nativeLinker();
        try (var arena = Arena.ofConfined()) {
            int _ =
                    (int)
                            linker.downcallHandle(
                                            linker.defaultLookup().find("setenv").orElseThrow(),
                                            FunctionDescriptor.of(
                                                    ValueLayout.JAVA_INT,
                                                    ValueLayout.ADDRESS,
                                                    ValueLayout.ADDRESS,
                                                    ValueLayout.JAVA_INT))
                                    .invokeExact(
                                            arena.allocateFrom(name), arena.allocateFrom(value), 1);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
