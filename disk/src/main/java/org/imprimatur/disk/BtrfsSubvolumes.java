package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The subvolumes of one btrfs, where each stands, and which of them no path leads to. */
final class BtrfsSubvolumes {

    /** The top level, which every other subvolume is below. */
    static final long TOP = 5;

    /** The inode of the root directory of every subvolume. */
    static final long ROOT_DIRECTORY = 256;

    private static final int MAX_SUBVOLUMES = 100_000;

    /** Snapshots of snapshots; also the end of those that lead in a circle. */
    private static final int MAX_GENERATIONS = 256;

    private static final int ROOT_ITEM = 239;
    private static final int LONG_ROOT_ITEM = 439;
    private static final long READ_ONLY = 1;
    private static final long DEAD = 1L << 48;
    private static final long ORPHANS = -5;
    private static final long LEAST = 256;

    /**
     * A subvolume, and the entry that leads to it.
     *
     * @param parent 0 where no entry does
     * @param directory the inode in the parent
     * @param index of the entry in that directory
     */
    record Entry(
            long id,
            BtrfsTree.Root root,
            long parent,
            long directory,
            long index,
            @Nullable FileName name) {}

    /**
     * What a root says of itself.
     *
     * @param uuid of the subvolume; null where none was given
     * @param parent of which subvolume it is a snapshot; null if of none
     */
    private record Origin(boolean readOnly, @Nullable UUID uuid, @Nullable UUID parent) {}

    private static final UUID NONE = new UUID(0, 0);

    private final BtrfsTree tree;
    private final Limits limits;
    private final TreeMap<Long, Entry> entries = new TreeMap<>(Long::compareUnsigned);

    /** The trees that are no subvolumes: of extents, of checksums and others. */
    private final Map<Long, BtrfsTree.Root> others = new HashMap<>();

    private final Map<Long, Origin> origins = new HashMap<>();
    private final Map<UUID, UUID> parents = new HashMap<>();
    private final Map<Long, FilePath> paths = new TreeMap<>(Long::compareUnsigned);
    private final List<Unread> faults = new ArrayList<>();
    private long defaultId = TOP;

    BtrfsSubvolumes(BtrfsTree tree, BtrfsSuperblock superblock, Limits limits) throws IOException {
        this.tree = tree;
        this.limits = limits;
        readRoots(superblock);
        if (!entries.containsKey(TOP)) {
            throw new CorruptImageException("btrfs without its top level, the tree 5");
        }
        paths.put(TOP, FilePath.ROOT);
        for (Entry entry : entries.values()) {
            reach(entry);
            try {
                checkOrphans(entry);
            } catch (ImageException e) {
                fault(entry.id(), e.explanation());
            }
        }
        readDefault(superblock);
    }

    private void fault(long id, String reason) {
        faults.add(new Unread("subvolume " + Long.toUnsignedString(id), reason));
    }

    private void readRoots(BtrfsSuperblock superblock) throws IOException {
        var dead = new ArrayList<Long>();
        var references = new HashMap<Long, Entry>();
        tree.scan(
                superblock.rootTree(),
                new BtrfsKey(0, 0, 0),
                BtrfsKey.LAST,
                (key, node, at, size) -> {
                    boolean subvolume =
                            key.object() == TOP
                                    || Long.compareUnsigned(key.object(), LEAST) >= 0
                                            && Long.compareUnsigned(key.object(), -LEAST) <= 0;
                    if (key.type() == BtrfsKey.ROOT) {
                        if (size < ROOT_ITEM) {
                            throw new CorruptImageException(
                                    "the root %s of btrfs has %d bytes".formatted(key, size));
                        }
                        var root =
                                new BtrfsTree.Root(
                                        Bytes.i64le(node, at + 176),
                                        Bytes.u8(node, at + 238),
                                        Bytes.i64le(node, at + 160));
                        if (!subvolume) {
                            others.put(key.object(), root);
                            return true;
                        }
                        if ((Bytes.i64le(node, at + 208) & DEAD) != 0
                                || Bytes.u32le(node, at + 216) == 0) {
                            dead.add(key.object());
                        }
                        readOrigin(key, node, at, size, root);
                        entries.put(key.object(), new Entry(key.object(), root, 0, 0, 0, null));
                    } else if (key.type() == BtrfsKey.ROOT_REFERENCE && subvolume) {
                        references.put(key.offset(), reference(key, node, at, size));
                    }
                    if (entries.size() > MAX_SUBVOLUMES || references.size() > MAX_SUBVOLUMES) {
                        throw new UnsupportedImageException(
                                "btrfs with more than %d subvolumes".formatted(MAX_SUBVOLUMES));
                    }
                    return true;
                });
        for (long id : dead) {
            references.remove(id);
            fault(id, "its deletion was begun and not ended; it was not read");
        }
        references.forEach(
                (id, reference) ->
                        entries.computeIfPresent(
                                id,
                                (_, entry) ->
                                        id == TOP
                                                ? entry
                                                : new Entry(
                                                        id,
                                                        entry.root(),
                                                        reference.parent(),
                                                        reference.directory(),
                                                        reference.index(),
                                                        reference.name())));
        entries.keySet().removeIf(dead::contains);
        for (Map.Entry<Long, Entry> reference : references.entrySet()) {
            if (!entries.containsKey(reference.getKey())) {
                fault(reference.getKey(), "its tree is missing");
            }
        }
    }

