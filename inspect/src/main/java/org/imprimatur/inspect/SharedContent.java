package org.imprimatur.inspect;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.imprimatur.disk.ContentKey;
import org.imprimatur.disk.FilePath;
import org.imprimatur.disk.ImageException;
import org.imprimatur.disk.Inode;
import org.imprimatur.inspect.secrets.ArchiveSearch;
import org.imprimatur.inspect.secrets.Sighting;
import org.jspecify.annotations.Nullable;

/**
 * Which files of snapshots have the content of a file at the same path of another part of the file
 * system. What is seen in content depends on its path, too, so files of other paths are read.
 */
final class SharedContent {

    /** More are not remembered; they are read once more. */
    private static final int MAX_KEPT = 1 << 18;

    /** What was seen in the one file of several that was read. */
    static final class Once {
        private boolean taken;
        private @Nullable Seen seen;

        /** True for the first who asks: that file is to be read. */
        boolean take() {
            boolean first = !taken;
            taken = true;
            return first;
        }

        void seen(Seen found) {
            seen = found;
        }

        @Nullable Seen seen() {
            return seen;
        }
    }

    /**
     * What was seen in a file.
     *
     * @param fault why it could not be read; empty if it could
     */
    record Seen(List<Sighting> sightings, ArchiveSearch.@Nullable Outcome archive, String fault) {}

    private record Key(ContentKey content, String below) {}

    private final GuestVolume volume;
    private final Set<String> bases;
    private final Map<Key, Once> kept = new HashMap<>();

    SharedContent(GuestVolume volume) {
        this.volume = volume;
        this.bases = volume.subvolumes().size() < 2 ? Set.of() : new HashSet<>(volume.bases());
    }

    /** What stands for all files with the content and path of this one; null if it is alone. */
    @Nullable Once of(FilePath path, Inode file) throws IOException {
        if (bases.isEmpty()) {
            return null;
        }
        ContentKey content;
        try {
            content = volume.fileSystem().contentKey(file).orElse(null);
        } catch (ImageException e) {
            // Reading the file will tell.
            return null;
        }
        if (content == null) {
            return null;
        }
        var key = new Key(content, below(new String(path.bytes(), StandardCharsets.ISO_8859_1)));
        var known = kept.get(key);
        if (known == null && kept.size() < MAX_KEPT) {
            known = new Once();
            kept.put(key, known);
        }
        return known;
    }

    /** The path from the part of the file system that a file is in. */
    private String below(String path) {
        int end = path.length();
        while (end > 0 && !bases.contains(path.substring(0, end))) {
            end = path.lastIndexOf('/', end - 1);
        }
        return path.substring(Math.max(0, end));
    }
}
