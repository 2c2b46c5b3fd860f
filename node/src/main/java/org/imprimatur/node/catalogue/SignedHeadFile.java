package org.imprimatur.node.catalogue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.imprimatur.ledger.MalformedInput;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.node.store.StoreException;

/**
 * The newest checkpoint that this node has signed, beside its key and outside the database: so that
 * a database that was set back to an older copy is noticed.
 *
 * <p>Written after each commit by a rename, which a killed process cannot undo, and brought to disk
 * every few seconds and at the end. After a power cut it may therefore be some seconds old: it then
 * still notices every older copy than that, and never accuses a good database, since the database
 * is always ahead of it.
 */
final class SignedHeadFile {

    private final Path file;
    private final Path fresh;

    SignedHeadFile(Path file) {
        this.file = file;
        this.fresh = file.resolveSibling(file.getFileName() + ".new");
    }

    Optional<SignedNote> read() {
        try {
            return Files.exists(file)
                    ? Optional.of(SignedNote.parse(Files.readAllBytes(file)))
                    : Optional.empty();
        } catch (MalformedInput e) {
            throw new LedgerFault(
                    "%s does not hold a checkpoint (%s): restore it, or remove it when you are sure that the database is not older than it should be"
                            .formatted(file, e.getMessage()));
        } catch (IOException e) {
            throw new StoreException("cannot read " + file + ": " + e, e);
        }
    }

    void write(SignedNote checkpoint) throws IOException {
        Files.write(fresh, checkpoint.bytes());
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    void sync() throws IOException {
        if (Files.exists(file)) {
            DurableFiles.sync(file);
        }
    }
}
