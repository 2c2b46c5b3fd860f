package org.imprimatur.node.catalogue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import org.imprimatur.ledger.MalformedInput;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.node.store.DurableFiles;
import org.imprimatur.node.store.StoreException;

/**
 * The newest checkpoint that this node has signed, beside its key and outside the database: so that
 * a database that was set back to an older copy is noticed.
 *
 * <p>Written after each commit, which a killed process cannot undo, and brought to disk every few
 * seconds and at the end. After a power cut it may therefore be some seconds old: it then still
 * notices every older copy than that, and never accuses a good database, since the database is
 * always ahead of it.
 *
 * <p>It is overwritten in place and does not change its length, since a rename for each commit gave
 * the file system more to do. Should a power cut leave it half written, the node says so at its
 * start; the ledger itself is in the database.
 */
final class SignedHeadFile {

    /** A checkpoint and NUL bytes after it: one sector of a disk. */
    private static final int LENGTH = 512;

    private final Path file;
    private final Path fresh;

    SignedHeadFile(Path file) {
        this.file = file;
        this.fresh = file.resolveSibling(file.getFileName() + ".new");
    }

    Optional<SignedNote> read() {
        try {
            return Files.exists(file)
                    ? Optional.of(SignedNote.parse(unpadded(Files.readAllBytes(file))))
                    : Optional.empty();
        } catch (MalformedInput e) {
            throw new LedgerFault(
                    "%s does not hold a checkpoint (%s): restore it, or remove it when you are sure that the database is not older than it should be"
                            .formatted(file, e.getMessage()));
        } catch (IOException e) {
            throw new StoreException("cannot read " + file + ": " + e, e);
        }
    }

    /** Puts the file there, on disk when this returns, whether or not there is one yet. */
    void begin(SignedNote checkpoint) {
        try {
            Files.write(fresh, padded(checkpoint));
            DurableFiles.sync(fresh);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            DurableFiles.sync(file.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw new StoreException("cannot write " + file + ": " + e, e);
        }
    }

    /** Remembers this checkpoint from now on. */
    void write(SignedNote checkpoint) throws IOException {
        Files.write(file, padded(checkpoint), StandardOpenOption.WRITE);
    }

    void sync() throws IOException {
        if (Files.exists(file)) {
            DurableFiles.sync(file);
        }
    }

    private static byte[] padded(SignedNote checkpoint) {
        byte[] bytes = checkpoint.bytes();
        return Arrays.copyOf(bytes, Math.ceilDiv(bytes.length, LENGTH) * LENGTH);
    }

    private static byte[] unpadded(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return Arrays.copyOf(bytes, end);
    }
}
