package org.imprimatur.inspect;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.imprimatur.disk.FilePath;
import org.imprimatur.disk.FileSystem;
import org.imprimatur.disk.ImageException;
import org.imprimatur.disk.Inode;
import org.imprimatur.disk.Unread;
import org.imprimatur.inspect.facts.Found;
import org.imprimatur.inspect.packages.SoftwareScan;
import org.imprimatur.inspect.secrets.ArchiveSearch;
import org.imprimatur.inspect.secrets.SecretSearch;
import org.imprimatur.inspect.secrets.Sighting;
import org.jspecify.annotations.Nullable;

/**
 * Searches the content of the files of one file system for secrets, in the order of the disk. Holds
 * a bounded number of files, however many there are.
 */
final class FileScan {

    private static final int BATCH = 1 << 16;
    private static final int MAX_WAITING = 256;

    /**
     * @param once what stands for all files with this content; null if the file is alone
     * @param known whether packages and other facts may ask for the file by its path
     */
    private record Candidate(
            long firstByte,
            Inode inode,
            FilePath path,
            long indexed,
            SharedContent.@Nullable Once once,
            boolean known) {

        static final Comparator<Candidate> ORDER =
                Comparator.comparingLong(Candidate::firstByte)
                        .thenComparing(each -> !each.known)
                        .thenComparing(Candidate::path);
    }

    private final FileSystem fileSystem;
    private final Places places;
    private final SharedContent shared;
    private final Found found;
    private final List<Unread> unread;
    private final LongConsumer progress;
    private final @Nullable SoftwareScan software;
    private final @Nullable FileIndex index;
    private final List<Candidate> batch = new ArrayList<>();
    private final ExecutorService workers;
    private final int threads;
    private final Archives archives;

    // Guarded by this. What was found in files is taken over in the order of the disk, whoever
    // comes first; so many files may wait for their turn.
    private final Map<Integer, Looked> waiting = new HashMap<>();
    private int nextToMerge;
    private long bytes;
    private @Nullable Throwable failure;

    private final AtomicInteger nextToRead = new AtomicInteger();

    /**
     * @param places says by which path a file is known
     * @param shared which files need no reading because others have their content
     * @param software looks at the content for what packages it holds; null if nobody asks
     * @param index hears the digest of each file; null if nobody asks
     * @param workers may help; the caller works too, and waits for nobody who has not begun
     * @param threads how many work at most
     * @param archives what was done with archives until now
     * @param progress hears the number of bytes searched until now, after each file
     */
    FileScan(
            FileSystem fileSystem,
            Places places,
            SharedContent shared,
            Found found,
            List<Unread> unread,
            @Nullable SoftwareScan software,
            @Nullable FileIndex index,
            ExecutorService workers,
            int threads,
            Archives archives,
            LongConsumer progress) {
        this.fileSystem = fileSystem;
        this.places = places;
        this.shared = shared;
        this.found = found;
        this.unread = unread;
        this.progress = progress;
        this.software = software;
        this.index = index;
        this.workers = workers;
        this.threads = threads;
        this.archives = archives;
    }

    /** Bytes searched until now. */
    synchronized long bytes() {
        return bytes;
    }

    /**
     * Takes a regular file; reads those taken before if there are many.
     *
     * @param indexed where it stands in the index; -1 if it does not
     */
    void add(FilePath path, Inode inode, long indexed) throws IOException {
        try {
            long firstByte = fileSystem.firstByte(inode);
            var once = indexed < 0 ? shared.of(path, inode) : null;
            boolean known = once == null || places.guestPath(path) != null;
            batch.add(new Candidate(firstByte, inode, path, indexed, once, known));
        } catch (ImageException e) {
            unread.add(new Unread(places.of(path), e.explanation()));
        }
        if (batch.size() >= BATCH) {
            flush();
        }
    }

    /** Reads all files that were taken. */
    void flush() throws IOException {
        if (batch.isEmpty()) {
            // All that is made ready for a search takes longer than many a quick inspection's rest.
            return;
        }
        batch.sort(Candidate.ORDER);
        var again = new ArrayList<Candidate>();
        batch.removeIf(each -> isReadElsewhere(each) && again.add(each));
        nextToRead.set(0);
        nextToMerge = 0;
        var helpers = new ArrayList<Helper>();
        for (int i = 1; i < threads && batch.size() > threads; i++) {
            var helper = new Helper();
            helper.task = workers.submit(helper);
            helpers.add(helper);
        }
        work();
        for (var helper : helpers) {
            helper.await();
        }
        batch.clear();
        waiting.clear();
        switch (failure) {
            case null -> {
                // all went well
            }
            case IOException fault -> throw fault;
            case RuntimeException fault -> throw fault;
            case Error fault -> throw fault;
            default -> throw new AssertionError(failure);
        }
        again.forEach(this::seenElsewhere);
    }

