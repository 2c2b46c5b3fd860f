package org.imprimatur.exchange.oci;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongConsumer;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;

/**
 * What a file's bytes are known by: registries use SHA-256, endorsements SHA-512.
 *
 * @param size in bytes
 */
public record FileDigests(Sha256 sha256, Sha512 sha512, long size) {

    /** Digests a file in one pass. */
    public static FileDigests of(Path file, LongConsumer progress) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var running = new Running(progress);
            running.all(in);
            return running.digests();
        }
    }

    /** Both digests of what comes, as it comes. */
    static final class Running {

        private final MessageDigest sha256 = digest("SHA-256");
        private final MessageDigest sha512 = digest("SHA-512");
        private final LongConsumer progress;
        private long size;

        Running(LongConsumer progress) {
            this.progress = progress;
        }

        private static MessageDigest digest(String algorithm) {
            try {
                return MessageDigest.getInstance(algorithm);
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError("every JDK must provide " + algorithm, e);
            }
        }

        void update(byte[] buffer, int length) {
            sha256.update(buffer, 0, length);
            sha512.update(buffer, 0, length);
            size += length;
            progress.accept(size);
        }

        void all(InputStream in) throws IOException {
            var buffer = new byte[1 << 18];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                update(buffer, read);
            }
        }

        long size() {
            return size;
        }

        /** Ends it. */
        FileDigests digests() {
            return new FileDigests(
                    new Sha256(HexFormat.of().formatHex(sha256.digest())),
                    Sha512.ofBytes(sha512.digest()),
                    size);
        }
    }
}
