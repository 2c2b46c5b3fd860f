package org.imprimatur.node.catalogue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.imprimatur.ledger.MalformedInput;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.ledger.VerifiedCheckpoint;
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
 * <p>It is overwritten in place, since a rename for each commit gave the file system more to do. A
 * power cut may leave half written what was not on disk yet: so there are two places, and the one
 * that is on disk is left alone until the other one is.
 */
final class SignedHeadFile {

    /** A checkpoint and NUL bytes after it: a page, so that no two places share one. */
    private static final int PLACE = 4096;

    private static final int PLACES = 2;

    private final Path file;
    private final Path fresh;

    // Guarded by this: where the next checkpoint is written, and whether one was since the last
    // time that all was brought to disk.
    private int place;
    private boolean written;

    SignedHeadFile(Path file) {
        this.file = file;
        this.fresh = file.resolveSibling(file.getFileName() + ".new");
    }

    /**
     * The newest whole checkpoint; empty where there is no file.
     *
     * @throws LedgerFault when the file holds none that the ledger has signed
     */
    Optional<VerifiedCheckpoint> read(NoteVerifier ledger) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new StoreException("cannot read " + file + ": " + e, e);
        }
        var newest =
                IntStream.range(0, PLACES)
                        .mapToObj(i -> at(bytes, i))
                        .flatMap(found -> checkpoint(found, ledger))
                        .max(Comparator.comparing(VerifiedCheckpoint::size));
        if (newest.isEmpty()) {
            throw new LedgerFault(
                    "%s does not hold a checkpoint signed by ledger.key: the two belong to two ledgers, or the file is damaged; restore it, or remove it when you are sure that the database is not older than it should be"
                            .formatted(file));
        }
        return newest;
    }

    /** What stands in a place, without the NUL bytes after it. */
    private static byte[] at(byte[] bytes, int place) {
        int from = Math.min(bytes.length, place * PLACE);
        int end = Math.min(bytes.length, from + PLACE);
        while (end > from && bytes[end - 1] == 0) {
            end--;
        }
        return Arrays.copyOfRange(bytes, from, end);
    }

    private static Stream<VerifiedCheckpoint> checkpoint(byte[] bytes, NoteVerifier ledger) {
        try {
            return VerifiedCheckpoint.check(SignedNote.parse(bytes), ledger)
                            instanceof VerifiedCheckpoint.Check.Good(var checkpoint)
                    ? Stream.of(checkpoint)
                    : Stream.empty();
        } catch (MalformedInput _) {
            return Stream.empty();
        }
    }

    /** Puts the file there, on disk when this returns, whether or not there is one yet. */
    synchronized void begin(SignedNote checkpoint) {
        try {
            Files.write(fresh, Arrays.copyOf(checkpoint.bytes(), PLACES * PLACE));
            DurableFiles.sync(fresh);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            DurableFiles.sync(file.toAbsolutePath().getParent());
            place = 1;
        } catch (IOException e) {
            throw new StoreException("cannot write " + file + ": " + e, e);
        }
    }

    /** Remembers this checkpoint from now on. */
    synchronized void write(SignedNote checkpoint) throws IOException {
        var bytes = ByteBuffer.wrap(Arrays.copyOf(checkpoint.bytes(), PLACE));
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (long at = (long) place * PLACE; bytes.hasRemaining(); ) {
                at += channel.write(bytes, at);
            }
        }
        written = true;
    }

    /** Brings to disk what was written; what comes next leaves it alone. */
    synchronized void sync() throws IOException {
        if (written) {
            DurableFiles.sync(file);
            place = 1 - place;
            written = false;
        }
    }
}
