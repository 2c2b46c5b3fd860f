package org.imprimatur.node.http;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;

/**
 * The bytes of an answer, which many connections may send at once. The kernel cannot read the heap,
 * whose objects move, so that what is there is copied once more for each answer; what is large and
 * sent often is therefore kept outside of it.
 */
public final class Body {

    /** What is no larger is sent at once, behind the header fields. */
    static final int PIECE = 128 << 10;

    /**
     * As much is kept outside of the heap. The collector frees it some time after the last answer
     * that had it; what finds no room until then is kept in the heap.
     */
    private static final long ROOM = Math.min(128L << 20, Runtime.getRuntime().maxMemory() / 4);

    private static final BufferPoolMXBean OUTSIDE =
            ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(pool -> pool.getName().equals("direct"))
                    .findFirst()
                    .orElseThrow();

    /** Its position never moves; a small one is an array. */
    private final ByteBuffer bytes;

    private Body(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** Bytes for an answer or a few; the caller does not change them. */
    public static Body of(byte[] bytes) {
        return new Body(ByteBuffer.wrap(bytes));
    }

    /** Bytes that are kept to be sent often; the caller does not change them. */
    public static Body kept(byte[] bytes) {
        return kept(bytes, ROOM);
    }

    static Body kept(byte[] bytes, long room) {
        return bytes.length <= PIECE || OUTSIDE.getMemoryUsed() + bytes.length > room
                ? of(bytes)
                : new Body(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
    }

    /** How many bytes. */
    public int length() {
        return bytes.limit();
    }

    /** The bytes; a copy of those that are outside of the heap. */
    byte[] bytes() {
        if (bytes.hasArray()) {
            return bytes.array();
        }
        byte[] copy = new byte[length()];
        bytes.get(0, copy);
        return copy;
    }

    boolean isOutside() {
        return bytes.isDirect();
    }

    /** The bytes, to be read once. */
    ByteBuffer reader() {
        return bytes.duplicate();
    }
}
