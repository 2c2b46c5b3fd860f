package org.imprimatur.node.transfer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Which bytes of a file that is on its way are on disk, kept beside it: a line with the size of the
 * whole, then one line for each range. It is replaced by one rename, and only after the bytes that
 * it names were brought to disk, so that it never says too much.
 */
final class PartMap {

    private static final String MAGIC = "imprimatur-part/1 ";
    private static final int LARGEST = 4 << 20;

    private final Path file;

    PartMap(Path file) {
        this.file = file;
    }

    /** What it says; empty when there is none of a whole of that size that can be read. */
    Optional<ByteRanges> read(long bytes) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > LARGEST) {
            return Optional.empty();
        }
        var lines = new String(Files.readAllBytes(file), US_ASCII).split("\n", -1);
        if (!lines[0].equals(MAGIC + bytes) || !lines[lines.length - 1].isEmpty()) {
            return Optional.empty();
        }
        var ranges = new ByteRanges();
        long end = -1;
        for (int i = 1; i < lines.length - 1; i++) {
            var numbers = lines[i].split(" ", -1);
            if (numbers.length != 2) {
                return Optional.empty();
            }
            try {
                long from = Long.parseLong(numbers[0]);
                long to = Long.parseLong(numbers[1]);
                if (from <= end || to <= from || to > bytes) {
                    return Optional.empty();
                }
                ranges.add(from, to);
                end = to;
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
        return Optional.of(ranges);
    }

    /** Says this from now on. */
    void write(long bytes, ByteRanges ranges) throws IOException {
        var text = new StringBuilder(MAGIC).append(bytes).append('\n');
        for (var range : ranges.ranges()) {
            text.append(range.from()).append(' ').append(range.to()).append('\n');
            if (text.length() > LARGEST - 64) {
                break; // to know less costs bytes, and nothing else
            }
        }
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        // Not a channel, which an interrupt would close.
        try (var out = new RandomAccessFile(fresh.toFile(), "rw")) {
            out.setLength(0);
            out.write(text.toString().getBytes(US_ASCII));
            out.getFD().sync();
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    void delete() throws IOException {
        Files.deleteIfExists(file);
    }
}