    /** A kernel that knows nothing of the long form leaves the second generation behind. */
    private void readOrigin(BtrfsKey key, byte[] node, int at, int size, BtrfsTree.Root root) {
        boolean tells = size >= LONG_ROOT_ITEM && Bytes.i64le(node, at + 239) == root.generation();
        var origin =
                new Origin(
                        (Bytes.i64le(node, at + 208) & READ_ONLY) != 0,
                        tells ? uuid(node, at + 247) : null,
                        tells ? uuid(node, at + 263) : null);
        origins.put(key.object(), origin);
        if (origin.uuid() != null && origin.parent() != null) {
            parents.put(origin.uuid(), origin.parent());
        }
    }

    private static @Nullable UUID uuid(byte[] node, int at) {
        UUID uuid = Bytes.uuid(node, at);
        return uuid.equals(NONE) ? null : uuid;
    }

    private static Entry reference(BtrfsKey key, byte[] node, int at, int size)
            throws CorruptImageException {
        int length = size < 18 ? -1 : Bytes.u16le(node, at + 16);
        if (length < 0 || length > size - 18) {
            throw new CorruptImageException(
                    "the reference %s of btrfs has %d bytes".formatted(key, size));
        }
        return new Entry(
                key.offset(),
                new BtrfsTree.Root(0, 0, 0),
                key.object(),
                Bytes.i64le(node, at),
                Bytes.i64le(node, at + 8),
                FileName.read(node, at + 18, length));
    }

    /** Finds the path of a subvolume and of those that it stands in. */
    private void reach(Entry entry) throws IOException {
        var open = new ArrayDeque<Entry>();
        Entry here = entry;
        while (!paths.containsKey(here.id())) {
            open.push(here);
            Entry parent = here.parent() == 0 ? null : entries.get(here.parent());
            if (parent == null || open.size() > limits.maxDirectoryDepth()) {
                fault(entry.id(), "no path leads to it");
                return;
            }
            here = parent;
        }
        while (!open.isEmpty()) {
            Entry next = open.pop();
            try {
                FilePath parent = paths.get(next.parent());
                if (parent == null) {
                    fault(entry.id(), "no path leads to it");
                    return;
                }
                paths.put(next.id(), path(parent, next));
            } catch (ImageException e) {
                fault(entry.id(), "no path leads to it: " + e.explanation());
                return;
            }
        }
    }

    private FilePath path(FilePath parent, Entry entry) throws IOException {
        Entry above = entries.get(entry.parent());
        FileName name = entry.name();
        if (above == null
                || name == null
                || !leads(above.root(), entry.directory(), entry.index(), name, entry.id(), true)) {
            throw new CorruptImageException("its directory has no entry for it");
        }
        BtrfsTree.Root root = above.root();
        var names = new ArrayDeque<FileName>();
        names.push(name);
        long directory = entry.directory();
        while (directory != ROOT_DIRECTORY) {
            if (names.size() > limits.maxDirectoryDepth()) {
                throw new CorruptImageException(
                        "it is more than %d directories deep"
                                .formatted(limits.maxDirectoryDepth()));
            }
            directory = up(root, directory, names);
        }
        FilePath path = parent;
        for (FileName each : names) {
            path = path.child(each);
        }
        if (path.length() > limits.maxPathBytes()) {
            throw new CorruptImageException(
                    "its path has more than %d bytes".formatted(limits.maxPathBytes()));
        }
        return path;
    }

