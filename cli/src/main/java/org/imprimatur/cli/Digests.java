package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.imprimatur.register.Sha512;

/**
 * What a file's content is known by, in one pass over the file.
 *
 * @param length how many bytes were read
 * @param values in lower-case hex, by the JDK's names of the algorithms
 */
record Digests(long length, Map<String, String> values) {

    private static final String SHA_512 = "SHA-512";

    Digests {
        values = Map.copyOf(values);
    }

    /** The digest by which endorsements name an image. */
    static Sha512 sha512(Path file) throws IOException {
        return of(file, List.of(SHA_512)).sha512();
    }

    /** Digests by all of these algorithms, which every JDK has. */
    static Digests of(Path file, Collection<String> algorithms) throws IOException {
        var running = new LinkedHashMap<String, MessageDigest>();
        for (var algorithm : algorithms) {
            try {
                running.put(algorithm, MessageDigest.getInstance(algorithm));
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError("every JDK must provide " + algorithm, e);
            }
        }
        long length = 0;
        try (var in = Files.newInputStream(file)) {
            var buffer = new byte[1 << 20];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                for (var one : running.values()) {
                    one.update(buffer, 0, read);
                }
                length += read;
            }
        }
        var values = new LinkedHashMap<String, String>();
        running.forEach((name, one) -> values.put(name, HexFormat.of().formatHex(one.digest())));
        return new Digests(length, values);
    }

    /** One of those that were asked for. */
    String value(String algorithm) {
        return Objects.requireNonNull(values.get(algorithm));
    }

    Sha512 sha512() {
        return new Sha512(value(SHA_512));
    }
}
