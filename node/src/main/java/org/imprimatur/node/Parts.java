package org.imprimatur.node;

import java.util.ArrayDeque;
import java.util.Deque;

/** What a node has opened; the newest is closed first. */
final class Parts implements AutoCloseable {

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /** Takes in a part that was just opened. */
    <T extends AutoCloseable> T opened(T part) {
        opened.push(part);
        return part;
    }

    /** Closes every part, whatever becomes of the others. */
    @Override
    public void close() {
        RuntimeException first = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                var fault = new IllegalStateException("closing failed", e);
                if (first == null) {
                    first = fault;
                } else {
                    first.addSuppressed(fault);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
