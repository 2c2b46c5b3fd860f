package org.imprimatur.disk;

import io.airlift.compress.v3.zstd.ZstdJavaDecompressor;
import java.util.zip.DataFormatException;

/**
 * Zstandard frames (RFC 8878) that lie in a larger run of bytes. The end of a frame is found from
 * its block headers, since what follows may be padding of any kind. Not for several threads.
 */
final class Zstd {

    private static final int MAGIC = 0xfd2fb528;
    private static final int SKIPPABLE = 0x184d2a50;

    private final ZstdJavaDecompressor decoder = new ZstdJavaDecompressor();

    /**
     * Decodes frames until the output is full; what follows then is left alone.
     *
     * @throws DataFormatException when the input is damaged, ends too early, or holds more than the
     *     output takes
     */
    void decode(byte[] packed, int length, byte[] plain, int wanted) throws DataFormatException {
        int from = 0;
        int done = 0;
        while (done < wanted) {
            int frame = frameLength(packed, from, length);
            if (Bytes.i32le(packed, from) == MAGIC) {
                try {
                    done += decoder.decompress(packed, from, frame, plain, done, wanted - done);
                } catch (RuntimeException e) {
                    // MalformedInputException, and whatever else damaged input calls forth.
                    throw new DataFormatException(String.valueOf(e.getMessage()));
                }
            }
            from += frame;
        }
    }

    /** The length of the frame that begins here, its checksum included. */
    static int frameLength(byte[] bytes, int from, int end) throws DataFormatException {
        need(from, 5, end);
        int magic = Bytes.i32le(bytes, from);
        if ((magic & ~15) == SKIPPABLE) {
            need(from, 8, end);
            long length = 8 + Bytes.u32le(bytes, from + 4);
            need(from, length, end);
            return (int) length;
        }
        if (magic != MAGIC) {
            throw new DataFormatException("no zstd frame");
        }
        int descriptor = Bytes.u8(bytes, from + 4);
        boolean single = (descriptor & 0x20) != 0;
        int sizeBytes =
                switch (descriptor >>> 6) {
                    case 0 -> single ? 1 : 0;
                    case 1 -> 2;
                    case 2 -> 4;
                    default -> 8;
                };
        int dictionaryBytes = (1 << (descriptor & 3)) >> 1;
        int at = from + 5 + (single ? 0 : 1) + dictionaryBytes + sizeBytes;
        boolean last = false;
        while (!last) {
            need(at, 3, end);
            int header =
                    Bytes.u8(bytes, at)
                            | Bytes.u8(bytes, at + 1) << 8
                            | Bytes.u8(bytes, at + 2) << 16;
            last = (header & 1) != 0;
            int type = header >>> 1 & 3;
            // A block of type 1 is one byte, repeated.
            int length = 3 + (type == 1 ? 1 : header >>> 3);
            need(at, length, end);
            at += length;
        }
        if ((descriptor & 4) != 0) {
            need(at, 4, end);
            at += 4;
        }
        return at - from;
    }

    private static void need(int at, long length, int end) throws DataFormatException {
        if (length > end - at) {
            throw new DataFormatException("the zstd frame is cut off");
        }
    }
}
