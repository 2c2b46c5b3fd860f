package org.imprimatur.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Proof, in one file that needs no network, that an entry is in a ledger: a position, a path and a
 * checkpoint (C2SP tlog-proof). Nothing about it is verified before {@link #check}.
 */
public final class ProofFile {

    /** The longest file that is accepted, in bytes. */
    public static final int MAX_BYTES = NoteBody.MAX_BYTES;

    private static final String HEADER = "c2sp.org/tlog-proof@v1";
    private static final String EXTRA = "extra ";
    private static final String INDEX = "index ";

    private final byte @Nullable [] extra;
    private final long index;
    private final List<Hash> hashes;
    private final SignedNote note;

    private ProofFile(byte @Nullable [] extra, long index, List<Hash> hashes, SignedNote note) {
        if (hashes.size() > InclusionProof.MAX_HASHES) {
            throw new MalformedInput("a proof has at most 63 hashes, not " + hashes.size());
        }
        this.extra = extra == null ? null : extra.clone();
        this.index = index;
        this.hashes = List.copyOf(hashes);
        this.note = note;
    }

    /** The file for this proof; the checkpoint's size must be the proof's. */
    public static ProofFile of(InclusionProof proof, SignedNote checkpoint) {
        long size = Checkpoint.parse(checkpoint.text()).size();
        if (size != proof.size()) {
            throw new MalformedInput(
                    "a proof for size %d does not go with a checkpoint of size %d"
                            .formatted(proof.size(), size));
        }
        return new ProofFile(null, proof.index(), proof.hashes(), checkpoint);
    }

    /**
     * Reads a proof file.
     *
     * @throws MalformedInput if the bytes are anything else
     */
    public static ProofFile parse(byte[] bytes) {
        var body = NoteBody.parse(bytes, "proof file");
        var lines = body.lines();
        if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
            throw new MalformedInput("proof file does not begin with " + HEADER);
        }
        boolean extra = lines.size() > 1 && lines.get(1).startsWith(EXTRA);
        int at = extra ? 2 : 1;
        if (lines.size() <= at || !lines.get(at).startsWith(INDEX)) {
            throw new MalformedInput("proof file has no index line where it should be");
        }
        return new ProofFile(
                extra ? StrictText.base64(lines.get(1).substring(EXTRA.length()), "extra") : null,
                StrictText.decimal(lines.get(at).substring(INDEX.length()), "index"),
                NoteBody.hashes(lines.subList(at + 1, lines.size())),
                body.note());
    }

    /** The same from text. */
    public static ProofFile parse(String text) {
        return parse(StrictText.utf8(text, "proof file"));
    }

    /** The same file with data that nothing authenticates. */
    public ProofFile withExtra(byte[] data) {
        return new ProofFile(data, index, hashes, note);
    }

    /** Data that came along and that nothing authenticates. */
    public Optional<byte[]> extra() {
        return extra == null ? Optional.empty() : Optional.of(extra.clone());
    }

    /** The position that the file claims for its entry. */
    public long index() {
        return index;
    }

    /** The path that the file claims, leaf sibling first. */
    public List<Hash> hashes() {
        return hashes;
    }

    /** The checkpoint note, as it came. */
    public SignedNote note() {
        return note;
    }

    /** Whether an entry is proven to be in a ledger. */
    public sealed interface Check {

        /**
         * It is.
         *
         * @param index where it stands
         * @param checkpoint the checkpoint that says so
         */
        record Proven(long index, VerifiedCheckpoint checkpoint) implements Check {}

        /**
         * It is not proven.
         *
         * @param explanation one sentence for people
         */
        record NotProven(String explanation) implements Check {}
    }

    /**
     * Checks that the ledger with this key holds the entry with this leaf hash.
     *
     * @param witnesses keys of known cosigners, whose cosignatures are checked where present; a
     *     quorum of them is the caller's rule
     */
    public Check check(Hash leaf, NoteVerifier ledger, List<NoteVerifier> witnesses) {
        return switch (VerifiedCheckpoint.check(note, ledger, witnesses)) {
            case VerifiedCheckpoint.Check.BadSignature bad ->
                    new Check.NotProven(bad.explanation());
            case VerifiedCheckpoint.Check.WrongOrigin wrong ->
                    new Check.NotProven(wrong.explanation());
            case VerifiedCheckpoint.Check.NotACheckpoint not ->
                    new Check.NotProven(not.explanation());
            case VerifiedCheckpoint.Check.Good good -> check(leaf, good.checkpoint());
        };
    }

    /** The same without witnesses. */
    public Check check(Hash leaf, NoteVerifier ledger) {
        return check(leaf, ledger, List.of());
    }

    private Check check(Hash leaf, VerifiedCheckpoint checkpoint) {
        long size = checkpoint.size();
        if (index >= size) {
            return new Check.NotProven(
                    "entry %d cannot be in %s, which has %d"
                            .formatted(index, checkpoint.origin(), size));
        }
        return new InclusionProof(index, size, hashes).proves(leaf, checkpoint.head())
                ? new Check.Proven(index, checkpoint)
                : new Check.NotProven(
                        "the path does not lead from this entry at %d to the root of %s at %d"
                                .formatted(index, checkpoint.origin(), size));
    }

    /** The file as it is kept and sent. */
    public byte[] bytes() {
        var lines = new ArrayList<String>();
        lines.add(HEADER);
        if (extra != null) {
            lines.add(EXTRA + StrictText.base64(extra));
        }
        lines.add(INDEX + index);
        hashes.forEach(hash -> lines.add(hash.base64()));
        return new NoteBody(lines, note).bytes();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ProofFile that
                && Arrays.equals(extra, that.extra)
                && index == that.index
                && hashes.equals(that.hashes)
                && note.equals(that.note);
    }

    @Override
    public int hashCode() {
        return Objects.hash(index, hashes, note);
    }

    /** The file's text. */
    @Override
    public String toString() {
        return new String(bytes(), UTF_8);
    }
}
