package org.imprimatur.inspect.secrets;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.lz4.BlockLZ4CompressorInputStream;

/**
 * Unpacks LZ4 in its first form, which the kernel takes for an initial RAM disk: after a magic
 * number blocks with their lengths before them, until the end (lz4_Frame_format, "Legacy frame").
 */
final class Lz4Blocks extends InputStream {

    private static final int MAGIC = 0x184c2102;

    /** What 8 MiB may become at the most when nothing in them can be made smaller. */
    private static final int MAX_BLOCK = (8 << 20) + (8 << 20) / 255 + 16;

    private final InputStream file;
    private InputStream block = InputStream.nullInputStream();

    /**
     * @param file from the magic number on; is not closed
     */
    Lz4Blocks(InputStream file) throws IOException {
        this.file = file;
        if (length() != MAGIC) {
            throw new IOException("no LZ4 in its first form");
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int read = block.read(into, from, length);
        while (read < 0) {
            int next = length();
            if (next == 0) {
                return -1;
            }
            if (next != MAGIC) {
                block = new BlockLZ4CompressorInputStream(new ByteArrayInputStream(bytes(next)));
                read = block.read(into, from, length);
            }
        }
        return read;
    }

    private byte[] bytes(int length) throws IOException {
        if (length < 0 || length > MAX_BLOCK) {
            throw new IOException("a block of %d bytes".formatted(length));
        }
        byte[] bytes = file.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("in a block");
        }
        return bytes;
    }

    /** Four bytes, the lowest first; 0 at the end, and for the zeros that may fill up a file. */
    private int length() throws IOException {
        byte[] bytes = file.readNBytes(4);
        if (bytes.length == 0) {
            return 0;
        }
        if (bytes.length < 4) {
            throw new EOFException("in the length of a block");
        }
        return bytes[0] & 0xff | (bytes[1] & 0xff) << 8 | (bytes[2] & 0xff) << 16 | bytes[3] << 24;
    }
}
