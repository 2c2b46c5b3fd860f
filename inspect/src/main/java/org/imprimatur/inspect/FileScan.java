package org.imprimatur.inspect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongConsumer;
import org.imprimatur.disk.FilePath;
import org.imprimatur.disk.FileSystem;
import org.imprimatur.disk.ImageException;
import org.imprimatur.disk.Inode;
import org.imprimatur.disk.Unread;
import org.imprimatur.inspect.facts.Found;
import org.imprimatur.inspect.secrets.SecretSearch;

/**
 * Searches the content of the files of one file system for secrets, in the order of the disk. Holds
 * a bounded number of files, however many there are.
 */
final class FileScan {

    private static final int BATCH = 1 << 16;

    /** No secret with what tells that it is one is shorter. */
    private static final int SHORTEST_SECRET = 16;

    private record Candidate(long firstByte, Inode inode, FilePath path) {}

    private final FileSystem fileSystem;
    private final String prefix;
    private final Found found;
    private final List<Unread> unread;
    private final LongConsumer progress;
    private final List<Candidate> batch = new ArrayList<>();
    private final SecretSearch search = new SecretSearch();
    private long bytes;

    /**
     * @param prefix put before a path to make its place: empty for the root file system
     * @param progress hears the number of bytes searched until now, after each file
     */
    FileScan(
            FileSystem fileSystem,
            String prefix,
            Found found,
            List<Unread> unread,
            LongConsumer progress) {
        this.fileSystem = fileSystem;
        this.prefix = prefix;
        this.found = found;
        this.unread = unread;
        this.progress = progress;
    }

    /** Bytes searched until now. */
    long bytes() {
        return bytes;
    }

    /** Takes a regular file; reads those taken before if there are many. */
    void add(FilePath path, Inode inode) throws IOException {
        if (inode.size() < SHORTEST_SECRET) {
            return;
        }
        try {
            batch.add(new Candidate(fileSystem.firstByte(inode), inode, path));
        } catch (ImageException e) {
            unread.add(new Unread(prefix + path, e.explanation()));
        }
        if (batch.size() >= BATCH) {
            flush();
        }
    }

    /** Reads all files that were taken. */
    void flush() throws IOException {
        batch.sort(Comparator.comparingLong(Candidate::firstByte).thenComparing(Candidate::path));
        for (var candidate : batch) {
            search(candidate);
            progress.accept(bytes);
        }
        batch.clear();
    }

    private void search(Candidate candidate) throws IOException {
        var place = prefix + candidate.path;
        search.begin(place);
        try {
            fileSystem.read(
                    candidate.inode,
                    (offset, buffer, from, length) -> {
                        bytes += length;
                        search.accept(offset, buffer, from, length);
                    });
        } catch (ImageException e) {
            unread.add(new Unread(place, e.explanation()));
        }
        found.sightings(place, "", search.finish());
    }
}
