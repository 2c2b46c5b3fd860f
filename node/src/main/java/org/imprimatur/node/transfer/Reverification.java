package org.imprimatur.node.transfer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.imprimatur.register.Sha512;

/**
 * Reads a file of the store once more, where it is. It goes on being offered meanwhile, since its
 * bytes were verified and nothing says that they are others.
 */
final class Reverification {

    private static final int AT_ONCE = 1 << 18;

    private final Path file;
    private final Sha512 digest;
    private final Thread thread;
    private volatile boolean stopped;

    private Reverification(Path file, Sha512 digest, Consumer<Boolean> told) {
        this.file = file;
        this.digest = digest;
        this.thread =
                Thread.ofPlatform()
                        .daemon()
                        .priority(Thread.MIN_PRIORITY)
                        .name("verify " + file)
                        .unstarted(
                                () -> {
                                    boolean good = good();
                                    if (!stopped) {
                                        told.accept(good);
                                    }
                                });
    }

    /**
     * Begins.
     *
     * @param told whether the file has that digest, unless it is stopped before
     */
    static Reverification start(Path file, Sha512 digest, Consumer<Boolean> told) {
        var reverification = new Reverification(file, digest, told);
        reverification.thread.start();
        return reverification;
    }

    private boolean good() {
        var sha512 = PrefixDigest.sha512();
        var buffer = new byte[AT_ONCE];
        try (var in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0 && !stopped; read = in.read(buffer)) {
                sha512.update(buffer, 0, read);
            }
        } catch (IOException e) {
            return false; // what cannot be read cannot be used either
        }
        return Sha512.ofBytes(sha512.digest()).equals(digest);
    }

    /** Ends it soon, and says nothing more. */
    void stop() {
        stopped = true;
    }
}
