package org.imprimatur.disk;

/**
 * One of the entries in an item of a directory or of attributes: a name with what it stands for.
 *
 * @param target the inode or the subvolume
 * @param type the type of the key of the target
 * @param end where the next entry begins
 */
record BtrfsEntry(
        long target, int type, int nameAt, int nameLength, int dataAt, int dataLength, int end) {

    private static final int HEAD = 30;

    /** The entry that begins at {@code at}, in an item that ends at {@code limit}. */
    static BtrfsEntry read(byte[] node, int at, int limit) throws CorruptImageException {
        int room = limit - at - HEAD;
        int data = room < 0 ? 0 : Bytes.u16le(node, at + 25);
        int name = room < 0 ? 0 : Bytes.u16le(node, at + 27);
        if (data + name > room) {
            throw new CorruptImageException(
                    "an entry of btrfs with a name of %d bytes and %d more in an item of %d"
                            .formatted(name, data, limit - at));
        }
        int nameAt = at + HEAD;
        return new BtrfsEntry(
                Bytes.i64le(node, at),
                Bytes.u8(node, at + 8),
                nameAt,
                name,
                nameAt + name,
                data,
                nameAt + name + data);
    }

    boolean isSubvolume() {
        return type == BtrfsKey.ROOT;
    }
}
