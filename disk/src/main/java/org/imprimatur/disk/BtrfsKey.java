package org.imprimatur.disk;

/** The key of an item in a tree of btrfs; its parts are unsigned and sort in this order. */
record BtrfsKey(long object, int type, long offset) implements Comparable<BtrfsKey> {

    static final int INODE = 1;
    static final int INODE_REFERENCE = 12;
    static final int ATTRIBUTE = 24;
    static final int ORPHAN = 48;
    static final int DIRECTORY_ITEM = 84;
    static final int DIRECTORY_INDEX = 96;
    static final int FILE_EXTENT = 108;
    static final int CHECKSUMS = 128;
    static final int ROOT = 132;
    static final int ROOT_REFERENCE = 156;
    static final int EXTENT = 168;
    static final int METADATA_EXTENT = 169;
    static final int DEVICE = 216;
    static final int CHUNK = 228;

    /** How many bytes a key takes on the disk. */
    static final int SIZE = 17;

    /** Behind every other key. */
    static final BtrfsKey LAST = new BtrfsKey(-1, 255, -1);

    static BtrfsKey read(byte[] bytes, int at) {
        return new BtrfsKey(
                Bytes.i64le(bytes, at), Bytes.u8(bytes, at + 8), Bytes.i64le(bytes, at + 9));
    }

    /** The first key that an object can have with this type. */
    static BtrfsKey first(long object, int type) {
        return new BtrfsKey(object, type, 0);
    }

    /** The last one. */
    static BtrfsKey last(long object, int type) {
        return new BtrfsKey(object, type, -1);
    }

    /** As {@link #compareTo} of the key that stands at this place, made without it. */
    static int compare(byte[] bytes, int at, BtrfsKey key) {
        int object = Long.compareUnsigned(Bytes.i64le(bytes, at), key.object);
        if (object != 0) {
            return object;
        }
        int type = Integer.compare(Bytes.u8(bytes, at + 8), key.type);
        return type != 0 ? type : Long.compareUnsigned(Bytes.i64le(bytes, at + 9), key.offset);
    }

    /** The same of the keys that stand at two places. */
    static int compare(byte[] bytes, int at, int other) {
        int object = Long.compareUnsigned(Bytes.i64le(bytes, at), Bytes.i64le(bytes, other));
        if (object != 0) {
            return object;
        }
        int type = Integer.compare(Bytes.u8(bytes, at + 8), Bytes.u8(bytes, other + 8));
        return type != 0
                ? type
                : Long.compareUnsigned(Bytes.i64le(bytes, at + 9), Bytes.i64le(bytes, other + 9));
    }

    @Override
    public int compareTo(BtrfsKey other) {
        int objects = Long.compareUnsigned(object, other.object);
        if (objects != 0) {
            return objects;
        }
        int types = Integer.compare(type, other.type);
        return types != 0 ? types : Long.compareUnsigned(offset, other.offset);
    }

    @Override
    public String toString() {
        return "(%s %d %s)"
                .formatted(Long.toUnsignedString(object), type, Long.toUnsignedString(offset));
    }
}
