package org.imprimatur.inspect.secrets;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.imprimatur.inspect.keys.PrivateKeys;

/**
 * Searches content for secrets in one pass: files, members of archives, stretches of a disk. What
 * it sees does not depend on how the content is cut into pieces.
 *
 * <p>Give each content to {@link #begin}, then its pieces to {@link #accept}, then ask {@link
 * #finish} for what was seen. One search serves any number of contents, one after the other; it is
 * for one thread. Memory is bounded whatever the content is.
 */
public final class SecretSearch {

    /** How far from its beginning a secret is looked at. */
    static final int AHEAD = PrivateKeys.MAX_BLOCK;

    /** How far before its beginning. */
    static final int BACK = 128;

    /** What is kept before the place that is searched next: a text may have begun before it. */
    private static final int BEHIND = 2 * BACK;

    private static final int STEP = 8 << 10;
    private static final int CAPACITY = 4 * AHEAD;

    /** Content with more secrets of one name is refused a longer list; it is found out. */
    private static final int MAX_OF_A_NAME = 64;

    private static final int MAX_SIGHTINGS = 4_096;

    private static final List<Format> FORMATS = Formats.all();
    private static final Literals LITERALS = Formats.literals(FORMATS);
    private static final Format[] FORMAT_OF_LITERAL = Formats.ofLiterals(FORMATS);

    static {
        if (LITERALS.longest() > BACK) {
            throw new AssertionError("a text is longer than what is kept of the content");
        }
    }

    private final byte[] buffer = new byte[CAPACITY];
    private final List<Sighting> seen = new ArrayList<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private final FileHead head = new FileHead();

    /** How much of the buffer is filled, and where in the content it begins. */
    private int filled;

    private long base;

    /** Every place before this was searched; every second place from the run's beginning on is. */
    private long place;

    /** Where the next piece begins if nothing is left out. */
    private long next;

    /**
     * Begins with new content; forgets any other.
     *
     * @param path by which the content is known, such as {@code /root/.netrc}; some files are told
     *     by it. Empty if it has none
     */
    public void begin(String path) {
        filled = 0;
        base = 0;
        place = 0;
        next = 0;
        seen.clear();
        counts.clear();
        head.begin(path);
    }

    /**
     * Takes a piece. Pieces come in rising order; what lies between two of them is not searched,
     * and nothing is seen across it. The array is not kept.
     *
     * @param offset of the piece in the content
     */
    public void accept(long offset, byte[] piece, int from, int length) {
        if (length == 0) {
            return;
        }
        head.accept(offset, piece, from, length);
        if (offset != next) {
            endRun();
            place = offset;
        }
        next = offset + length;
        int taken = 0;
        while (true) {
            if (filled == 0 || place - BEHIND >= offset) {
                direct(offset, piece, from, length);
                return;
            }
            if (taken == length) {
                return;
            }
            int count = Math.min(Math.min(length - taken, STEP), CAPACITY - filled);
            System.arraycopy(piece, from + taken, buffer, filled, count);
            filled += count;
            taken += count;
            int stop = search(buffer, 0, (int) (place - base), filled, base, false);
            place = base + stop;
            if (filled > CAPACITY - STEP) {
                keep(buffer, Math.max(0, stop - BEHIND), filled, base);
            }
        }
    }

    /** What was seen in the whole content, in order. */
    public List<Sighting> finish() {
        endRun();
        head.finish().forEach(this::add);
        var all = new ArrayList<>(seen);
        seen.clear();
        counts.clear();
        all.sort(Sighting.ORDER);
        return List.copyOf(all);
    }

    /** What kind of archive the last content is, if it is one that can be looked into. */
    public Optional<ArchiveKind> archive() {
        return head.archive();
    }

    /** Searches a piece where it lies, and keeps of it what the next one may need. */
    private void direct(long offset, byte[] piece, int from, int length) {
        int high = from + length;
        int begin = (int) Math.min(high, from + (place - offset));
        int stop = search(piece, from, begin, high, offset - from, false);
        place = Math.max(place, offset + (stop - from));
        keep(piece, Math.min(high, Math.max(from, stop - BEHIND)), high, offset - from);
    }

    /** Makes this the content of the buffer. */
    private void keep(byte[] data, int from, int to, long dataBase) {
        System.arraycopy(data, from, buffer, 0, to - from);
        filled = to - from;
        base = dataBase + from;
    }

    private void endRun() {
        if (filled > 0) {
            search(buffer, 0, (int) (place - base), filled, base, true);
            filled = 0;
        }
    }

    /**
     * Searches from one index on.
     *
     * @param last whether nothing follows; else the search stops where more is needed
     * @return the index of the first place that was not searched
     */
    private int search(byte[] data, int low, int from, int high, long dataBase, boolean last) {
        int limit = last ? high - 2 : high - LITERALS.longest() + 1;
        int fast = Math.min(limit, data.length - 3);
        int i = from;
        while (true) {
            i = LITERALS.next(data, i, fast);
            if (i >= limit) {
                return i;
            }
            var hits = LITERALS.at(data, i, low, high);
            if (!last) {
                for (var hit : hits) {
                    if (hit.start() + FORMAT_OF_LITERAL[hit.literal()].need() > high) {
                        return i;
                    }
                }
            }
            for (var hit : hits) {
                look(data, low, high, dataBase, hit);
            }
            i += Literals.STRIDE;
        }
    }

    private void look(byte[] data, int low, int high, long dataBase, Literals.Hit hit) {
        var format = FORMAT_OF_LITERAL[hit.literal()];
        int start = hit.start();
        var window =
                new Window(
                        data,
                        Math.max(low, start - BACK),
                        (int) Math.min(high, (long) start + format.need()),
                        dataBase);
        var sighting = format.test().at(window, start, start + LITERALS.length(hit.literal()));
        if (sighting != null) {
            add(sighting);
        }
    }

    private void add(Sighting sighting) {
        // With so many different secrets the content is found out, whatever else it holds.
        if (seen.size() < MAX_SIGHTINGS
                && counts.merge(sighting.name(), 1, Integer::sum) <= MAX_OF_A_NAME) {
            seen.add(sighting);
        }
    }
}
