package org.imprimatur.ledger;

import java.util.ArrayList;
import java.util.List;

/**
 * What a ledger sends to a witness: the size that the witness has cosigned last, a proof from
 * there, and the new checkpoint (C2SP tlog-witness, {@code add-checkpoint}).
 *
 * @param old the size from which the proof leads; 0 if the witness has seen nothing
 * @param hashes the consistency proof
 * @param note the new checkpoint
 */
public record WitnessRequest(long old, List<Hash> hashes, SignedNote note) {

    /** The longest request that is accepted, in bytes. */
    public static final int MAX_BYTES = NoteBody.MAX_BYTES;

    private static final String OLD = "old ";

    /**
     * @throws MalformedInput if the size is negative or there are more than 63 hashes
     */
    public WitnessRequest {
        if (old < 0) {
            throw new MalformedInput("old size is negative: " + old);
        }
        if (hashes.size() > ConsistencyProof.MAX_HASHES) {
            throw new MalformedInput("a proof has at most 63 hashes, not " + hashes.size());
        }
        hashes = List.copyOf(hashes);
    }

    /** The request that submits this checkpoint with this proof. */
    public static WitnessRequest of(ConsistencyProof proof, SignedNote checkpoint) {
        return new WitnessRequest(proof.from(), proof.hashes(), checkpoint);
    }

    /**
     * Reads a request's body.
     *
     * @throws MalformedInput if the bytes are anything else
     */
    public static WitnessRequest parse(byte[] bytes) {
        var body = NoteBody.parse(bytes, "witness request");
        var lines = body.lines();
        if (lines.isEmpty() || !lines.getFirst().startsWith(OLD)) {
            throw new MalformedInput("witness request does not begin with an old size");
        }
        return new WitnessRequest(
                StrictText.decimal(lines.getFirst().substring(OLD.length()), "old size"),
                NoteBody.hashes(lines.subList(1, lines.size())),
                body.note());
    }

    /**
     * The first line of the checkpoint: which ledger this is about. Nothing about it is verified.
     */
    public String origin() {
        return note.text().substring(0, note.text().indexOf('\n'));
    }

    /**
     * What a witness makes of a request, in the order in which C2SP tlog-witness has it looked at.
     */
    public sealed interface Judgement {

        /** The checkpoint is signed, and continues what the witness has cosigned last. */
        record Consistent(VerifiedCheckpoint checkpoint) implements Judgement {}

        /** The ledger has not signed it. */
        record NotSigned(String explanation) implements Judgement {}

        /** It is no checkpoint, or older than the size from which its proof should lead. */
        record Malformed(String explanation) implements Judgement {}

        /**
         * The proof leads from another size than the one cosigned last.
         *
         * @param latest the size cosigned last
         */
        record OtherSize(long latest) implements Judgement {}

        /** The proof proves nothing. That accuses nobody: whoever sent it may have made it up. */
        record NotProven(String explanation) implements Judgement {}

        /**
         * The ledger has signed another root for the size that was cosigned last.
         *
         * @param checkpoint what it has signed now
         */
        record SplitView(VerifiedCheckpoint checkpoint, String explanation) implements Judgement {}
    }

    /**
     * Judges this request.
     *
     * @param ledger the key of the ledger with this {@linkplain #origin() origin}
     * @param latest what the witness has cosigned last of it; the empty tree for nothing yet
     */
    public Judgement judge(NoteVerifier ledger, TreeHead latest) {
        return switch (VerifiedCheckpoint.check(note, ledger)) {
            case VerifiedCheckpoint.Check.BadSignature bad ->
                    new Judgement.NotSigned(bad.explanation());
            case VerifiedCheckpoint.Check.WrongOrigin wrong ->
                    new Judgement.NotSigned(wrong.explanation());
            case VerifiedCheckpoint.Check.NotACheckpoint _
                    when emptyTreeWithAnotherRoot(note.text()) ->
                    new Judgement.NotProven("a tree of size 0 has another root than the empty one");
            case VerifiedCheckpoint.Check.NotACheckpoint not ->
                    new Judgement.Malformed(not.explanation());
            case VerifiedCheckpoint.Check.Good good -> judge(good.checkpoint(), latest);
        };
    }

    private Judgement judge(VerifiedCheckpoint offered, TreeHead latest) {
        if (old > offered.size()) {
            return new Judgement.Malformed(
                    "the old size %d is above the checkpoint's, %d".formatted(old, offered.size()));
        }
        if (old != latest.size()) {
            return new Judgement.OtherSize(latest.size());
        }
        if (old == offered.size() && !latest.equals(offered.head())) {
            return new Judgement.SplitView(
                    offered,
                    "%s has signed two roots for size %d".formatted(offered.origin(), old));
        }
        return new ConsistencyProof(old, offered.size(), hashes).proves(latest, offered.head())
                ? new Judgement.Consistent(offered)
                : new Judgement.NotProven(
                        "the proof does not lead from %d to the root of %d entries"
                                .formatted(old, offered.size()));
    }

    /** Signed, but nothing that a {@link TreeHead} can say: the specification tells it apart. */
    private static boolean emptyTreeWithAnotherRoot(String text) {
        var lines = text.split("\n", 4);
        if (lines.length < 3 || !lines[1].equals("0")) {
            return false;
        }
        try {
            return !Hash.parseBase64(lines[2]).equals(Hash.EMPTY_TREE);
        } catch (MalformedInput noHash) {
            return false;
        }
    }

    /** The body as it is sent. */
    public byte[] bytes() {
        var lines = new ArrayList<String>();
        lines.add(OLD + old);
        hashes.forEach(hash -> lines.add(hash.base64()));
        return new NoteBody(lines, note).bytes();
    }
}
