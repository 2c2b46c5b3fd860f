package org.imprimatur.disk;

import java.io.IOException;
import java.util.zip.CRC32C;

/** The bytes under an XFS file system, as its parts read them: cached, bounded and verified. */
final class XfsDisk {

    private static final byte[] NO_CHECKSUM = new byte[4];

    private final XfsOverlay device;
    private final XfsSuperblock superblock;
    private final CachedReader cached;

    XfsDisk(XfsOverlay device, XfsSuperblock superblock) {
        this.device = device;
        this.cached = new CachedReader(device, device.size());
        this.superblock = superblock;
    }

    XfsSuperblock superblock() {
        return superblock;
    }

    /** Reads content, which is not cached. */
    void read(long offset, byte[] into, int at, int length) throws IOException {
        device.read(offset, into, at, length);
    }

    /** Small pieces of metadata, which lie close together, by way of the cache. */
    byte[] metadata(long offset, int length) throws IOException {
        Ranges.check("metadata", offset, length, device.size());
        byte[] bytes = new byte[length];
        cached.read(offset, bytes, length);
        return bytes;
    }

    /**
     * Whether the journal has written here: such bytes have no checksum of their own, but that of
     * the journal was good.
     */
    boolean isReplayed(long offset, int length) {
        return device.isChanged(offset, length);
    }

    /**
     * Verifies what a block says about itself; version 4 says nothing.
     *
     * @param offset where the block is, in bytes
     * @param replayed whether the journal has written to the block
     * @param owner the inode that it should belong to
     */
    void verify(
            String what,
            byte[] block,
            int from,
            int length,
            long offset,
            boolean replayed,
            XfsHeader header,
            long owner)
            throws CorruptImageException {
        if (!superblock.checksums()) {
            return;
        }
        if (!replayed) {
            verifyChecksum(what, block, from, length, header.checksum());
        }
        if (Bytes.i64be(block, from + header.place()) != offset >> 9
                || !Bytes.uuid(block, from + header.uuid()).equals(superblock.metadataUuid())
                || Bytes.i64be(block, from + header.owner()) != owner) {
            throw new CorruptImageException(
                    "%s says that it is at sector %d and belongs to inode %d of %s; it is at sector %d and should belong to inode %d of %s"
                            .formatted(
                                    what,
                                    Bytes.i64be(block, from + header.place()),
                                    Bytes.i64be(block, from + header.owner()),
                                    Bytes.uuid(block, from + header.uuid()),
                                    offset >> 9,
                                    owner,
                                    superblock.metadataUuid()));
        }
    }

    static void verifyChecksum(String what, byte[] block, int from, int length, int at)
            throws CorruptImageException {
        if (!hasChecksum(block, from, length, at)) {
            throw new CorruptImageException(
                    "the checksum of %s is %08x, not %08x as it says"
                            .formatted(
                                    what,
                                    checksum(block, from, length, at),
                                    Bytes.i32le(block, from + at)));
        }
    }

    /** Whether the checksum is as the block itself says at {@code at}, counted from its start. */
    static boolean hasChecksum(byte[] block, int from, int length, int at) {
        return checksum(block, from, length, at) == Bytes.i32le(block, from + at);
    }

    /** CRC-32C with zeros in the place of the checksum itself. It is stored little-endian. */
    static int checksum(byte[] bytes, int from, int length, int at) {
        var crc = new CRC32C();
        crc.update(bytes, from, at);
        crc.update(NO_CHECKSUM, 0, 4);
        crc.update(bytes, from + at + 4, length - at - 4);
        return (int) crc.getValue();
    }
}
