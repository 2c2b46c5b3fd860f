package org.imprimatur.disk;

import io.airlift.compress.v3.zstd.ZstdJavaDecompressor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** The content of the files of one btrfs: where it is, and what it unpacks to. */
final class BtrfsExtents {

    /** What stands before the content of an inline extent. */
    private static final int HEAD = 21;

    private static final int REGULAR_SIZE = 53;
    private static final int INLINE = 0;
    private static final int REGULAR = 1;
    private static final int PREALLOCATED = 2;

    private static final int ZLIB = 1;
    private static final int LZO = 2;
    private static final int ZSTD = 3;

    /** No driver packs more at once. */
    private static final int MAX_UNPACKED = 128 << 10;

    private static final int CHUNK = 1 << 18;

    /** The object of all checksums of data. */
    private static final long CHECKSUMS = -10;

    private final BlockDevice device;
    private final BtrfsTree tree;
    private final BtrfsChunks chunks;
    private final BtrfsChecksum checksum;
    private final int sectorSize;
    private final BtrfsTree.@Nullable Root checksums;

    /** As many as threads read at once. Each has tables and room for a block: 150 KB. */
    private final Queue<ZstdJavaDecompressor> unpackers = new ConcurrentLinkedQueue<>();

    /**
     * @param checksums the tree of the checksums of data, if there is one
     */
    BtrfsExtents(
            BlockDevice device,
            BtrfsTree tree,
            BtrfsChunks chunks,
            BtrfsSuperblock superblock,
            BtrfsTree.@Nullable Root checksums) {
        this.device = device;
        this.tree = tree;
        this.chunks = chunks;
        this.checksum = superblock.checksum();
        this.sectorSize = superblock.sectorSize();
        this.checksums = checksums;
    }

    /**
     * The file whose content is asked for.
     *
     * @param verified whether its data has checksums
     */
    record File(BtrfsTree.Root root, long object, long size, boolean verified) {}

    /**
     * A part of a file.
     *
     * @param logical where in the file, {@code length} bytes
     * @param unpacked of the whole extent
     * @param disk the address of the extent; 0 where nothing is stored
     * @param offset where in the unpacked extent the part begins
     * @param node holds the content of an inline extent at {@code at}, {@code stored} bytes
     */
    private record Extent(
            long logical,
            int type,
            int compression,
            long unpacked,
            long disk,
            long stored,
            long offset,
            long length,
            byte[] node,
            int at) {}

    @FunctionalInterface
    private interface ExtentSink {

        /** Returns false to end the search. */
        boolean accept(Extent extent) throws IOException;
    }

    /** Gives all extents before the end of the file to the sink, in order. */
    private void extents(File file, ExtentSink sink) throws IOException {
        long[] end = new long[1];
        tree.scan(
                file.root(),
                BtrfsKey.first(file.object(), BtrfsKey.FILE_EXTENT),
                BtrfsKey.last(file.object(), BtrfsKey.FILE_EXTENT),
                (key, node, at, size) -> {
                    if (key.offset() < 0 || key.offset() >= file.size()) {
                        return false;
                    }
                    Extent extent = extent(file, key.offset(), node, at, size);
                    if (extent.logical() < end[0]) {
                        throw fault(file, "has extents that overlap at byte " + key.offset());
                    }
                    end[0] = extent.logical() + extent.length();
                    return sink.accept(extent);
                });
    }

    private static CorruptImageException fault(File file, String what) {
        return new CorruptImageException("the file of inode %d %s".formatted(file.object(), what));
    }