    /** Puts the name of a directory before the others, and returns the directory that it is in. */
    private long up(BtrfsTree.Root root, long directory, ArrayDeque<FileName> names)
            throws IOException {
        long[] parent = new long[1];
        tree.scan(
                root,
                BtrfsKey.first(directory, BtrfsKey.INODE_REFERENCE),
                BtrfsKey.last(directory, BtrfsKey.INODE_REFERENCE),
                (key, node, at, size) -> {
                    int length = size < 10 ? 0 : Bytes.u16le(node, at + 8);
                    if (length > size - 10) {
                        throw new CorruptImageException(
                                "the reference %s of btrfs has %d bytes".formatted(key, size));
                    }
                    FileName name = FileName.read(node, at + 10, length);
                    if (leads(root, key.offset(), Bytes.i64le(node, at), name, directory, false)) {
                        names.push(name);
                        parent[0] = key.offset();
                    }
                    return false;
                });
        if (parent[0] == 0) {
            throw new CorruptImageException(
                    "nothing leads to the directory of inode %d".formatted(directory));
        }
        return parent[0];
    }

    /** Whether a directory has an entry with this name and target at this index. */
    private boolean leads(
            BtrfsTree.Root root,
            long directory,
            long index,
            FileName name,
            long target,
            boolean subvolume)
            throws IOException {
        var key = new BtrfsKey(directory, BtrfsKey.DIRECTORY_INDEX, index);
        boolean[] found = new boolean[1];
        tree.scan(
                root,
                key,
                key,
                (_, node, at, size) -> {
                    BtrfsEntry entry = BtrfsEntry.read(node, at, at + size);
                    found[0] =
                            entry.isSubvolume() == subvolume
                                    && entry.target() == target
                                    && FileName.read(node, entry.nameAt(), entry.nameLength())
                                            .equals(name);
                    return false;
                });
        return found[0];
    }

    private void checkOrphans(Entry entry) throws IOException {
        boolean[] found = new boolean[1];
        tree.scan(
                entry.root(),
                BtrfsKey.first(ORPHANS, BtrfsKey.ORPHAN),
                BtrfsKey.last(ORPHANS, BtrfsKey.ORPHAN),
                (_, _, _, _) -> {
                    found[0] = true;
                    return false;
                });
        if (found[0]) {
            fault(
                    entry.id(),
                    "files that were deleted while in use wait for being cleared away; they were not read");
        }
    }

    private void readDefault(BtrfsSuperblock superblock) throws IOException {
        byte[] name = {'d', 'e', 'f', 'a', 'u', 'l', 't'};
        tree.scan(
                superblock.rootTree(),
                BtrfsKey.first(superblock.rootDirectory(), BtrfsKey.DIRECTORY_ITEM),
                BtrfsKey.last(superblock.rootDirectory(), BtrfsKey.DIRECTORY_ITEM),
                (_, node, at, size) -> {
                    BtrfsEntry entry = BtrfsEntry.read(node, at, at + size);
                    if (entry.isSubvolume()
                            && FileName.read(node, entry.nameAt(), entry.nameLength())
                                    .equals(FileName.checked(name))) {
                        defaultId = entry.target();
                    }
                    return true;
                });
        if (!paths.containsKey(defaultId)) {
            fault(defaultId, "it is the default subvolume, and no path leads to it");
            defaultId = TOP;
        }
    }

    boolean isReadOnly(long id) {
        Origin origin = origins.get(id);
        return origin != null && origin.readOnly();
    }

    /** Of what a subvolume is a snapshot, of what that is one, and so on to the oldest known. */
    Optional<UUID> lineage(long id) {
        Origin origin = origins.get(id);
        UUID oldest = origin == null ? null : origin.uuid();
        for (int i = 0; oldest != null && i < MAX_GENERATIONS; i++) {
            UUID parent = parents.get(oldest);
            if (parent == null) {
                return Optional.of(oldest);
            }
            oldest = parent;
        }
        return Optional.empty();
    }

    List<Unread> faults() {
        return List.copyOf(faults);
    }

    long defaultId() {
        return defaultId;
    }

    Optional<Entry> find(long id) {
        return Optional.ofNullable(entries.get(id));
    }

    /** The paths of all subvolumes that have one, by their ids. */
    Map<Long, FilePath> paths() {
        return paths;
    }

    /** One of the trees that is no subvolume. */
    BtrfsTree.@Nullable Root other(long id) {
        return others.get(id);
    }
}
