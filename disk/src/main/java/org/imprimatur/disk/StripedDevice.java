package org.imprimatur.disk;

import java.io.IOException;
import java.util.List;

/** A device put together from parts of others, one after the other or in stripes. */
final class StripedDevice implements BlockDevice {

    /**
     * A run of the device whose stripes lie on as many parts as it has, in turn.
     *
     * @param start of the run in the device
     * @param columns of equal size, each with the bytes of its stripes in order
     * @param stripe bytes of one stripe; of no meaning with one column
     */
    record Run(long start, List<BlockDevice> columns, long stripe) {

        Run {
            columns = List.copyOf(columns);
        }

        long size() {
            return columns.getFirst().size() * columns.size();
        }

        long end() {
            return start + size();
        }

        void read(long within, byte[] into, int at, int length) throws IOException {
            int count = columns.size();
            if (count == 1) {
                columns.getFirst().read(within, into, at, length);
                return;
            }
            long place = within;
            int to = at;
            int left = length;
            while (left > 0) {
                long number = place / stripe;
                long inStripe = place % stripe;
                int step = (int) Math.min(left, stripe - inStripe);
                columns.get((int) (number % count))
                        .read(number / count * stripe + inStripe, into, to, step);
                place += step;
                to += step;
                left -= step;
            }
        }

        /** The first place at or after this one that is data, or a hole; the size if none is. */
        long next(long within, boolean data) throws IOException {
            int count = columns.size();
            if (count == 1) {
                return next(columns.getFirst(), within, data);
            }
            long row = within / stripe / count;
            int here = (int) (within / stripe % count);
            long first = size();
            for (int i = 0; i < count; i++) {
                BlockDevice column = columns.get(i);
                // Where the column goes on at or after the place.
                long from =
                        i == here
                                ? row * stripe + within % stripe
                                : (i < here ? row + 1 : row) * stripe;
                if (from < column.size()) {
                    long found = next(column, from, data);
                    if (found < column.size()) {
                        first =
                                Math.min(
                                        first,
                                        (found / stripe * count + i) * stripe + found % stripe);
                    }
                }
            }
            return first;
        }

        private static long next(BlockDevice column, long at, boolean data) throws IOException {
            return data ? column.nextData(at) : column.nextHole(at);
        }
    }

    private final List<Run> runs;
    private final long size;

    /**
     * @param runs each beginning where the one before ends; not empty
     */
    StripedDevice(List<Run> runs) {
        this.runs = List.copyOf(runs);
        this.size = runs.getLast().end();
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void read(long offset, byte[] into, int at, int length) throws IOException {
        Ranges.check("a read", offset, length, size);
        long place = offset;
        int to = at;
        int left = length;
        for (int i = runAt(offset); left > 0; i++) {
            Run run = runs.get(i);
            int step = (int) Math.min(left, run.end() - place);
            run.read(place - run.start(), into, to, step);
            place += step;
            to += step;
            left -= step;
        }
    }

    /** The index of the run that a place below the size is in. */
    private int runAt(long place) {
        int low = 0;
        int high = runs.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (runs.get(middle).start() <= place) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    @Override
    public long nextData(long offset) throws IOException {
        return next(offset, true);
    }

    @Override
    public long nextHole(long offset) throws IOException {
        return next(offset, false);
    }

    private long next(long offset, boolean data) throws IOException {
        if (offset >= size) {
            return size;
        }
        for (int i = runAt(offset); i < runs.size(); i++) {
            Run run = runs.get(i);
            long found = run.next(Math.max(0, offset - run.start()), data);
            if (found < run.size()) {
                return run.start() + found;
            }
        }
        return size;
    }

    @Override
    public void close() {
        // Whoever opened the parts closes them.
    }
}
