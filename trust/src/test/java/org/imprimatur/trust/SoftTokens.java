package org.imprimatur.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Tokens of SoftHSM in a directory of their own. All are made before the module is first loaded.
 */
final class SoftTokens {

    private static final String PIN = "correct1";

    private final Path dir;
    private final Path module;

    private SoftTokens(Path dir, Path module) {
        this.dir = dir;
        this.module = module;
    }

    /** Skips the test where SoftHSM or OpenSC's tool is not installed. */
    static SoftTokens in(Path dir) throws Exception {
        var module =
                Stream.of(
                                "/usr/lib/softhsm/libsofthsm2.so",
                                "/usr/lib64/pkcs11/libsofthsm2.so",
                                "/usr/local/lib/softhsm/libsofthsm2.so")
                        .map(Path::of)
                        .filter(Files::exists)
                        .findFirst();
        assumeTrue(module.isPresent(), "softhsm2 is not installed");
        assumeTrue(Files.exists(Path.of("/usr/bin/pkcs11-tool")), "opensc is not installed");
        var conf = dir.resolve("softhsm2.conf");
        Files.writeString(
                conf,
                "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n"
                        .formatted(Files.createDirectories(dir.resolve("tokens"))));
        setEnvironment("SOFTHSM2_CONF", conf.toString());
        return new SoftTokens(dir, module.get());
    }

    Path module() {
        return module;
    }

    PasswordSource pin() {
        return PasswordSource.of(PIN);
    }

    void token(String label) throws Exception {
        run(
                List.of(
                        "softhsm2-util",
                        "--init-token",
                        "--free",
                        "--label",
                        label,
                        "--so-pin",
                        "12345678",
                        "--pin",
                        PIN));
    }

    void key(String token, SigningKey key, String label, String id) throws Exception {
        var pem = dir.resolve("import.pem");
        Files.writeString(pem, Pem.write("PRIVATE KEY", key.privateKey().getEncoded()));
        run(
                List.of(
                        "softhsm2-util",
                        "--import",
                        pem.toString(),
                        "--token",
                        token,
                        "--label",
                        label,
                        "--id",
                        id,
                        "--pin",
                        PIN));
        Files.delete(pem);
    }

    void certificate(
            String token, java.security.cert.X509Certificate certificate, String label, String id)
            throws Exception {
        var der = dir.resolve("import.der");
        Files.write(der, Certificates.der(certificate));
        run(
                List.of(
                        "pkcs11-tool",
                        "--module",
                        module.toString(),
                        "--token-label",
                        token,
                        "--login",
                        "--pin",
                        PIN,
                        "--write-object",
                        der.toString(),
                        "--type",
                        "cert",
                        "--label",
                        label,
                        "--id",
                        id));
    }

    private void run(List<String> command) throws Exception {
        var log = dir.resolve("tool.log");
        var process =
                new ProcessBuilder(new ArrayList<>(command))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        process.environment().put("SOFTHSM2_CONF", dir.resolve("softhsm2.conf").toString());
        var started = process.start();
        assertThat(started.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(started.exitValue()).as(() -> command + read(log)).isZero();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
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
