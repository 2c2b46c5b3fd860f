package org.imprimatur.inspect.context;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.imprimatur.disk.DiskImage;
import org.imprimatur.disk.FileSystem;
import org.imprimatur.disk.FileTree;
import org.imprimatur.disk.FileType;
import org.imprimatur.disk.ImageException;
import org.imprimatur.disk.Inode;
import org.imprimatur.disk.Limits;
import org.imprimatur.disk.UnsupportedImageException;
import org.imprimatur.disk.VolumeContent.FileSystemContent;
import org.jspecify.annotations.Nullable;

/**
 * What is on a medium, read once: paths without a slash before them, one character for each byte.
 *
 * @param unread what could not be read, each a path or place with the reason
 */
record Medium(Map<String, Item> items, List<Unread> unread) {

    /** The largest file that is read as a script, in bytes. */
    static final int MAX_SCRIPT = 256 << 10;

    private static final int MAX_ENTRIES = 10_000;
    private static final int MAX_TOTAL = 16 << 20;
    private static final int MAX_LEVELS = 16;
    private static final int MAX_LINKS = 8;
    private static final Limits LIMITS = new Limits(64L << 30, 16, MAX_LEVELS, MAX_ENTRIES, 1024);

    /** What stands at a path. */
    sealed interface Item {

        /** A regular file, and its content. */
        record Content(byte[] bytes) implements Item {}

        /** A regular file that is too large to be a script, or one too many. */
        record Large(long size) implements Item {}

        /** A symbolic link, and where it leads to as it is written. */
        record Link(String target) implements Item {}

        /** A directory, a device, a pipe. */
        record Other(String kind) implements Item {}
    }

    /** A place that was not read. */
    record Unread(String where, String reason) {}

    Medium {
        items = Map.copyOf(items);
        unread = List.copyOf(unread);
    }

    /**
     * Reads an ISO 9660 image, or a directory with what is to be put into one.
     *
     * @throws ImageException if the file is no such image
     */
    static Medium read(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString());
        }
        return Files.isDirectory(path) ? directory(path) : image(path);
    }

    /**
     * The path of what stands at a path when links are followed; null where nothing is, or where a
     * link leads out of the medium.
     */
    @Nullable String resolve(String path) {
        var rest = new ArrayDeque<>(List.of(path.split("/", -1)));
        var trail = new ArrayDeque<String>();
        int links = 0;
        while (!rest.isEmpty()) {
            var part = rest.pop();
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            if (part.equals("..")) {
                if (trail.isEmpty()) {
                    return null;
                }
                trail.removeLast();
                continue;
            }
            trail.addLast(part);
            var item = items.get(String.join("/", trail));
            if (item == null) {
                return null;
            }
            if (item instanceof Item.Link link) {
                if (++links > MAX_LINKS || link.target().startsWith("/")) {
                    return null;
                }
                trail.removeLast();
                var parts = link.target().split("/", -1);
                for (int i = parts.length - 1; i >= 0; i--) {
                    rest.push(parts[i]);
                }
            }
        }
        return String.join("/", trail);
    }

    // ---- images

    private static Medium image(Path path) throws IOException {
        try (var image = DiskImage.open(path, LIMITS)) {
            for (var volume : image.volumes()) {
                if (volume.content() instanceof FileSystemContent content
                        && content.fileSystem().type().equals("iso9660")) {
                    return iso(content.fileSystem(), image);
                }
            }
        }
        throw new UnsupportedImageException(
                "'%s' is no ISO 9660 image, and no directory".formatted(path));
    }

    private static Medium iso(FileSystem files, DiskImage image) throws IOException {
        var items = new HashMap<String, Item>();
        var unread = new ArrayList<Unread>();
        int[] total = new int[1];
        var faults =
                new FileTree(files, image.disk().size(), LIMITS)
                        .walk(
                                (path, inode, _) -> {
                                    var name =
                                            new String(path.bytes(), StandardCharsets.ISO_8859_1);
                                    if (name.length() > 1) {
                                        items.put(
                                                name.substring(1),
                                                item(files, inode, total, unread, path.toString()));
                                    }
                                });
        faults.forEach(each -> unread.add(new Unread(each.where(), each.reason())));
        files.faults().forEach(each -> unread.add(new Unread(each.where(), each.reason())));
        return new Medium(items, unread);
    }

    private static Item item(
            FileSystem files, Inode inode, int[] total, List<Unread> unread, String shown)
            throws IOException {
        try {
            if (inode.isRegular()) {
                if (inode.size() > MAX_SCRIPT || total[0] + inode.size() > MAX_TOTAL) {
                    return new Item.Large(inode.size());
                }
                total[0] += (int) inode.size();
                return new Item.Content(files.readAll(inode, MAX_SCRIPT));
            }
            if (inode.type() == FileType.SYMLINK) {
                return new Item.Link(
                        new String(files.readLink(inode).bytes(), StandardCharsets.ISO_8859_1));
            }
        } catch (ImageException e) {
            unread.add(new Unread(shown, e.explanation()));
            return new Item.Other("what cannot be read");
        }
        return new Item.Other(inode.isDirectory() ? "a directory" : "a device or pipe");
    }

    // ---- directories

    private static Medium directory(Path root) throws IOException {
        var items = new HashMap<String, Item>();
        var unread = new ArrayList<Unread>();
        Files.walkFileTree(
                root,
                EnumSet.noneOf(FileVisitOption.class),
                MAX_LEVELS,
                new SimpleFileVisitor<>() {
                    private int total;

                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) {
                        return directory.equals(root)
                                ? FileVisitResult.CONTINUE
                                : put(directory, new Item.Other("a directory"));
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        if (attributes.isSymbolicLink()) {
                            return put(
                                    file,
                                    new Item.Link(bytes(Files.readSymbolicLink(file).toString())));
                        } else if (attributes.isDirectory()) {
                            unread.add(new Unread(name(file), "too many directories deep"));
                            return put(file, new Item.Other("a directory"));
                        } else if (!attributes.isRegularFile()) {
                            return put(file, new Item.Other("a device or pipe"));
                        } else if (attributes.size() > MAX_SCRIPT
                                || total + attributes.size() > MAX_TOTAL) {
                            return put(file, new Item.Large(attributes.size()));
                        }
                        try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                            var content = in.readNBytes(MAX_SCRIPT);
                            total += content.length;
                            return put(file, new Item.Content(content));
                        }
                    }

                    private FileVisitResult put(Path file, Item item) {
                        if (items.size() >= MAX_ENTRIES) {
                            unread.add(new Unread("", "more than %d files".formatted(MAX_ENTRIES)));
                            return FileVisitResult.TERMINATE;
                        }
                        items.put(name(file), item);
                        return FileVisitResult.CONTINUE;
                    }

                    private String name(Path file) {
                        return bytes(root.relativize(file).toString());
                    }
                });
        return new Medium(items, unread);
    }

    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** The names in the top directory. */
    Set<String> top() {
        var names = new TreeSet<String>();
        items.keySet().stream().filter(path -> path.indexOf('/') < 0).forEach(names::add);
        return names;
    }
}
