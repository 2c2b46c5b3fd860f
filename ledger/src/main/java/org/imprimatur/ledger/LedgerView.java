package org.imprimatur.ledger;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one reader has seen of one ledger, and the rule by which it believes more: the new
 * checkpoint must be signed by the ledger and be proven to continue the one seen before. Immutable:
 * looking again gives a new view, which the reader stores, or an alarm with the evidence.
 */
public final class LedgerView {

    private final NoteVerifier ledger;
    private final Set<NoteVerifier> witnesses;
    private final @Nullable VerifiedCheckpoint seen;

    private LedgerView(
            NoteVerifier ledger,
            Collection<NoteVerifier> witnesses,
            @Nullable VerifiedCheckpoint seen) {
        this.ledger = ledger;
        this.witnesses = Set.copyOf(witnesses);
        this.seen = seen;
    }

    /**
     * The view of a reader that has seen nothing yet, and therefore believes the first checkpoint
     * that the ledger has signed.
     */
    public static LedgerView unseen(NoteVerifier ledger, Collection<NoteVerifier> witnesses) {
        return new LedgerView(ledger, witnesses, null);
    }

    /** The same without witnesses. */
    public static LedgerView unseen(NoteVerifier ledger) {
        return unseen(ledger, List.of());
    }

    /** The view of a reader that has seen this checkpoint, for instance before it was restarted. */
    public LedgerView having(VerifiedCheckpoint checkpoint) {
        if (!checkpoint.origin().equals(ledger.name())) {
            throw new MalformedInput(
                    "a checkpoint of %s is none of %s"
                            .formatted(MalformedInput.quoted(checkpoint.origin()), ledger.name()));
        }
        return new LedgerView(ledger, witnesses, checkpoint);
    }

    /** The ledger's key. */
    public NoteVerifier ledger() {
        return ledger;
    }

    /** The last checkpoint that was believed; empty before the first. */
    public Optional<VerifiedCheckpoint> seen() {
        return Optional.ofNullable(seen);
    }

    /** Size and root of the last checkpoint that was believed; the empty tree before the first. */
    public TreeHead head() {
        return seen == null ? TreeHead.EMPTY : seen.head();
    }

    /** Where the proof comes from that one tree continues another. */
    @FunctionalInterface
    public interface ProofSource<X extends Exception> {

        /** A consistency proof between these sizes, {@code 0 < from < to}. */
        ConsistencyProof between(long from, long to) throws X;
    }

    /** What looking at a new checkpoint led to. */
    public sealed interface Look {

        /**
         * The same tree as before. The note may be newer and carry fresh cosignatures.
         *
         * @param view the view with the new note
         * @param latest the new note
         */
        record Same(LedgerView view, VerifiedCheckpoint latest) implements Look {}

        /**
         * The tree has grown, and its beginning is unchanged.
         *
         * @param view the view with the new checkpoint
         * @param from the size before
         * @param latest the new checkpoint
         */
        record Grown(LedgerView view, long from, VerifiedCheckpoint latest) implements Look {}

        /**
         * The ledger, or who answers in its name, must not be believed. The view stays as it was;
         * both notes are the evidence and are worth keeping.
         */
        sealed interface Alarm extends Look {

            /** The note that was believed before; null if there was none. */
            @Nullable SignedNote seen();

            /** The note that raised the alarm. */
            SignedNote offered();

            /** One sentence for people. */
            String explanation();
        }

        /** The new tree is smaller than one that the ledger has signed before. */
        record RolledBack(SignedNote seen, SignedNote offered, String explanation)
                implements Alarm {}

        /** Two trees that do not belong together: history was changed, or is shown in two ways. */
        record SplitView(SignedNote seen, SignedNote offered, String explanation)
                implements Alarm {}

        /** The ledger has signed a checkpoint of another name. */
        record WrongOrigin(@Nullable SignedNote seen, SignedNote offered, String explanation)
                implements Alarm {}

        /** The ledger has not signed it, or a known witness has, wrongly. */
        record BadSignature(@Nullable SignedNote seen, SignedNote offered, String explanation)
                implements Alarm {}

        /** The ledger has signed something that is not a checkpoint. */
        record NotACheckpoint(@Nullable SignedNote seen, SignedNote offered, String explanation)
                implements Alarm {}
    }

    /**
     * Looks at a checkpoint that somebody offers.
     *
     * @param offered the note
     * @param proofs asked once, and only if the tree has grown from one that is not empty
     * @throws MalformedInput if the source's data does not even have the form of a proof; that
     *     proves nothing against the ledger, and the reader should ask again
     * @throws X what the source throws
     */
    public <X extends Exception> Look look(SignedNote offered, ProofSource<X> proofs) throws X {
        var before = seen == null ? null : seen.note();
        return switch (VerifiedCheckpoint.check(offered, ledger, witnesses)) {
            case VerifiedCheckpoint.Check.BadSignature bad ->
                    new Look.BadSignature(before, offered, bad.explanation());
            case VerifiedCheckpoint.Check.WrongOrigin wrong ->
                    new Look.WrongOrigin(before, offered, wrong.explanation());
            case VerifiedCheckpoint.Check.NotACheckpoint not ->
                    new Look.NotACheckpoint(before, offered, not.explanation());
            case VerifiedCheckpoint.Check.Good good ->
                    seen == null
                            ? first(good.checkpoint())
                            : compare(seen, good.checkpoint(), proofs);
        };
    }

    /** The same, with the proof made from the tiles of the ledger. */
    public <X extends Exception> Look lookWithTiles(SignedNote offered, TileReader<X> tiles)
            throws X {
        return look(offered, (from, to) -> ConsistencyProof.read(from, to, tiles));
    }

    private Look first(VerifiedCheckpoint latest) {
        var view = having(latest);
        return latest.size() == 0 ? new Look.Same(view, latest) : new Look.Grown(view, 0, latest);
    }

    private <X extends Exception> Look compare(
            VerifiedCheckpoint old, VerifiedCheckpoint latest, ProofSource<X> proofs) throws X {
        if (latest.size() < old.size()) {
            return new Look.RolledBack(
                    old.note(),
                    latest.note(),
                    "%s has shrunk from %d to %d".formatted(origin(), old.size(), latest.size()));
        }
        if (latest.size() == old.size()) {
            return latest.head().equals(old.head())
                    ? new Look.Same(having(latest), latest)
                    : new Look.SplitView(
                            old.note(),
                            latest.note(),
                            "%s has signed two roots for size %d".formatted(origin(), old.size()));
        }
        if (old.size() > 0
                && !proofs.between(old.size(), latest.size()).proves(old.head(), latest.head())) {
            return new Look.SplitView(
                    old.note(),
                    latest.note(),
                    "%s cannot prove that its %d entries continue the %d seen before"
                            .formatted(origin(), latest.size(), old.size()));
        }
        return new Look.Grown(having(latest), old.size(), latest);
    }

    private String origin() {
        return ledger.name();
    }

    /** Origin and size. */
    @Override
    public String toString() {
        return "view of " + ledger.name() + " at " + head().size();
    }
}
