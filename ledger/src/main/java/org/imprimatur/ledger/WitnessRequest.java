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

    /** The body as it is sent. */
    public byte[] bytes() {
        var lines = new ArrayList<String>();
        lines.add(OLD + old);
        hashes.forEach(hash -> lines.add(hash.base64()));
        return new NoteBody(lines, note).bytes();
    }
}
