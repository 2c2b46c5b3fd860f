package org.imprimatur.disk;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.imprimatur.disk.VolumeContent.FileSystemContent;

/** The images of {@code images/fixtures}, and file systems told as their listings tell them. */
final class Fixtures {

    static final Path ROOT =
            Path.of(System.getProperty("imprimatur.root", ".."), "images", "fixtures");

    private Fixtures() {}

    /** The image unpacked, in memory. */
    static byte[] bytes(String name) {
        Path file = ROOT.resolve(name);
        try (InputStream in =
                name.endsWith(".gz")
                        ? new GZIPInputStream(Files.newInputStream(file))
                        : Files.newInputStream(file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static DiskImage open(String name) throws IOException {
        return DiskImage.open(new MemoryDevice(bytes(name)), Limits.DEFAULT);
    }

    static List<String> names(String start) throws IOException {
        try (var files = Files.list(ROOT)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(start) && !name.endsWith(".tsv"))
                    .sorted()
                    .toList();
        }
    }

    /** The only file system of an image. */
    static FileSystem fileSystem(DiskImage image) {
        return ((FileSystemContent) volume(image).content()).fileSystem();
    }

    static Volume volume(DiskImage image) {
        return image.volumes().stream()
                .filter(volume -> volume.content() instanceof FileSystemContent)
                .findFirst()
                .orElseThrow();
    }

    static FileTree tree(DiskImage image) {
        return new FileTree(fileSystem(image), volume(image).size(), Limits.DEFAULT);
    }

    /** The lines of a listing. */
    static List<String> oracle(Path file) throws IOException {
        return Files.readAllLines(file, StandardCharsets.UTF_8);
    }

    record Told(List<String> lines, List<Unread> unread) {

        /** What stands in one of the two only, with a sign before it. */
        List<String> differences(String listing) throws IOException {
            List<String> oracle = oracle(ROOT.resolve(listing));
            var differences = new ArrayList<String>();
            oracle.stream()
                    .filter(line -> !lines.contains(line))
                    .forEach(each -> differences.add("- " + each));
            lines.stream()
                    .filter(line -> !oracle.contains(line))
                    .forEach(each -> differences.add("+ " + each));
            return differences;
        }
    }

    /** A file system in the form of a listing, sorted by the bytes of the path. */
    static Told tell(FileSystem fileSystem, FileTree tree) throws IOException {
        return tell(fileSystem, tree, _ -> List.of());
    }

    /** The same, with the second of the last change of the content as an eighth column. */
    static Told tellWithTimes(FileSystem fileSystem, FileTree tree) throws IOException {
        return tell(
                fileSystem,
                tree,
                inode -> List.of(Long.toString(inode.modified().getEpochSecond())));
    }

    /** With times and attributes, as oracle.py --full. */
    static Told tellAll(FileSystem fileSystem, FileTree tree) throws IOException {
        return tell(
                fileSystem,
                tree,
                inode ->
                        List.of(
                                time(inode.modified()),
                                time(inode.changed()),
                                attributes(fileSystem.attributes(inode))));
    }

    /** Columns of a listing besides the first seven. */
    private interface Columns {
        List<String> of(Inode inode) throws IOException;
    }

    private static Told tell(FileSystem fileSystem, FileTree tree, Columns further)
            throws IOException {
        var lines = new TreeMap<FilePath, String>();
        var unread = new ArrayList<Unread>();
        unread.addAll(
                tree.walk(
                        (path, inode, _) -> {
                            try {
                                var columns = new ArrayList<String>();
                                columns.add(line(fileSystem, path, inode));
                                columns.addAll(further.of(inode));
                                lines.put(path, String.join("\t", columns));
                            } catch (ImageException e) {
                                unread.add(new Unread(path.toString(), e.explanation()));
                            }
                        }));
        return new Told(List.copyOf(lines.values()), unread);
    }

    static String line(FileSystem fileSystem, FilePath path, Inode inode) throws IOException {
        String size = "-";
        String content = "-";
        String type =
                switch (inode.type()) {
                    case REGULAR -> {
                        size = Long.toString(inode.size());
                        content = sha256(fileSystem, inode);
                        yield "file";
                    }
                    case DIRECTORY -> "directory";
                    case SYMLINK -> {
                        size = Long.toString(inode.size());
                        content = fileSystem.readLink(inode).toString();
                        yield "symlink";
                    }
                    case CHARACTER_DEVICE -> {
                        content = inode.deviceMajor() + ":" + inode.deviceMinor();
                        yield "char";
                    }
                    case BLOCK_DEVICE -> {
                        content = inode.deviceMajor() + ":" + inode.deviceMinor();
                        yield "block";
                    }
                    case FIFO -> "fifo";
                    case SOCKET -> "socket";
                };
        return String.join(
                "\t",
                path.toString(),
                type,
                String.format(Locale.ROOT, "%04o", inode.mode()),
                Long.toString(inode.uid()),
                Long.toString(inode.gid()),
                size,
                content);
    }

    private static String time(Instant instant) {
        return "%d.%09d".formatted(instant.getEpochSecond(), instant.getNano());
    }

    private static String attributes(Map<String, byte[]> attributes) {
        return attributes.isEmpty()
                ? "-"
                : new TreeMap<>(attributes)
                        .entrySet().stream()
                                .map(
                                        each ->
                                                each.getKey()
                                                        + "="
                                                        + HexFormat.of().formatHex(each.getValue()))
                                .collect(Collectors.joining(","));
    }

    static String sha256(FileSystem fileSystem, Inode inode) throws IOException {
        MessageDigest digest = Sha256.begin();
        byte[] zeros = new byte[1 << 16];
        long[] done = new long[1];
        fileSystem.read(
                inode,
                (offset, buffer, from, length) -> {
                    zeros(digest, zeros, offset - done[0]);
                    digest.update(buffer, from, length);
                    done[0] = offset + length;
                });
        zeros(digest, zeros, inode.size() - done[0]);
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void zeros(MessageDigest digest, byte[] zeros, long count) {
        for (long left = count; left > 0; left -= zeros.length) {
            digest.update(zeros, 0, (int) Math.min(left, zeros.length));
        }
    }

    static byte[] content(BlockDevice disk) throws IOException {
        var out = new ByteArrayOutputStream();
        byte[] buffer = new byte[70_001];
        for (long at = 0; at < disk.size(); at += buffer.length) {
            int length = (int) Math.min(buffer.length, disk.size() - at);
            disk.read(at, buffer, 0, length);
            out.write(buffer, 0, length);
        }
        return out.toByteArray();
    }
}
