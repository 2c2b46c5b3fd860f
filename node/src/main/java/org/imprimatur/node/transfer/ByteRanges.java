package org.imprimatur.node.transfer;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A set of bytes of a file, as ranges that neither overlap nor touch. Not safe for threads. */
final class ByteRanges {

    /**
     * A range of bytes that is not empty.
     *
     * @param to first byte behind it
     */
    record Range(long from, long to) {

        Range {
            if (from < 0 || to <= from) {
                throw new IllegalArgumentException("no range: " + from + " to " + to);
            }
        }

        long length() {
            return to - from;
        }
    }

    private final TreeMap<Long, Long> ends = new TreeMap<>();
    private long count;

    /** Adds bytes, whether some of them are there or not. */
    void add(long from, long to) {
        if (from >= to) {
            return;
        }
        long start = from;
        long end = to;
        var before = ends.floorEntry(from);
        if (before != null && before.getValue() >= from) {
            start = before.getKey();
        }
        for (var next = ends.ceilingEntry(start);
                next != null && next.getKey() <= end;
                next = ends.higherEntry(next.getKey())) {
            end = Math.max(end, next.getValue());
            count -= next.getValue() - next.getKey();
            ends.remove(next.getKey());
        }
        ends.put(start, end);
        count += end - start;
    }

    /** Takes bytes out, whether they are there or not. */
    void remove(long from, long to) {
        if (from >= to) {
            return;
        }
        var last = ends.lowerEntry(to);
        while (last != null && last.getValue() > from) {
            long start = last.getKey();
            long end = last.getValue();
            ends.remove(start);
            count -= end - start;
            if (end > to) {
                ends.put(to, end);
                count += end - to;
            }
            if (start < from) {
                ends.put(start, from);
                count += from - start;
                return;
            }
            last = ends.lowerEntry(start);
        }
    }

    /** Forgets all. */
    void clear() {
        ends.clear();
        count = 0;
    }

    /** How many bytes there are. */
    long count() {
        return count;
    }

    /** How many bytes there are from 0 on, without a gap. */
    long prefix() {
        var first = ends.firstEntry();
        return first == null || first.getKey() > 0 ? 0 : first.getValue();
    }

    /** The first bytes at or after {@code from} and before {@code end} that are missing. */
    Optional<Range> gap(long from, long end) {
        long start = from;
        var before = ends.floorEntry(from);
        if (before != null && before.getValue() > from) {
            start = before.getValue();
        }
        if (start >= end) {
            return Optional.empty();
        }
        var next = ends.higherKey(start);
        return Optional.of(new Range(start, next == null ? end : Math.min(end, next)));
    }

    /** All of them, in order. */
    List<Range> ranges() {
        return ends.entrySet().stream().map(e -> new Range(e.getKey(), e.getValue())).toList();
    }
}
