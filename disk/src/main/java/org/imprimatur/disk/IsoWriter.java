package org.imprimatur.disk;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a directory as an ISO 9660 image (ECMA-119) with the names and modes of Rock Ridge. The
 * same names and contents give the same bytes, whenever and wherever they are written.
 *
 * <p>Everything belongs to root, who alone may read it; times are the beginning of 1970. Links and
 * devices are refused, since what they lead to is not on the medium.
 */
public final class IsoWriter {

    private static final int SECTOR = 2048;

    /** Where volume descriptors begin, and what comes behind the two of them. */
    private static final int FIRST = 16;

    private static final int TABLES = FIRST + 2;
    private static final int MAX_ENTRIES = 10_000;
    private static final int MAX_LEVELS = 7;
    private static final int MAX_NAME = 128;
    private static final long MAX_TOTAL = 4L << 30;
    private static final int DIRECTORY_MODE = 0040500;
    private static final int FILE_MODE = 0100500;

    /** A file or directory, and where it is put. */
    private static final class Node {

        private final Path path;
        private final byte[] name;
        private final Node parent;
        private final List<Node> children = new ArrayList<>();
        private final boolean directory;

        /** As those see it who know no Rock Ridge. */
        private String plain = "\0";

        private long size;
        private long sector;
        private int number;

        Node(Path path, byte[] name, @Nullable Node parent, boolean directory) {
            this.path = path;
            this.name = name;
            this.parent = parent == null ? this : parent;
            this.directory = directory;
        }

        long sectors() {
            return (size + SECTOR - 1) / SECTOR;
        }
    }

    private final List<Node> directories = new ArrayList<>();
    private final List<Node> files = new ArrayList<>();
    private final String label;
    private long total;

    private IsoWriter(String label) {
        this.label = label;
    }

    /**
     * Writes an image.
     *
     * @param directory what is to be in its top directory
     * @param label the name of the volume: at most 32 capital letters, digits and {@code _}
     * @param file written anew
     * @throws UnsupportedImageException if something in the directory cannot be on such a medium
     * @throws IOException if the machine fails, the file is there, or a file changes meanwhile
     */
    public static void write(Path directory, String label, Path file) throws IOException {
        if (!label.matches("[A-Z0-9_]{1,32}")) {
            throw new IllegalArgumentException("'%s' is no name of a volume".formatted(label));
        }
        var writer = new IsoWriter(label);
        writer.collect(directory);
        try (var out =
                new BufferedOutputStream(
                        Files.newOutputStream(file, StandardOpenOption.CREATE_NEW), 1 << 16)) {
            writer.write(out);
        }
    }

    // ---- what is written

    private void collect(Path top) throws IOException {
        directories.add(new Node(top, new byte[0], null, true));
        // grows while it is walked: level by level, as the path tables are sorted
        for (int i = 0; i < directories.size(); i++) {
            var directory = directories.get(i);
            directory.number = i + 1;
            list(directory, level(directory));
        }
    }

    private static int level(Node directory) {
        int level = 1;
        for (var at = directory; at.parent != at; at = at.parent) {
            level++;
        }
        return level;
    }

    private void list(Node directory, int level) throws IOException {
        try (var entries = Files.newDirectoryStream(directory.path)) {
            for (var path : entries) {
                directory.children.add(node(path, directory, level));
                if (directory.children.size() > MAX_ENTRIES) {
                    throw tooMany();
                }
            }
        }
        directory.children.sort(
                Comparator.comparing(node -> new String(node.name, StandardCharsets.ISO_8859_1)));
        var taken = new TreeMap<String, Node>();
        for (var child : directory.children) {
            child.plain = plain(child, taken);
            taken.put(child.plain, child);
        }
        directory.children.sort(Comparator.comparing(node -> node.plain));
        for (var child : directory.children) {
            (child.directory ? directories : files).add(child);
        }
        if (directories.size() + files.size() > MAX_ENTRIES) {
            throw tooMany();
        }
    }

