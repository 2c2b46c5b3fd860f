package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;

/**
 * Copies jars without their signatures, at build time, so that the ahead-of-time cache takes their
 * classes (docs/adr/0017-jars-without-signatures.md). Not a part of the program.
 */
final class PlainJars {

    private static final Pattern SIGNATURE = Pattern.compile("META-INF/[^/]+\\.(SF|RSA|DSA|EC)");

    private PlainJars() {}

    /** Takes the directory of the signed jars, and the one for the others. */
    public static void main(String[] args) throws IOException {
        try (var jars = Files.newDirectoryStream(Path.of(args[0]), "*.jar")) {
            for (var jar : jars) {
                copy(jar, Path.of(args[1]).resolve(jar.getFileName()));
            }
        }
    }

    /** Everything but the signatures and the digests of entries, which are in the manifest. */
    static void copy(Path signed, Path plain) throws IOException {
        try (var in = new JarFile(signed.toFile(), false);
                var out = new JarOutputStream(Files.newOutputStream(plain), manifest(in))) {
            for (var entry : Collections.list(in.entries())) {
                if (belongs(entry)) {
                    var copy = new JarEntry(entry.getName());
                    copy.setTime(entry.getTime());
                    out.putNextEntry(copy);
                    in.getInputStream(entry).transferTo(out);
                    out.closeEntry();
                }
            }
        }
    }

    private static Manifest manifest(JarFile signed) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().putAll(signed.getManifest().getMainAttributes());
        return manifest;
    }

    private static boolean belongs(JarEntry entry) {
        var name = entry.getName();
        return !name.equals("META-INF/")
                && !name.equals(JarFile.MANIFEST_NAME)
                && !SIGNATURE.matcher(name.toUpperCase(Locale.ROOT)).matches();
    }
}
