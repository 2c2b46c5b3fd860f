package org.imprimatur.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A checkpoint whose signature by its ledger was found good. There is no other way to get one than
 * {@link #check}. Consistency with an earlier one is another question: see {@link LedgerView}.
 */
public final class VerifiedCheckpoint {

    private final SignedNote note;
    private final Checkpoint checkpoint;
    private final List<VerifiedSignature> signatures;

    private VerifiedCheckpoint(
            SignedNote note, Checkpoint checkpoint, List<VerifiedSignature> signatures) {
        this.note = note;
        this.checkpoint = checkpoint;
        this.signatures = List.copyOf(signatures);
    }

    /** What checking a note as a checkpoint of a certain ledger led to. */
    public sealed interface Check {

        /** The ledger has signed it. */
        record Good(VerifiedCheckpoint checkpoint) implements Check {}

        /** The ledger has not signed it, or a known witness has, wrongly. */
        record BadSignature(String explanation) implements Check {}

        /** The ledger's key has signed the checkpoint of something with another name. */
        record WrongOrigin(String explanation) implements Check {}

        /** The ledger's key has signed something that is not a checkpoint. */
        record NotACheckpoint(String explanation) implements Check {}
    }

    /**
     * Checks a note against the key of its ledger. The key's name is the ledger's origin.
     *
     * @param ledger the ledger's key
     * @param witnesses keys of known cosigners, whose cosignatures are checked where present
     */
    public static Check check(
            SignedNote note, NoteVerifier ledger, Collection<NoteVerifier> witnesses) {
        var keys = new ArrayList<NoteVerifier>(witnesses);
        keys.add(ledger);
        return switch (note.check(keys)) {
            case NoteCheck.Rejected rejected -> new Check.BadSignature(rejected.explanation());
            case NoteCheck.Verified verified when verified.by(ledger).isEmpty() ->
                    new Check.BadSignature("the ledger %s has not signed".formatted(ledger));
            case NoteCheck.Verified verified -> read(note, ledger, verified);
        };
    }

    /** The same without witnesses. */
    public static Check check(SignedNote note, NoteVerifier ledger) {
        return check(note, ledger, List.of());
    }

    private static Check read(SignedNote note, NoteVerifier ledger, NoteCheck.Verified verified) {
        Checkpoint checkpoint;
        try {
            checkpoint = Checkpoint.parse(verified.text());
        } catch (MalformedInput malformed) {
            return new Check.NotACheckpoint(malformed.explanation());
        }
        if (!checkpoint.origin().equals(ledger.name())) {
            return new Check.WrongOrigin(
                    "the key of %s has signed a checkpoint of %s"
                            .formatted(ledger.name(), MalformedInput.quoted(checkpoint.origin())));
        }
        return new Check.Good(new VerifiedCheckpoint(note, checkpoint, verified.signatures()));
    }

    /** The note exactly as it came. */
    public SignedNote note() {
        return note;
    }

    /** What it says. */
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /** Size and root. */
    public TreeHead head() {
        return checkpoint.head();
    }

    /** The ledger's name. */
    public String origin() {
        return checkpoint.origin();
    }

    /** Number of entries. */
    public long size() {
        return checkpoint.size();
    }

    /** All signatures that were checked, the ledger's own and those of known witnesses. */
    public List<VerifiedSignature> signatures() {
        return signatures;
    }

    /** The latest moment at which a known witness saw this checkpoint; empty if none has. */
    public Optional<Instant> cosignedAt() {
        return signatures.stream().flatMap(s -> s.time().stream()).max(Instant::compareTo);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VerifiedCheckpoint that
                && note.equals(that.note)
                && signatures.equals(that.signatures);
    }

    @Override
    public int hashCode() {
        return note.hashCode();
    }

    /** Origin and size. */
    @Override
    public String toString() {
        return origin() + " at " + size();
    }
}