    private Node node(Path path, Node parent, int level) throws IOException {
        var attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        byte[] name = String.valueOf(path.getFileName()).getBytes(StandardCharsets.UTF_8);
        if (!attributes.isRegularFile() && !attributes.isDirectory()) {
            throw new UnsupportedImageException(
                    "'%s' is a link or device, and cannot be on the medium".formatted(path));
        }
        if (name.length > MAX_NAME || attributes.isDirectory() && level > MAX_LEVELS) {
            throw new UnsupportedImageException(
                    "'%s' has a name of more than %d bytes, or is more than %d directories deep"
                            .formatted(path, MAX_NAME, MAX_LEVELS));
        }
        var node = new Node(path, name, parent, attributes.isDirectory());
        if (attributes.isRegularFile()) {
            node.size = attributes.size();
            total += node.size;
        }
        if (total > MAX_TOTAL) {
            throw new UnsupportedImageException(
                    "more than %d bytes, the most that are written".formatted(MAX_TOTAL));
        }
        return node;
    }

    private static UnsupportedImageException tooMany() {
        return new UnsupportedImageException(
                "more than %d files, the most that are written".formatted(MAX_ENTRIES));
    }

    /** Eight letters and three, with a number in place of the last ones where another has them. */
    private static String plain(Node node, TreeMap<String, Node> taken) {
        var name = new String(node.name, StandardCharsets.ISO_8859_1).toUpperCase(Locale.ROOT);
        int dot = node.directory ? -1 : name.lastIndexOf('.');
        var stem = letters(dot > 0 ? name.substring(0, dot) : name, 8);
        var ending = dot > 0 ? letters(name.substring(dot + 1), 3) : "";
        for (int i = 0; ; i++) {
            var digits = i == 0 ? "" : String.valueOf(i);
            var shortened = stem.substring(0, Math.min(stem.length(), 8 - digits.length()));
            var plain = shortened + digits + (node.directory ? "" : "." + ending + ";1");
            if (!taken.containsKey(plain)) {
                return plain;
            }
        }
    }

    private static String letters(String text, int most) {
        var letters = text.replaceAll("[^A-Z0-9_]", "_");
        return letters.substring(0, Math.min(most, letters.length()));
    }

    // ---- the image

    private void write(OutputStream out) throws IOException {
        byte[] little = table(true);
        long tableSectors = (little.length + SECTOR - 1) / SECTOR;
        long next = TABLES + 2 * tableSectors;
        for (var directory : directories) {
            directory.size = content(directory).length;
            directory.sector = next;
            next += directory.sectors();
        }
        for (var file : files) {
            file.sector = file.size == 0 ? 0 : next;
            next += file.sectors();
        }
        out.write(new byte[FIRST * SECTOR]);
        out.write(descriptor(next, little.length, tableSectors));
        byte[] end = new byte[SECTOR];
        end[0] = (byte) 255;
        put(end, 1, "CD001\1");
        out.write(end);
        padded(out, table(true));
        padded(out, table(false));
        for (var directory : directories) {
            out.write(content(directory));
        }
        for (var file : files) {
            copy(file, out);
        }
    }

    private static void copy(Node file, OutputStream out) throws IOException {
        long copied = 0;
        byte[] chunk = new byte[1 << 16];
        try (var in = Files.newInputStream(file.path, LinkOption.NOFOLLOW_LINKS)) {
            for (int read = in.read(chunk);
                    read >= 0 && copied <= file.size;
                    read = in.read(chunk)) {
                out.write(chunk, 0, read);
                copied += read;
            }
        }
        if (copied != file.size) {
            throw new IOException("'%s' changed while it was read".formatted(file.path));
        }
        out.write(new byte[(int) (file.sectors() * SECTOR - file.size)]);
    }

    private static void padded(OutputStream out, byte[] bytes) throws IOException {
        out.write(bytes);
        out.write(new byte[(SECTOR - bytes.length % SECTOR) % SECTOR]);
    }

    /** The primary volume descriptor (section 8.4). */
    private byte[] descriptor(long sectors, int tableBytes, long tableSectors) {
        byte[] bytes = new byte[SECTOR];
        Arrays.fill(bytes, 8, 72, (byte) ' ');
        Arrays.fill(bytes, 190, 813, (byte) ' ');
        bytes[0] = 1;
        put(bytes, 1, "CD001\1");
        put(bytes, 40, label);
        both32(bytes, 80, sectors);
        both16(bytes, 120, 1);
        both16(bytes, 124, 1);
        both16(bytes, 128, SECTOR);
        both32(bytes, 132, tableBytes);
        number(bytes, 140, 4, TABLES, true);
        number(bytes, 148, 4, TABLES + tableSectors, false);
        byte[] root = record(directories.getFirst(), new byte[1], new byte[0]);
        System.arraycopy(root, 0, bytes, 156, root.length);
        for (int i = 0; i < 4; i++) {
            // a time that is not said is all zeros in digits
            put(bytes, 813 + 17 * i, "0".repeat(16));
        }
        bytes[881] = 1;
        return bytes;
    }

