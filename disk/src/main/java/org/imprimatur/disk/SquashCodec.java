package org.imprimatur.disk;

import io.airlift.compress.v3.lz4.Lz4JavaDecompressor;
import io.airlift.compress.v3.zstd.ZstdJavaDecompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.tukaani.xz.SingleXZInputStream;

/** How the blocks of a squashfs are compressed. */
enum SquashCodec {
    GZIP {
        @Override
        int decode(byte[] packed, byte[] plain) throws DataFormatException {
            try (var inflater = new Inflater()) {
                inflater.setInput(packed);
                int done = 0;
                int count;
                do {
                    count = inflater.inflate(plain, done, plain.length - done);
                    done += count;
                } while (count > 0 && done < plain.length);
                if (!inflater.finished() && inflater.inflate(new byte[1]) > 0) {
                    throw new DataFormatException("more than %d bytes".formatted(plain.length));
                }
                if (!inflater.finished()) {
                    throw new DataFormatException("it does not end");
                }
                return done;
            }
        }
    },
    LZO {
        @Override
        int decode(byte[] packed, byte[] plain) throws DataFormatException {
            return Lzo.decode(packed, 0, packed.length, plain, 0, plain.length);
        }
    },
    XZ {
        @Override
        int decode(byte[] packed, byte[] plain) throws DataFormatException {
            try (var in = new SingleXZInputStream(new ByteArrayInputStream(packed), MAX_XZ_KIB)) {
                int done = in.readNBytes(plain, 0, plain.length);
                // Reading beyond the end verifies the checksum.
                if (in.read() >= 0) {
                    throw new DataFormatException("more than %d bytes".formatted(plain.length));
                }
                return done;
            } catch (IOException e) {
                throw new DataFormatException(String.valueOf(e.getMessage()));
            }
        }
    },
    LZ4 {
        @Override
        int decode(byte[] packed, byte[] plain) throws DataFormatException {
            try {
                return new Lz4JavaDecompressor()
                        .decompress(packed, 0, packed.length, plain, 0, plain.length);
            } catch (RuntimeException e) {
                // MalformedInputException, and whatever else damaged input calls forth.
                throw new DataFormatException(String.valueOf(e.getMessage()));
            }
        }
    },
    ZSTD {
        @Override
        int decode(byte[] packed, byte[] plain) throws DataFormatException {
            try {
                return new ZstdJavaDecompressor()
                        .decompress(packed, 0, packed.length, plain, 0, plain.length);
            } catch (RuntimeException e) {
                throw new DataFormatException(String.valueOf(e.getMessage()));
            }
        }
    };

    /** Enough for a dictionary as large as the largest block. */
    private static final int MAX_XZ_KIB = 16 << 10;

    /** By the number in the superblock. */
    static SquashCodec of(int number) throws UnsupportedImageException {
        return switch (number) {
            case 1 -> GZIP;
            case 3 -> LZO;
            case 4 -> XZ;
            case 5 -> LZ4;
            case 6 -> ZSTD;
            case 2 -> throw refused("lzma");
            default -> throw refused("method " + number);
        };
    }

    private static UnsupportedImageException refused(String name) {
        return new UnsupportedImageException(
                "squashfs compressed by %s, for which there is no reader".formatted(name));
    }

    /**
     * Decodes a whole block.
     *
     * @return how many bytes came out; more than {@code plain} takes are an error
     */
    abstract int decode(byte[] packed, byte[] plain) throws DataFormatException;
}
