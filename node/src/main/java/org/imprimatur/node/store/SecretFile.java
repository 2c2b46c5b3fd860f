package org.imprimatur.node.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Supplier;

/** A key of the node in a file of its own, which only the node's user may read. */
public final class SecretFile {

    private SecretFile() {}

    /**
     * Reads the secret; makes it where there is none, on disk when this returns.
     *
     * @throws IOException when it can be neither read nor made; the message does not show it
     */
    public static String readOrMake(Path file, Supplier<String> secret) throws IOException {
        if (!Files.exists(file)) {
            make(file, secret.get());
        }
        return Files.readString(file).strip();
    }

    private static void make(Path file, String secret) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(
                fresh,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, secret + "\n");
        DurableFiles.sync(fresh);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.sync(file.toAbsolutePath().getParent());
    }
}