    /** A path table (section 9.4). */
    private byte[] table(boolean little) {
        var table = new ByteArrayOutputStream();
        for (var directory : directories) {
            byte[] name = directory.plain.getBytes(StandardCharsets.ISO_8859_1);
            byte[] entry = new byte[8 + name.length + name.length % 2];
            entry[0] = (byte) name.length;
            number(entry, 2, 4, directory.sector, little);
            number(entry, 6, 2, directory.parent.number, little);
            System.arraycopy(name, 0, entry, 8, name.length);
            table.writeBytes(entry);
        }
        return table.toByteArray();
    }

    /** The records of a directory, none of which crosses the end of a sector. */
    private byte[] content(Node directory) {
        var content = new ByteArrayOutputStream();
        var itself = new ByteArrayOutputStream();
        if (directory.parent == directory) {
            itself.writeBytes(new byte[] {'S', 'P', 7, 1, (byte) 0xbe, (byte) 0xef, 0});
            byte[] id = "RRIP_1991A".getBytes(StandardCharsets.US_ASCII);
            itself.writeBytes(
                    new byte[] {'E', 'R', (byte) (8 + id.length), 1, (byte) id.length, 0, 0, 1});
            itself.writeBytes(id);
        }
        itself.writeBytes(mode(directory));
        content.writeBytes(record(directory, new byte[1], itself.toByteArray()));
        content.writeBytes(record(directory.parent, new byte[] {1}, mode(directory.parent)));
        for (var child : directory.children) {
            var said = new ByteArrayOutputStream();
            said.writeBytes(mode(child));
            said.writeBytes(new byte[] {'N', 'M', (byte) (5 + child.name.length), 1, 0});
            said.writeBytes(child.name);
            byte[] record =
                    record(
                            child,
                            child.plain.getBytes(StandardCharsets.ISO_8859_1),
                            said.toByteArray());
            int room = SECTOR - content.size() % SECTOR;
            if (record.length > room) {
                content.writeBytes(new byte[room]);
            }
            content.writeBytes(record);
        }
        content.writeBytes(new byte[(SECTOR - content.size() % SECTOR) % SECTOR]);
        return content.toByteArray();
    }

    /** The entry PX of Rock Ridge. */
    private static byte[] mode(Node node) {
        byte[] entry = new byte[36];
        put(entry, 0, "PX");
        entry[2] = 36;
        entry[3] = 1;
        both32(entry, 4, node.directory ? DIRECTORY_MODE : FILE_MODE);
        both32(
                entry,
                12,
                node.directory
                        ? 2 + node.children.stream().filter(child -> child.directory).count()
                        : 1);
        return entry;
    }

    /** A directory record (section 9.1), dated to the beginning of 1970. */
    private static byte[] record(Node node, byte[] name, byte[] systemUse) {
        int used = 33 + name.length + (name.length + 1) % 2;
        byte[] record = new byte[used + systemUse.length + (used + systemUse.length) % 2];
        record[0] = (byte) record.length;
        both32(record, 2, node.sector);
        both32(record, 10, node.size);
        record[18] = 70;
        record[19] = 1;
        record[20] = 1;
        record[25] = (byte) (node.directory ? 2 : 0);
        both16(record, 28, 1);
        record[32] = (byte) name.length;
        System.arraycopy(name, 0, record, 33, name.length);
        System.arraycopy(systemUse, 0, record, used, systemUse.length);
        return record;
    }

    private static void put(byte[] bytes, int at, String ascii) {
        byte[] text = ascii.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, bytes, at, text.length);
    }

    private static void both32(byte[] bytes, int at, long value) {
        number(bytes, at, 4, value, true);
        number(bytes, at + 4, 4, value, false);
    }

    private static void both16(byte[] bytes, int at, int value) {
        number(bytes, at, 2, value, true);
        number(bytes, at + 2, 2, value, false);
    }

    private static void number(byte[] bytes, int at, int length, long value, boolean little) {
        for (int i = 0; i < length; i++) {
            bytes[at + (little ? i : length - 1 - i)] = (byte) (value >>> 8 * i);
        }
    }
}
