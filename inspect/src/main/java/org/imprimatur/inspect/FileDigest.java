package org.imprimatur.inspect;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-512 of a file, read once from beginning to end. */
final class FileDigest {

    /** As much as stays in the processor's cache while it is copied and digested. */
    private static final int BUFFER = 1 << 17;

    private FileDigest() {}

    /**
     * The digest in lower-case hex. Ends early, with an exception, when the thread is interrupted.
     */
    static String sha512(Path file, ProgressListener listener) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var digest = MessageDigest.getInstance("SHA-512");
            // The digest works on arrays; a direct buffer would be copied once more.
            var buffer = ByteBuffer.allocate(BUFFER);
            long total = channel.size();
            long done = 0;
            int read;
            while ((read = channel.read(buffer.clear())) > 0) {
                digest.update(buffer.array(), 0, read);
                done += read;
                listener.progress(Stage.FILE_DIGEST, done, total);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK provides SHA-512", e);
        }
    }
}