    private Extent extent(File file, long logical, byte[] node, int at, int size)
            throws ImageException {
        if (size < HEAD) {
            throw fault(file, "has an extent of %d bytes".formatted(size));
        }
        int type = Bytes.u8(node, at + 20);
        int compression = Bytes.u8(node, at + 16);
        if (Bytes.u8(node, at + 17) != 0 || Bytes.u16le(node, at + 18) != 0) {
            throw new UnsupportedImageException(
                    "the file of inode %d is encrypted or encoded in a way that is not known"
                            .formatted(file.object()));
        }
        if (compression > ZSTD) {
            throw new UnsupportedImageException(
                    "the file of inode %d is compressed by method %d, where 1 to 3 are known"
                            .formatted(file.object(), compression));
        }
        long unpacked = Bytes.i64le(node, at + 8);
        if (type == INLINE) {
            long stored = size - HEAD;
            if (logical != 0
                    || unpacked < 0
                    || unpacked > MAX_UNPACKED
                    || compression == 0 && unpacked > stored) {
                throw fault(
                        file,
                        "keeps %d bytes for byte %d in %d bytes of its metadata"
                                .formatted(unpacked, logical, stored));
            }
            return new Extent(
                    0, type, compression, unpacked, 0, stored, 0, unpacked, node, at + HEAD);
        }
        if (type != REGULAR && type != PREALLOCATED || size < REGULAR_SIZE) {
            throw fault(file, "has an extent of type %d in %d bytes".formatted(type, size));
        }
        long disk = Bytes.i64le(node, at + 21);
        long stored = Bytes.i64le(node, at + 29);
        long offset = Bytes.i64le(node, at + 37);
        long length = Bytes.i64le(node, at + 45);
        if (length <= 0 || logical > Long.MAX_VALUE - length || logical % sectorSize != 0) {
            throw fault(file, "has an extent of %d bytes at byte %d".formatted(length, logical));
        }
        if (type == REGULAR && disk != 0) {
            long whole = compression == 0 ? stored : unpacked;
            if (stored <= 0
                    || compression != 0 && (unpacked > MAX_UNPACKED || stored > MAX_UNPACKED)
                    || offset < 0
                    || offset > whole
                    || length > whole - offset
                    || (disk | stored | offset | length) % sectorSize != 0) {
                throw fault(
                        file,
                        "takes %d bytes at %d of an extent of %d bytes, %d stored at address %d"
                                .formatted(length, offset, unpacked, stored, disk));
            }
            BtrfsChunks.Chunk chunk = chunks.at(disk);
            Ranges.check("an extent", disk - chunk.logical(), stored, chunk.length());
        } else {
            disk = 0;
        }
        return new Extent(
                logical, type, compression, unpacked, disk, stored, offset, length, node, at);
    }

    /** Where the content begins on the device; 0 when nothing is stored outside the metadata. */
    long firstByte(File file) throws IOException {
        long[] first = new long[1];
        extents(
                file,
                extent -> {
                    if (extent.disk() == 0) {
                        return true;
                    }
                    long from = extent.compression() == 0 ? extent.offset() : 0;
                    BtrfsChunks.Chunk chunk = chunks.at(extent.disk());
                    first[0] = chunk.copies()[0] + extent.disk() - chunk.logical() + from;
                    return false;
                });
        return first[0];
    }

    /** How many bytes must be read for the content. */
    long storedBytes(File file) throws IOException {
        long[] stored = new long[1];
        extents(
                file,
                extent -> {
                    if (extent.type() == INLINE
                            || extent.disk() != 0 && extent.compression() != 0) {
                        stored[0] += extent.stored();
                    } else if (extent.disk() != 0) {
                        stored[0] += extent.length();
                    }
                    return true;
                });
        return stored[0];
    }

    /** Digests where the content is, and what of it stands in the metadata. */
    ContentKey key(File file) throws IOException {
        MessageDigest digest = Sha256.begin();
        digest.update(ByteBuffer.allocate(8).putLong(file.size()).flip());
        extents(
                file,
                extent -> {
                    digest.update(
                            ByteBuffer.allocate(58)
                                    .putLong(extent.logical())
                                    .put((byte) extent.type())
                                    .put((byte) extent.compression())
                                    .putLong(extent.unpacked())
                                    .putLong(extent.disk())
                                    .putLong(extent.stored())
                                    .putLong(extent.offset())
                                    .putLong(extent.length())
                                    .putLong(file.verified() ? 1 : 0)
                                    .flip());
                    if (extent.type() == INLINE) {
                        digest.update(extent.node(), extent.at(), (int) extent.stored());
                    }
                    return true;
                });
        ByteBuffer key = ByteBuffer.wrap(digest.digest());
        return new ContentKey(key.getLong(), key.getLong());
    }

