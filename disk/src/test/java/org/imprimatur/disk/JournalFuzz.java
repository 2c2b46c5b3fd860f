package org.imprimatur.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.Stream;

/** The journal of ext3 and ext4 alone, as a {@link SparseDisk} that holds nothing else. */
public final class JournalFuzz {

    private static final int BLOCK = 1024;
    private static final int JOURNAL_INODE = 8;

    private JournalFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        var device = new SparseDisk(input);
        long blocks = device.size() / BLOCK;
        try {
            BlockDevice replayed =
                    ExtJournal.replay(
                                    device,
                                    BLOCK,
                                    blocks,
                                    blocks,
                                    block -> {
                                        Ranges.check("a journal", block, 1, blocks);
                                        return block;
                                    })
                            .device();
            byte[] buffer = new byte[BLOCK];
            for (long at = 0; at < Math.min(blocks, 2048); at++) {
                replayed.read(at * BLOCK, buffer, 0, BLOCK);
            }
        } catch (ImageException _) {
            // Refused, as it should be.
        }
    }

    /** The journals of the fixtures. */
    public static Stream<byte[]> seeds() throws IOException {
        return Fixtures.names("journal-").stream().map(JournalFuzz::journal);
    }

    private static byte[] journal(String name) {
        try (DiskImage image = Fixtures.open(name)) {
            FileSystem fileSystem = Fixtures.fileSystem(image);
            return SparseDisk.of(fileSystem.readAll(fileSystem.inode(JOURNAL_INODE), 4 << 20));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
