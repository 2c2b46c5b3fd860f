package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A file system as a tree of paths: every entry visited once, and paths resolved without ever
 * leaving the file system.
 */
public final class FileTree {

    /** As many symbolic links as Linux follows in one path (path_resolution(7)). */
    private static final int MAX_LINKS = 40;

    /** How many entries of directories are kept for resolving paths. */
    private static final int MAX_KEPT_ENTRIES = 200_000;

    /**
     * How often the bytes of a volume may be claimed where files share them, the same content in
     * several files counted once.
     */
    private static final int MAX_SHARES = 64;

    /** Sees every entry of a tree, the root included; a directory before what is in it. */
    @FunctionalInterface
    public interface Visitor {

        /**
         * @param path absolute
         * @param inode what stands there
         * @param first whether this inode is seen for the first time; a file with several names
         *     needs reading only then
         */
        void visit(FilePath path, Inode inode, boolean first) throws IOException;
    }

    private final FileSystem fileSystem;
    private final long volumeBytes;
    private final Limits limits;

    // Guarded by this. The directories last used to resolve a path, by inode number.
    private final LinkedHashMap<Long, Map<FileName, Long>> kept =
            new LinkedHashMap<>(64, 0.75f, true);
    private int keptEntries;

    /**
     * @param volumeBytes the size of the volume: files that claim to store more than this together
     *     are not believed
     */
    public FileTree(FileSystem fileSystem, long volumeBytes, Limits limits) {
        this.fileSystem = fileSystem;
        this.volumeBytes = volumeBytes;
        this.limits = limits;
    }

    private record Pending(FilePath path, Inode directory, int depth) {}

    /**
     * Visits everything, and returns what could not be read. A damaged entry, directory or file map
     * costs only itself; its siblings are still visited.
     *
     * @throws IOException when the visitor or the machine fails; never because of the image, unless
     *     the visitor lets an {@link ImageException} through
     */
    public List<Unread> walk(Visitor visitor) throws IOException {
        return walk(visitor, true);
    }

    /**
     * As {@link #walk}, for a visitor that reads no content: what files claim to store is not added
     * up, and whether their maps can be read is not looked at.
     */
    public List<Unread> list(Visitor visitor) throws IOException {
        return walk(visitor, false);
    }

    private List<Unread> walk(Visitor visitor, boolean withContent) throws IOException {
        var unread = new ArrayList<Unread>();
        Inode root;
        try {
            root = fileSystem.root();
        } catch (ImageException e) {
            unread.add(new Unread("/", e.explanation()));
            return unread;
        }
        var seen = new LongSet();
        var contents = new LongSet();
        long mostStored =
                fileSystem.sharesContent()
                        ? Math.multiplyExact(Math.min(volumeBytes, 1L << 55), MAX_SHARES)
                        : volumeBytes;
        var pending = new ArrayDeque<Pending>();
        long entries = 0;
        long stored = 0;
        seen.add(root.number());
        visitor.visit(FilePath.ROOT, root, true);
        pending.push(new Pending(FilePath.ROOT, root, 1));
        while (!pending.isEmpty()) {
            Pending next = pending.pop();
            Listing listing;
            try {
                listing = fileSystem.list(next.directory());
            } catch (ImageException e) {
                unread.add(new Unread(next.path().toString(), e.explanation()));
                continue;
            }
            for (String fault : listing.faults()) {
                unread.add(new Unread(next.path().toString(), fault));
            }
            for (DirectoryEntry entry : listing.entries()) {
                if (++entries > limits.maxEntries()) {
                    unread.add(
                            new Unread(
                                    next.path().toString(),
                                    "more than %d entries: neither the rest of this directory nor"
                                                    .formatted(limits.maxEntries())
                                            + " what was still to come was visited"));
                    return unread;
                }
                FilePath path = next.path().child(entry.name());
                if (path.length() > limits.maxPathBytes()) {
                    unread.add(
                            new Unread(
                                    next.path().toString(),
                                    "an entry with a path of more than %d bytes was not visited"
                                            .formatted(limits.maxPathBytes())));
                    continue;
                }
                Inode inode;
                boolean first;
                try {
                    inode = fileSystem.inode(entry.inode());
                    first = seen.add(inode.number());
                    if (withContent && inode.isRegular() && first) {
                        stored += storedBytes(inode, contents);
                        if (stored > mostStored) {
                            throw new CorruptImageException(
                                    "the files up to here claim %d bytes of a volume of %d: they"
                                                    .formatted(stored, volumeBytes)
                                            + " share more than files may share");
                        }
                    }
                } catch (ImageException e) {
                    unread.add(new Unread(path.toString(), e.explanation()));
                    continue;
                }
                if (inode.isDirectory() && !first) {
                    unread.add(
                            new Unread(
                                    path.toString(),
                                    "a second name for the directory of inode %d, where every directory has one"
                                            .formatted(inode.number())));
                    continue;
                }
                visitor.visit(path, inode, first);
                if (inode.isDirectory()) {
                    if (next.depth() >= limits.maxDirectoryDepth()) {
                        unread.add(
                                new Unread(
                                        path.toString(),
                                        "more than %d directories deep"
                                                .formatted(limits.maxDirectoryDepth())));
                    } else {
                        pending.push(new Pending(path, inode, next.depth() + 1));
                    }
                }
            }
        }
        return unread;
    }

