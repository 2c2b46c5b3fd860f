package org.imprimatur.inspect.packages;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** Files beside the tests; those that end in {@code .gz} are unpacked. */
final class Resources {

    private Resources() {}

    static byte[] bytes(String name) {
        try (InputStream in =
                Objects.requireNonNull(Resources.class.getResourceAsStream("/" + name), name)) {
            return name.endsWith(".gz")
                    ? new GZIPInputStream(in).readAllBytes()
                    : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One character for each byte. */
    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    static String text(String name) {
        return text(bytes(name));
    }
}
