package org.imprimatur.inspect;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
import org.imprimatur.inspect.packages.SoftwareScan;
import org.imprimatur.inspect.secrets.SecretSearch;
import org.jspecify.annotations.Nullable;

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
    private final @Nullable SoftwareScan software;
    private final String guestPrefix;
    private final List<Candidate> batch = new ArrayList<>();
    private final SecretSearch search = new SecretSearch();
    private long bytes;

    /**
     * @param prefix put before a path to make its place: empty for the root file system
     * @param software looks at the content for what packages it holds; null if nobody asks
     * @param guestPrefix put before a path to make it the system's own: where it is mounted
     * @param progress hears the number of bytes searched until now, after each file
     */
    FileScan(
            FileSystem fileSystem,
            String prefix,
            Found found,
            List<Unread> unread,
            @Nullable SoftwareScan software,
            String guestPrefix,
            LongConsumer progress) {
        this.fileSystem = fileSystem;
        this.prefix = prefix;
        this.found = found;
        this.unread = unread;
        this.progress = progress;
        this.software = software;
        this.guestPrefix = guestPrefix;
    }

    /** Bytes searched until now. */
    long bytes() {
        return bytes;
    }

    /** Takes a regular file; reads those taken before if there are many. */
    void add(FilePath path, Inode inode) throws IOException {
        if (inode.size() < SHORTEST_SECRET
                && (software == null || !software.isClaimed(guestPath(path)))) {
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
        var watch =
                software == null
                        ? null
                        : software.watch(guestPath(candidate.path), place, candidate.inode.size());
        try {
            fileSystem.read(
                    candidate.inode,
                    (offset, buffer, from, length) -> {
                        bytes += length;
                        search.accept(offset, buffer, from, length);
                        if (watch != null) {
                            watch.accept(offset, buffer, from, length);
                        }
                    });
            if (watch != null) {
                watch.end(sink -> fileSystem.read(candidate.inode, sink));
            }
        } catch (ImageException e) {
            unread.add(new Unread(place, e.explanation()));
        }
        found.sightings(place, "", search.finish());
    }

    /** One character for each byte. */
    private String guestPath(FilePath path) {
        return guestPrefix + new String(path.bytes(), StandardCharsets.ISO_8859_1);
    }
}