    void read(File file, ByteSink sink) throws IOException {
        var reading = new Reading(file, sink);
        extents(file, reading::extent);
    }

    /** One pass over one file. */
    private final class Reading {

        private final File file;
        private final ByteSink sink;
        private byte[] buffer = new byte[0];

        /** The extent unpacked last: its parts often follow each other. */
        private byte[] plain = new byte[0];

        private long plainDisk;
        private int plainCompression;

        // The item of checksums looked at last.
        private long sumsFrom;
        private long sumsTo;
        private byte[] sums = new byte[0];
        private int sumsAt;

        Reading(File file, ByteSink sink) {
            this.file = file;
            this.sink = sink;
        }

        boolean extent(Extent extent) throws IOException {
            if (extent.type() == INLINE) {
                inline(extent);
            } else if (extent.disk() != 0 && extent.compression() == 0) {
                plain(extent);
            } else if (extent.disk() != 0) {
                packed(extent);
            }
            return true;
        }

        private void give(long logical, byte[] bytes, int from, long length) throws IOException {
            int count = (int) Math.min(length, file.size() - logical);
            if (count > 0) {
                sink.accept(logical, bytes, from, count);
            }
        }

        private void inline(Extent extent) throws IOException {
            byte[] bytes =
                    Arrays.copyOfRange(
                            extent.node(), extent.at(), extent.at() + (int) extent.stored());
            if (extent.compression() != 0) {
                bytes = unpack(extent, bytes, bytes.length);
            }
            give(0, bytes, 0, extent.unpacked());
        }

        private void plain(Extent extent) throws IOException {
            long end = Math.min(extent.length(), file.size() - extent.logical());
            for (long done = 0; done < end; ) {
                long sectors = (end - done + sectorSize - 1) / sectorSize * sectorSize;
                int step = (int) Math.min(CHUNK, sectors);
                if (buffer.length < step) {
                    buffer = new byte[step];
                }
                load(extent.disk() + extent.offset() + done, buffer, step);
                give(extent.logical() + done, buffer, 0, step);
                done += step;
            }
        }

        private void packed(Extent extent) throws IOException {
            if (plainDisk != extent.disk()
                    || plainCompression != extent.compression()
                    || plain.length != extent.unpacked()) {
                byte[] bytes = new byte[(int) extent.stored()];
                load(extent.disk(), bytes, bytes.length);
                plain = unpack(extent, bytes, bytes.length);
                plainDisk = extent.disk();
                plainCompression = extent.compression();
            }
            give(extent.logical(), plain, (int) extent.offset(), extent.length());
        }

        /** Reads sectors, from the first copy of each run that has the right checksums. */
        private void load(long address, byte[] into, int length) throws IOException {
            BtrfsChunks.Chunk chunk = chunks.at(address);
            CorruptImageException fault = null;
            for (long copy : chunk.copies()) {
                try {
                    device.read(copy + address - chunk.logical(), into, 0, length);
                    verify(address, into, length);
                    return;
                } catch (CorruptImageException e) {
                    if (fault == null) {
                        fault = e;
                    }
                }
            }
            throw fault != null ? fault : fault(file, "is nowhere");
        }