    private static boolean isReadElsewhere(Candidate file) {
        return file.once != null && !file.once.take() && !file.known;
    }

    /** Says of a file what was seen in the one that has its content. */
    private void seenElsewhere(Candidate file) {
        var seen = file.once == null ? null : file.once.seen();
        if (seen == null) {
            throw new AssertionError("the file with the content of " + file.path + " was read");
        }
        var place = places.of(file.path);
        if (!seen.fault().isEmpty()) {
            unread.add(new Unread(place, seen.fault()));
        }
        take(place, seen.sightings(), seen.archive());
    }

    /** Somebody who reads along, if there is time before the work is done. */
    private final class Helper implements Runnable {
        private final AtomicBoolean begun = new AtomicBoolean();
        private @Nullable Future<?> task;

        @Override
        public void run() {
            if (begun.compareAndSet(false, true)) {
                work();
            }
        }

        void await() throws IOException {
            if (begun.compareAndSet(false, true) || task == null) {
                return;
            }
            try {
                task.get();
            } catch (ExecutionException e) {
                throw new AssertionError("failures are kept", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("the inspection was interrupted");
            }
        }
    }

    /** Takes files in the order of the disk until there is none left. */
    private void work() {
        var search = new SecretSearch();
        var archive = new ArchiveSearch(search, ArchiveSearch.Bounds.DEFAULT);
        try {
            int index;
            while ((index = nextToRead.getAndIncrement()) < batch.size() && isMyTurnNear(index)) {
                var looked = look(batch.get(index), search, archive);
                takeOver(index, looked);
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    private synchronized void fail(Throwable e) {
        failure = failure == null ? e : failure;
        notifyAll();
    }

    /** Waits while too many files are before this one; false if the work has failed. */
    private synchronized boolean isMyTurnNear(int index) throws InterruptedIOException {
        while (failure == null && index - nextToMerge > MAX_WAITING) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("the inspection was interrupted");
            }
        }
        return failure == null;
    }

    private synchronized void takeOver(int index, Looked looked) throws IOException {
        waiting.put(index, looked);
        Looked next;
        while ((next = waiting.remove(nextToMerge)) != null) {
            merge(next);
            nextToMerge++;
        }
        notifyAll();
    }

    /** One file after it was read. */
    private record Looked(
            Candidate candidate,
            String place,
            long bytes,
            List<Sighting> seen,
            SoftwareScan.@Nullable Watch watch,
            ArchiveSearch.@Nullable Outcome archive,
            String fault) {}

    private Looked look(Candidate candidate, SecretSearch search, ArchiveSearch archive)
            throws IOException {
        var place = places.of(candidate.path);
        search.begin(place);
        var watch =
                software == null
                        ? null
                        : software.watch(
                                places.name(candidate.path), place, candidate.inode.size());
        var content = index == null || candidate.indexed < 0 ? null : new ContentDigest();
        var fault = "";
        long[] read = {0};
        try {
            fileSystem.read(
                    candidate.inode,
                    (offset, buffer, from, length) -> {
                        read[0] += length;
                        search.accept(offset, buffer, from, length);
                        if (watch != null) {
                            watch.accept(offset, buffer, from, length);
                        }
                        if (content != null) {
                            content.accept(offset, buffer, from, length);
                        }
                    });
            if (index != null && content != null) {
                index.digest(candidate.indexed, content.finish());
            }
        } catch (ImageException e) {
            fault = e.explanation();
        }
        var seen = search.finish();
        var kind = search.archive();
        var inside =
                kind.isPresent() && fault.isEmpty()
                        ? archives.look(archive, kind.get(), place, fileSystem, candidate.inode)
                        : null;
        return new Looked(candidate, place, read[0], seen, watch, inside, fault);
    }

    private void merge(Looked looked) throws IOException {
        bytes += looked.bytes;
        if (!looked.fault.isEmpty()) {
            unread.add(new Unread(looked.place, looked.fault));
        } else if (looked.watch != null) {
            try {
                looked.watch.end(sink -> fileSystem.read(looked.candidate.inode, sink));
            } catch (ImageException e) {
                unread.add(new Unread(looked.place, e.explanation()));
            }
        }
        take(looked.place, looked.seen, looked.archive);
        var once = looked.candidate.once;
        if (once != null) {
            once.seen(new SharedContent.Seen(looked.seen, looked.archive, looked.fault));
        }
        progress.accept(bytes);
    }

    private void take(String place, List<Sighting> seen, ArchiveSearch.@Nullable Outcome archive) {
        if (archive == null) {
            found.sightings(place, "", seen);
        } else {
            archives.take(place, seen, archive, found);
        }
    }
}