    /** What a file adds to the bytes that a reader of all contents must read. */
    private long storedBytes(Inode inode, LongSet contents) throws IOException {
        if (fileSystem.sharesContent()) {
            long key = fileSystem.contentKey(inode).map(ContentKey::low).orElse(0L);
            if (key != 0 && !contents.add(key)) {
                return 0;
            }
        }
        return fileSystem.storedBytes(inode);
    }

    /**
     * What stands at a path after all symbolic links are followed, the last one included; empty
     * when there is nothing. A link that is absolute, or climbs above the root, stays inside this
     * file system.
     *
     * @throws CorruptImageException when more than 40 links are met: a loop
     */
    public Optional<Inode> resolve(FilePath path) throws IOException {
        return find(path, true);
    }

    /** As {@link #resolve}, but a symbolic link at the very end is returned itself. */
    public Optional<Inode> find(FilePath path) throws IOException {
        return find(path, false);
    }

    private Optional<Inode> find(FilePath path, boolean followLast) throws IOException {
        var rest = new ArrayDeque<byte[]>(path.parts());
        var trail = new ArrayDeque<Inode>();
        trail.push(fileSystem.root());
        int links = 0;
        while (!rest.isEmpty()) {
            byte[] part = rest.pop();
            Inode here = trail.element();
            if (!here.isDirectory()) {
                return Optional.empty();
            }
            if (part.length == 1 && part[0] == '.') {
                continue;
            }
            if (part.length == 2 && part[0] == '.' && part[1] == '.') {
                if (trail.size() > 1) {
                    trail.pop();
                }
                continue;
            }
            Long number = entries(here).get(FileName.checked(part));
            if (number == null) {
                return Optional.empty();
            }
            Inode inode = fileSystem.inode(number);
            if (inode.type() == FileType.SYMLINK && (followLast || !rest.isEmpty())) {
                if (++links > MAX_LINKS) {
                    throw new CorruptImageException(
                            "more than %d symbolic links on the way to '%s'"
                                    .formatted(MAX_LINKS, path));
                }
                FilePath target = fileSystem.readLink(inode);
                List<byte[]> parts = target.parts();
                for (int i = parts.size() - 1; i >= 0; i--) {
                    rest.push(parts.get(i));
                }
                if (target.isAbsolute()) {
                    while (trail.size() > 1) {
                        trail.pop();
                    }
                }
            } else {
                if (trail.size() > limits.maxDirectoryDepth()) {
                    throw new CorruptImageException(
                            "'%s' is more than %d directories deep"
                                    .formatted(path, limits.maxDirectoryDepth()));
                }
                trail.push(inode);
            }
        }
        return Optional.of(trail.element());
    }

    private Map<FileName, Long> entries(Inode directory) throws IOException {
        synchronized (this) {
            Map<FileName, Long> known = kept.get(directory.number());
            if (known != null) {
                return known;
            }
        }
        Listing listing = fileSystem.list(directory);
        var entries = HashMap.<FileName, Long>newHashMap(listing.entries().size());
        for (DirectoryEntry entry : listing.entries()) {
            entries.putIfAbsent(entry.name(), entry.inode());
        }
        synchronized (this) {
            if (kept.put(directory.number(), entries) == null) {
                keptEntries += entries.size() + 1;
            }
            var oldest = kept.entrySet().iterator();
            while (keptEntries > MAX_KEPT_ENTRIES && oldest.hasNext()) {
                keptEntries -= oldest.next().getValue().size() + 1;
                oldest.remove();
            }
        }
        return entries;
    }
}