        private void verify(long address, byte[] bytes, int length) throws IOException {
            if (!file.verified()) {
                return;
            }
            for (int done = 0; done < length; done += sectorSize) {
                long sector = address + done;
                if (sector < sumsFrom || sector >= sumsTo) {
                    findSums(sector);
                }
                if (sector < sumsFrom || sector >= sumsTo) {
                    throw fault(
                            file, "has no checksum for the data at address %d".formatted(sector));
                }
                int at = sumsAt + (int) ((sector - sumsFrom) / sectorSize) * checksum.size();
                if (!checksum.matches(bytes, done, done + sectorSize, sums, at)) {
                    throw fault(
                            file,
                            "has data at address %d that does not have its checksum"
                                    .formatted(sector));
                }
            }
        }

        private void findSums(long sector) throws IOException {
            sumsTo = 0;
            if (checksums == null) {
                return;
            }
            tree.scanFromBefore(
                    checksums,
                    new BtrfsKey(CHECKSUMS, BtrfsKey.CHECKSUMS, sector),
                    new BtrfsKey(CHECKSUMS, BtrfsKey.CHECKSUMS, sector),
                    (key, node, at, size) -> {
                        if (key.object() == CHECKSUMS && key.type() == BtrfsKey.CHECKSUMS) {
                            sumsFrom = key.offset();
                            sumsTo = sumsFrom + (long) (size / checksum.size()) * sectorSize;
                            sums = node;
                            sumsAt = at;
                        }
                        return true;
                    });
        }

        private byte[] unpack(Extent extent, byte[] packed, int length) throws IOException {
            // What the packed data does not reach is zero.
            byte[] out = new byte[(int) extent.unpacked()];
            try {
                switch (extent.compression()) {
                    case ZLIB -> inflate(packed, length, out);
                    case LZO -> lzo(packed, length, out);
                    default -> zstd(packed, length, out);
                }
            } catch (DataFormatException e) {
                throw fault(
                        file,
                        "has packed data at byte %d that is damaged: %s"
                                .formatted(extent.logical(), e.getMessage()));
            }
            return out;
        }
    }

    private static void inflate(byte[] packed, int length, byte[] out) throws DataFormatException {
        try (var inflater = new Inflater()) {
            inflater.setInput(packed, 0, length);
            int done = 0;
            while (done < out.length && !inflater.finished()) {
                int step = inflater.inflate(out, done, out.length - done);
                if (step == 0 && !inflater.finished()) {
                    throw new DataFormatException("the zlib data is cut off");
                }
                done += step;
            }
        }
    }

    /** A total length, then segments of at most one sector, each with its length before it. */
    private void lzo(byte[] packed, int length, byte[] out) throws DataFormatException {
        long total = length < 4 ? 0 : Bytes.u32le(packed, 0);
        if (total < 8 || total > length) {
            throw new DataFormatException("LZO data of %d bytes in %d".formatted(total, length));
        }
        int at = 4;
        int done = 0;
        while (at < total && done < out.length) {
            int left = sectorSize - at % sectorSize;
            if (left < 4) {
                // A length is never torn apart by the end of a sector.
                at += left;
                continue;
            }
            long segment = total - at < 4 ? total : Bytes.u32le(packed, at);
            if (segment > total - at - 4) {
                throw new DataFormatException(
                        "an LZO segment of %d bytes at %d of %d".formatted(segment, at, total));
            }
            int room = Math.min(sectorSize, out.length - done);
            done += Lzo.decode(packed, at + 4, (int) segment, out, done, room);
            at += 4 + (int) segment;
        }
    }

    private void zstd(byte[] packed, int length, byte[] out) throws DataFormatException {
        int frame = Zstd.frameLength(packed, 0, length);
        var idle = unpackers.poll();
        var unpacker = idle == null ? new ZstdJavaDecompressor() : idle;
        try {
            unpacker.decompress(packed, 0, frame, out, 0, out.length);
            unpackers.offer(unpacker);
        } catch (RuntimeException e) {
            // MalformedInputException, and whatever else damaged input calls forth.
            throw new DataFormatException(String.valueOf(e.getMessage()));
        }
    }
}
