package org.imprimatur.node.catalogue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.NoteSignature;
import org.imprimatur.ledger.SignedNote;

/**
 * What witnesses have said of this ledger's checkpoints, to be shown with them. A checkpoint is
 * shown before anybody has cosigned it, since a revocation must not wait for a witness; who wants
 * cosignatures asks for the newest checkpoint that has enough of them.
 */
public final class Cosignatures {

    /** No checkpoint is shown with more cosignatures. */
    public static final int MOST = 16;

    private static final int REMEMBERED = 4;

    // Guarded by this. By text, the oldest goes first.
    private final Map<String, SignedNote> byText =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, SignedNote> eldest) {
                    return size() > REMEMBERED;
                }
            };

    // Guarded by this. At n the newest checkpoint with n cosignatures or more.
    private final Map<Integer, SignedNote> newest = new TreeMap<>();

    /** A checkpoint with all that witnesses have said of it. */
    public synchronized SignedNote shown(SignedNote checkpoint) {
        return byText.getOrDefault(checkpoint.text(), checkpoint);
    }

    /** The newest checkpoint with at least so many cosignatures. */
    public synchronized Optional<SignedNote> newest(int least) {
        return Optional.ofNullable(newest.get(least));
    }

    /** The newest checkpoints by the number of cosignatures that they have at least. */
    public synchronized Map<Integer, SignedNote> newest() {
        return Map.copyOf(newest);
    }

    /**
     * Takes a cosignature, which replaces an older one of the same key.
     *
     * @param checkpoint with the ledger's signature
     * @param cosignature found good
     */
    public synchronized void add(SignedNote checkpoint, NoteSignature cosignature) {
        var signatures = new ArrayList<>(shown(checkpoint).signatures());
        signatures.removeIf(s -> sameKey(s, cosignature));
        if (signatures.size() > MOST) {
            return;
        }
        signatures.add(cosignature);
        keep(new SignedNote(checkpoint.text(), signatures));
    }

    /** Takes a checkpoint with its cosignatures, as it was kept. */
    public synchronized void restore(SignedNote cosigned) {
        keep(cosigned);
    }

    private void keep(SignedNote note) {
        byText.remove(note.text());
        byText.put(note.text(), note);
        long size = size(note);
        int count = Math.min(MOST, note.signatures().size() - 1);
        for (int least = 1; least <= count; least++) {
            var known = newest.get(least);
            if (known == null || size(known) <= size) {
                newest.put(least, note);
            }
        }
    }

    private static boolean sameKey(NoteSignature one, NoteSignature other) {
        return one.keyId() == other.keyId() && one.name().equals(other.name());
    }

    private static long size(SignedNote note) {
        return Checkpoint.parse(note.text()).size();
    }
}
