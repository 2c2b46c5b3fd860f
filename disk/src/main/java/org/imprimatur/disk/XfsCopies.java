package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The copies of the superblock, one at the start of each allocation group. */
final class XfsCopies {

    private static final int MAX_COPIES = 64;

    /** What never changes while a file system keeps its size: from, to. */
    private static final int[][] FIXED = {{0, 8}, {80, 88}, {102, 106}, {120, 125}, {192, 193}};

    private XfsCopies() {}

    /** Those that tell of another file system than the first. Nothing is read by way of them. */
    static List<Note> differing(BlockDevice volume, XfsSuperblock superblock) throws IOException {
        byte[] first = new byte[XfsSuperblock.LENGTH];
        volume.read(0, first, 0, first.length);
        byte[] copy = new byte[XfsSuperblock.LENGTH];
        var notes = new ArrayList<Note>();
        for (long group = 1; group < Math.min(MAX_COPIES, superblock.agCount()); group++) {
            volume.read(
                    group * superblock.agBlocks() << superblock.blockLog(), copy, 0, copy.length);
            for (int[] range : FIXED) {
                if (!Arrays.equals(first, range[0], range[1], copy, range[0], range[1])) {
                    notes.add(
                            new Note(
                                    "allocation group " + group,
                                    "its copy of the superblock tells of another file system"));
                    break;
                }
            }
        }
        return notes;
    }
}
