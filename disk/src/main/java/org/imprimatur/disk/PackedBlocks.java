package org.imprimatur.disk;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** Compressed blocks of one size; some of those used last are kept unpacked. */
final class PackedBlocks implements Closeable {

    /** How blocks are compressed. */
    enum Form {
        /** Without header and checksum; what follows the stream is left alone. */
        DEFLATE,
        /** With header and checksum, and nothing after it. */
        ZLIB,
        ZSTD
    }

    private static final long CACHE_BYTES = 8 << 20;
    private static final int MAX_IDLE = 8;

    private final String format;
    private final BlockDevice file;
    private final Form form;
    private final int blockSize;
    private final BlockCache unpacked;
    private final ArrayBlockingQueue<Inflater> inflaters = new ArrayBlockingQueue<>(MAX_IDLE);
    private final ArrayBlockingQueue<Zstd> decoders = new ArrayBlockingQueue<>(MAX_IDLE);

    PackedBlocks(String format, BlockDevice file, Form form, int blockSize) {
        this.format = format;
        this.file = file;
        this.form = form;
        this.blockSize = blockSize;
        this.unpacked = new BlockCache(CACHE_BYTES, blockSize);
    }

    /** The block of this number, if it is at hand. */
    byte @Nullable [] find(long number) {
        return unpacked.find(number);
    }

    /**
     * The block of this number, at least {@code wanted} bytes of it right, the array always of the
     * size of a block. The caller bounds {@code length}.
     */
    byte[] unpack(long number, long offset, int length, int wanted) throws IOException {
        byte[] known = unpacked.find(number);
        if (known != null) {
            return known;
        }
        byte[] packed = new byte[length];
        file.read(offset, packed, 0, length);
        byte[] plain = new byte[blockSize];
        try {
            switch (form) {
                case DEFLATE -> inflate(packed, plain, true, wanted);
                case ZLIB -> inflate(packed, plain, false, wanted);
                case ZSTD -> {
                    @Nullable Zstd idle = decoders.poll();
                    Zstd decoder = idle != null ? idle : new Zstd();
                    decoder.decode(packed, length, plain, wanted);
                    decoders.offer(decoder);
                }
            }
        } catch (DataFormatException e) {
            throw new CorruptImageException(
                    "the compressed block %d at offset %d of the %s file is damaged: %s"
                            .formatted(number, offset, format, e.getMessage()));
        }
        unpacked.keep(number, plain);
        return plain;
    }

    private void inflate(byte[] packed, byte[] plain, boolean bare, int wanted)
            throws DataFormatException {
        @Nullable Inflater idle = inflaters.poll();
        Inflater inflater = idle != null ? idle : new Inflater(bare);
        try {
            inflater.reset();
            inflater.setInput(packed);
            int done = 0;
            int count;
            do {
                count = inflater.inflate(plain, done, plain.length - done);
                done += count;
            } while (count > 0 && done < plain.length);
            if (done < wanted) {
                throw new DataFormatException("it holds %d bytes, not %d".formatted(done, wanted));
            }
            if (!bare && (inflater.inflate(new byte[1]) > 0 || !inflater.finished())) {
                throw new DataFormatException("it does not end after %d bytes".formatted(done));
            }
        } finally {
            if (!inflaters.offer(inflater)) {
                inflater.end();
            }
        }
    }

    @Override
    public void close() {
        for (Inflater each = inflaters.poll(); each != null; each = inflaters.poll()) {
            each.end();
        }
    }
}
