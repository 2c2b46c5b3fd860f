package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.ASN1Primitive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainJarsTest {

    @TempDir Path directory;

    @Test
    void aPlainJarHasTheVeryFilesOfTheSignedOneAndNoSignature()
            throws IOException, URISyntaxException {
        var signed =
                Path.of(
                        ASN1Primitive.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI());
        var plain = directory.resolve("plain.jar");

        PlainJars.copy(signed, plain);

        try (var before = new JarFile(signed.toFile());
                var after = new JarFile(plain.toFile())) {
            var lost =
                    before.stream()
                            .map(entry -> entry.getName())
                            .filter(name -> after.getEntry(name) == null)
                            .collect(Collectors.toSet());
            assertThat(lost)
                    .isNotEmpty()
                    .allMatch(name -> name.matches("META-INF/([^/]+\\.[A-Z]+)?"));
            for (var entry : Collections.list(after.entries())) {
                if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
                    assertThat(after.getInputStream(entry).readAllBytes())
                            .as(entry.getName())
                            .isEqualTo(
                                    before.getInputStream(before.getJarEntry(entry.getName()))
                                            .readAllBytes());
                    assertThat(entry.getCodeSigners()).isNull();
                }
            }
            assertThat(after.getManifest().getEntries()).isEmpty();
            assertThat(after.getManifest().getMainAttributes())
                    .isEqualTo(before.getManifest().getMainAttributes());
            assertThat(after.isMultiRelease()).isTrue();
        }
    }
}
