package org.imprimatur.inspect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.imprimatur.disk.FilePath;
import org.imprimatur.disk.FileSystem;
import org.imprimatur.disk.FileTree;
import org.imprimatur.disk.FileType;
import org.imprimatur.disk.ImageException;
import org.imprimatur.disk.Inode;
import org.imprimatur.disk.Limits;
import org.imprimatur.disk.Subvolume;
import org.imprimatur.disk.Unread;
import org.imprimatur.disk.Volume;
import org.imprimatur.inspect.facts.GuestFiles;
import org.imprimatur.inspect.facts.UnreadableException;
import org.jspecify.annotations.Nullable;

/**
 * One file system of the image as configuration sees it.
 *
 * <p>Faults of the image become {@link UnreadableException}. Faults of the machine are nobody's
 * finding: they pass through as {@link UncheckedIOException}.
 */
final class GuestVolume implements GuestFiles {

    private static final byte[] ZEROS = new byte[1 << 16];

    private final Volume volume;
    private final FileSystem fileSystem;
    private final FileTree tree;
    private final List<Subvolume> subvolumes;

    /**
     * @param unread hears when it is not known which subvolumes there are
     */
    GuestVolume(Volume volume, FileSystem fileSystem, Limits limits, List<Unread> unread)
            throws IOException {
        this.volume = volume;
        this.fileSystem = fileSystem;
        List<Subvolume> found = List.of();
        try {
            found = fileSystem.subvolumes();
        } catch (ImageException e) {
            unread.add(new Unread(volume.title() + " subvolumes", e.explanation()));
        }
        this.subvolumes = found;
        this.tree = new FileTree(fileSystem, volume.size(), limits);
    }

    Volume volume() {
        return volume;
    }

    FileSystem fileSystem() {
        return fileSystem;
    }

    FileTree tree() {
        return tree;
    }

    /** The parts that can be mounted by themselves. */
    List<Subvolume> subvolumes() {
        return subvolumes;
    }

    /** The directory that is the root when nothing else is asked for; empty for the whole. */
    String defaultBase() {
        return subvolumes.stream()
                .filter(Subvolume::isDefault)
                .findFirst()
                .map(GuestVolume::base)
                .orElse("");
    }

    /** The directories that may be the root of a system, the default first. */
    List<String> bases() {
        var bases = new LinkedHashSet<String>();
        bases.add(defaultBase());
        bases.add("");
        subvolumes.forEach(each -> bases.add(base(each)));
        return List.copyOf(bases);
    }

    /** Whether one of its directories is a snapshot of another, or of what both were made from. */
    boolean isSnapshot(String base, String of) {
        var one = subvolume(base);
        var other = subvolume(of);
        return one != null && other != null && one.isSnapshotOf(other);
    }

    private @Nullable Subvolume subvolume(String base) {
        return subvolumes.stream().filter(each -> base(each).equals(base)).findFirst().orElse(null);
    }

    /** Whether its own root directory is that of the system. */
    boolean isAtRootOf(@Nullable MountedFiles system) {
        return system != null && "/".equals(system.guestPath(this, FilePath.ROOT));
    }

    private static String base(Subvolume subvolume) {
        return MountedFiles.trimmed(
                new String(subvolume.path().bytes(), StandardCharsets.ISO_8859_1));
    }

    @Override
    public @Nullable Entry find(String path) throws UnreadableException {
        var inode = resolve(path);
        if (inode == null) {
            return null;
        }
        var kind =
                inode.isRegular() ? Kind.FILE : inode.isDirectory() ? Kind.DIRECTORY : Kind.OTHER;
        return new Entry(kind, inode.size());
    }

    @Override
    public void read(String path, long maxBytes, Sink sink) throws UnreadableException {
        var inode = resolve(path);
        if (inode == null || !inode.isRegular()) {
            throw new UnreadableException("is no regular file");
        }
        if (inode.size() > maxBytes) {
            throw new UnreadableException(
                    "is %d bytes long; such a file is read up to %d"
                            .formatted(inode.size(), maxBytes));
        }
        try {
            var filled = new ZeroFilling(sink);
            fileSystem.read(inode, filled::accept);
            filled.fillTo(inode.size());
        } catch (UnreadableException e) {
            throw e;
        } catch (ImageException e) {
            throw new UnreadableException(e.explanation());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<String> names(String directory) throws UnreadableException {
        var inode = resolve(directory);
        if (inode == null || !inode.isDirectory()) {
            return List.of();
        }
        try {
            var listing = fileSystem.list(inode);
            if (!listing.faults().isEmpty()) {
                throw new UnreadableException(listing.faults().getFirst());
            }
            var names = new ArrayList<String>(listing.entries().size());
            for (var entry : listing.entries()) {
                names.add(new String(entry.name().bytes(), StandardCharsets.ISO_8859_1));
            }
            names.sort(null);
            return names;
        } catch (UnreadableException e) {
            throw e;
        } catch (ImageException e) {
            throw new UnreadableException(e.explanation());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public @Nullable String link(String path) throws UnreadableException {
        try {
            var inode = tree.find(FilePath.of(path.getBytes(StandardCharsets.ISO_8859_1)));
            return inode.isEmpty() || inode.get().type() != FileType.SYMLINK
                    ? null
                    : new String(
                            fileSystem.readLink(inode.get()).bytes(), StandardCharsets.ISO_8859_1);
        } catch (ImageException e) {
            throw new UnreadableException(e.explanation());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable Inode resolve(String path) throws UnreadableException {
        try {
            return tree.resolve(FilePath.of(path.getBytes(StandardCharsets.ISO_8859_1)))
                    .orElse(null);
        } catch (ImageException e) {
            throw new UnreadableException(e.explanation());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts zeros where the file has holes. */
    private static final class ZeroFilling {
        private final Sink sink;
        private long at;

        ZeroFilling(Sink sink) {
            this.sink = sink;
        }

        void accept(long offset, byte[] buffer, int from, int length) throws UnreadableException {
            fillTo(offset);
            sink.accept(buffer, from, length);
            at = offset + length;
        }

        void fillTo(long offset) throws UnreadableException {
            while (at < offset) {
                int count = (int) Math.min(ZEROS.length, offset - at);
                sink.accept(ZEROS, 0, count);
                at += count;
            }
        }
    }
}
