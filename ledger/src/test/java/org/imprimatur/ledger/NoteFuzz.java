package org.imprimatur.ledger;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Notes from anybody, read as checkpoints: verified, or refused. */
public final class NoteFuzz {

    private NoteFuzz() {}

    /** One input. */
    public static void fuzzerTestOneInput(byte[] input) {
        SignedNote note;
        try {
            note = SignedNote.parse(input);
        } catch (MalformedInput refused) {
            return;
        }
        if (!Arrays.equals(note.bytes(), input)) {
            throw new AssertionError("a note with two spellings");
        }
        VerifiedCheckpoint.check(
                note, SampleKeys.ledger(), List.of(SampleKeys.witness().verifier()));
        Checkpoint checkpoint;
        try {
            checkpoint = Checkpoint.parse(note.text());
        } catch (MalformedInput refused) {
            return;
        }
        if (!checkpoint.text().equals(note.text())) {
            throw new AssertionError("a checkpoint with two spellings");
        }
    }

    /** The named bad files, and a good one. */
    public static Stream<byte[]> seeds() {
        return HostileFiles.of("note");
    }
}
