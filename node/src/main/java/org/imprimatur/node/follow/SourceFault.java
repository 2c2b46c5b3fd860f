package org.imprimatur.node.follow;

import java.util.Optional;
import org.imprimatur.ledger.ForkProof;
import org.imprimatur.ledger.SignedNote;
import org.jspecify.annotations.Nullable;

/** What a source served is not what an honest ledger serves. */
final class SourceFault extends Exception {

    private static final long serialVersionUID = 1;

    /** What was found; the names are those of the evidence files. */
    enum Kind {
        ROLLED_BACK("rolled-back"),
        FROZEN("frozen"),
        TRUNCATED("truncated-tree"),
        SPLIT_VIEW("split-view"),
        WRONG_ORIGIN("wrong-origin"),
        BAD_SIGNATURE("bad-signature"),
        NOT_A_CHECKPOINT("not-a-checkpoint"),
        MALFORMED_DATA("malformed-data"),
        WRONG_ENTRIES("wrong-entries"),
        BAD_ENTRY("bad-entry"),
        DISPUTED_ENTRY("disputed-entry"),
        WRONG_STATUS("wrong-status");

        private final String wire;

        Kind(String wire) {
            this.wire = wire;
        }

        String wire() {
            return wire;
        }
    }

    private final Kind kind;
    private final String explanation;
    private final boolean lasting;
    private final transient @Nullable SignedNote seen;
    private final transient byte @Nullable [] offered;
    private final transient byte @Nullable [] entry;
    private final long index;
    private final transient @Nullable ForkProof fork;

    private SourceFault(
            Kind kind,
            String explanation,
            boolean lasting,
            @Nullable SignedNote seen,
            byte @Nullable [] offered,
            byte @Nullable [] entry,
            long index,
            @Nullable ForkProof fork) {
        super(explanation, null, false, false);
        this.kind = kind;
        this.explanation = explanation;
        this.lasting = lasting;
        this.seen = seen;
        this.offered = offered;
        this.entry = entry;
        this.index = index;
        this.fork = fork;
    }

    /** A fault that is over when the source serves what it should. */
    static SourceFault passing(
            Kind kind, String explanation, @Nullable SignedNote seen, byte @Nullable [] offered) {
        return new SourceFault(kind, explanation, false, seen, offered, null, 0, null);
    }

    /** A fault that two signatures of the ledger prove: only a person ends it. */
    static SourceFault lasting(
            Kind kind, String explanation, @Nullable SignedNote seen, byte[] offered) {
        return new SourceFault(kind, explanation, true, seen, offered, null, 0, null);
    }

    /** Two trees of which one does not continue the other, and the proof of that. */
    static SourceFault forked(String explanation, SignedNote seen, byte[] offered, ForkProof fork) {
        return new SourceFault(Kind.SPLIT_VIEW, explanation, true, seen, offered, null, 0, fork);
    }

    /** An entry that the ledger should not have admitted. */
    static SourceFault entry(
            long index, String explanation, @Nullable SignedNote checkpoint, byte[] entry) {
        return entry(Kind.BAD_ENTRY, index, explanation, checkpoint, entry);
    }

    /** An entry that the ledger could admit, and on which nobody should rely any more. */
    static SourceFault disputed(
            long index, String explanation, @Nullable SignedNote checkpoint, byte[] entry) {
        return entry(Kind.DISPUTED_ENTRY, index, explanation, checkpoint, entry);
    }

    private static SourceFault entry(
            Kind kind,
            long index,
            String explanation,
            @Nullable SignedNote checkpoint,
            byte[] entry) {
        return new SourceFault(
                kind,
                "entry %d: %s".formatted(index, explanation),
                false,
                checkpoint,
                null,
                entry,
                index,
                null);
    }

    Kind kind() {
        return kind;
    }

    /** One sentence for people. */
    String explanation() {
        return explanation;
    }

    boolean lasting() {
        return lasting;
    }

    Optional<SignedNote> seen() {
        return Optional.ofNullable(seen);
    }

    Optional<byte[]> offered() {
        return Optional.ofNullable(offered);
    }

    Optional<byte[]> entry() {
        return Optional.ofNullable(entry);
    }

    /** Where the entry stands, if there is one. */
    long index() {
        return index;
    }

    Optional<ForkProof> fork() {
        return Optional.ofNullable(fork);
    }
}
