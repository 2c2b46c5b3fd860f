package org.imprimatur.disk;

import java.io.Closeable;
import java.io.IOException;

/**
 * A run of bytes of known length that can be read at any place: a file, the disk inside it, a
 * partition of that disk.
 *
 * <p>Implementations are safe for use by several threads. A thread that is interrupted while it
 * reads closes the file beneath it, as {@link java.nio.channels.FileChannel} does.
 */
public interface BlockDevice extends Closeable {

    /** The length in bytes. */
    long size();

    /**
     * Fills {@code into[at .. at + length)} from {@code offset}, all of it.
     *
     * @throws CorruptImageException when the range is not wholly inside the device, or the image is
     *     damaged there
     */
    void read(long offset, byte[] into, int at, int length) throws IOException;

    /**
     * The first place at or after {@code offset} that may hold anything but zeros, or {@link
     * #size()} when there is none. What is skipped is all zeros for certain; what is not skipped
     * may be zeros too.
     */
    long nextData(long offset) throws IOException;

    /**
     * The first place at or after {@code offset} from which zeros are known to follow without
     * reading them, or {@link #size()}.
     */
    long nextHole(long offset) throws IOException;

    /**
     * A part of this device as a device of its own. Closing the part closes nothing.
     *
     * @throws CorruptImageException when the range is not wholly inside this device
     */
    default BlockDevice slice(long offset, long size) throws CorruptImageException {
        return new DeviceSlice(this, offset, size);
    }

    /**
     * The first byte at or after {@code offset} that is not zero, found by reading, or {@link
     * #size()} when all is zero.
     */
    default long firstNonZero(long offset) throws IOException {
        return ZeroSearch.firstNonZero(this, offset, size());
    }
}
