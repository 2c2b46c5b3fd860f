package org.imprimatur.disk;

import java.nio.ByteBuffer;

/** How the journal's form of blocks and inodes differs from that on the disk. */
final class XfsStamp {

    private static final int BIGTIME = 8;
    private static final int MANY_EXTENTS = 16;

    private XfsStamp() {}

    /** Where a block of version 5 says by which record it was last changed; -1 when nowhere. */
    static int place(byte[] block) {
        return switch (Bytes.i32be(block, 0)) {
            case 0x41423342, 0x41423343, 0x49414233, 0x46494233, 0x524d4233, 0x52334643 -> 24;
            case 0x424d4133 -> 32;
            case 0x58414746 -> 208; // AGF
            case 0x5841464c -> 24; // AGFL
            case 0x58414749 -> 320; // AGI
            case 0x58534c4d -> 48; // link
            case 0x58444233, 0x58444433, 0x58444633 -> 16;
            case 0x58465342 -> 240;
            default ->
                    switch (Bytes.u16be(block, 8)) {
                        case 0x3df1, 0x3dff, 0x3bee, 0x3ebe -> 24;
                        default -> -1;
                    };
        };
    }

    /** Where it says to which file system it belongs; only for blocks that have a place. */
    static int uuid(byte[] block) {
        return switch (Bytes.i32be(block, 0)) {
            case 0x424d4133 -> 40;
            case 0x58414746 -> 64;
            case 0x5841464c -> 8;
            case 0x58414749 -> 296;
            case 0x58534c4d -> 16;
            case 0x58444233, 0x58444433, 0x58444633 -> 24;
            case 0x58465342 -> (Bytes.i32be(block, 216) & 4) != 0 ? 248 : 32;
            default -> 32;
        };
    }

    static byte[] bytes(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    static void putInt(byte[] into, int at, int number) {
        ByteBuffer.wrap(into).putInt(at, number);
    }

    static byte[] newInode(XfsSuperblock superblock, long number, byte[] generation) {
        byte[] inode = new byte[superblock.inodeSize()];
        ByteBuffer fields = ByteBuffer.wrap(inode);
        fields.putShort(0, (short) 0x494e);
        fields.put(4, (byte) (superblock.checksums() ? 3 : 2));
        fields.put(92, generation);
        fields.putInt(96, -1);
        if (superblock.checksums()) {
            fields.putLong(152, number);
            fields.putLong(160, superblock.metadataUuid().getMostSignificantBits());
            fields.putLong(168, superblock.metadataUuid().getLeastSignificantBits());
        }
        return inode;
    }

    /**
     * Writes the fixed part of an inode. In the journal it has the byte order of the machine.
     *
     * @param core at least 96 bytes
     */
    static void writeCore(XfsSuperblock superblock, byte[] core, byte[] inode, long lsn) {
        ByteBuffer into = ByteBuffer.wrap(inode);
        boolean long3 = superblock.checksums() && core.length >= 176;
        long flags2 = long3 ? Bytes.i64le(core, 120) : 0;
        boolean bigtime = (flags2 & BIGTIME) != 0;
        boolean many = (flags2 & MANY_EXTENTS) != 0;
        copy(core, into, 2, 0, 2);
        into.put(4, core, 4, 2);
        copy(core, into, 2, 6);
        copy(core, into, 4, 8, 12, 16);
        copy(core, into, 2, 20, 22);
        if (many) {
            copy(core, into, 8, 24);
        } else {
            into.putLong(24, 0);
        }
        for (int time : new int[] {32, 40, 48}) {
            time(core, into, time, bigtime);
        }
        copy(core, into, 8, 56, 64);
        copy(core, into, 4, 72, 76);
        copy(core, into, 2, 80);
        into.put(82, core, 82, 2);
        copy(core, into, 4, 84);
        copy(core, into, 2, 88, 90);
        copy(core, into, 4, 92);
        if (many) {
            into.putShort(80, (short) 0);
        }
        if (long3) {
            copy(core, into, 8, 104, 120);
            into.putLong(112, lsn);
            copy(core, into, 4, 128);
            time(core, into, 144, bigtime);
            copy(core, into, 8, 152);
        }
    }

    private static void time(byte[] core, ByteBuffer into, int at, boolean bigtime) {
        if (bigtime) {
            copy(core, into, 8, at);
        } else {
            copy(core, into, 4, at, at + 4);
        }
    }

    private static void copy(byte[] core, ByteBuffer into, int width, int... places) {
        for (int at : places) {
            for (int i = 0; i < width; i++) {
                into.put(at + i, core[at + width - 1 - i]);
            }
        }
    }
}
