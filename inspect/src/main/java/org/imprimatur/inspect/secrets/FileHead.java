package org.imprimatur.inspect.secrets;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.imprimatur.inspect.keys.KeyFiles;

/**
 * Keeps the beginning of content whose path or first bytes say that it may be secret as a whole,
 * and looks at it in the end.
 */
final class FileHead {

    /** By so many bytes a file is known to be of some kind. */
    private static final int FIRST = ArchiveKind.NEEDED;

    /** No file that is looked at as a whole is larger; of a larger one this is looked at. */
    private static final int MOST = 1 << 20;

    private byte[] kept = new byte[4 << 10];
    private String path = "";
    private int filled;
    private int wanted;
    private boolean goesOn;
    private boolean decided;
    private Optional<ArchiveKind> archive = Optional.empty();

    void begin(String name) {
        path = name;
        filled = 0;
        wanted = FIRST;
        goesOn = false;
        decided = false;
        archive = Optional.empty();
    }

    /** What kind of archive the content is; known once it is at its end. */
    Optional<ArchiveKind> archive() {
        return archive;
    }

    void accept(long offset, byte[] piece, int from, int length) {
        if (goesOn || decided && wanted == 0) {
            return;
        }
        int taken = 0;
        while (offset == filled - taken && taken < length) {
            if (filled == wanted) {
                if (decided) {
                    break;
                }
                decide();
                if (wanted == 0) {
                    return;
                }
            }
            int count = Math.min(length - taken, wanted - filled);
            if (filled + count > kept.length) {
                kept =
                        Arrays.copyOf(
                                kept, Math.min(MOST, Math.max(2 * kept.length, filled + count)));
            }
            System.arraycopy(piece, from + taken, kept, filled, count);
            filled += count;
            taken += count;
        }
        goesOn = taken < length;
    }

    private void decide() {
        decided = true;
        archive = ArchiveKind.of(kept, filled);
        boolean file = !path.isEmpty() && KnownFiles.isKnown(path);
        var first = Arrays.copyOf(kept, Math.min(filled, FIRST));
        wanted = file || KeyFiles.isCandidate(first) || Kerberos.isCandidate(first) ? MOST : 0;
    }

    /** What the content as a whole is. */
    List<Sighting> finish() {
        if (!decided) {
            decide();
        }
        if (wanted == 0 || filled == 0) {
            return List.of();
        }
        var content = Arrays.copyOf(kept, filled);
        var seen = new ArrayList<Sighting>();
        var key = KeyFiles.of(content, !goesOn);
        if (key != null) {
            seen.add(Sighting.of(0, key));
        }
        var ticket = Kerberos.of(content);
        if (!ticket.isEmpty()) {
            seen.add(Sighting.of(0, SecretKind.TOKEN, ticket));
        }
        if (!path.isEmpty()) {
            seen.addAll(KnownFiles.in(path, content));
        }
        return seen;
    }
}
