package org.imprimatur.inspect.facts;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.imprimatur.disk.Unread;
import org.jspecify.annotations.Nullable;

/**
 * Reads configuration files and remembers every place it could not read, so that a parser may go on
 * with the rest and nothing is lost in silence.
 *
 * <p>Paths and texts have one character for each byte (ISO 8859-1), because neither names nor
 * configuration need be UTF-8, and a path that a file names must lead to exactly these bytes.
 * {@link Shown} turns them into text for people.
 *
 * <p>May be used by several threads at once if the files may.
 */
public final class ConfigReader {

    /** No configuration file of an honest system comes near this; a larger one is not read. */
    public static final int MAX_CONFIG_BYTES = 4 << 20;

    private static final int MAX_NAMES = 100_000;

    private final GuestFiles files;
    private final TreeSet<Unread> unread =
            new TreeSet<>(
                    (one, other) -> {
                        int where = one.where().compareTo(other.where());
                        return where != 0 ? where : one.reason().compareTo(other.reason());
                    });

    /** A reader of the given system, that has missed nothing so far. */
    public ConfigReader(GuestFiles files) {
        this.files = files;
    }

    /** The places that could not be read until now, in order. */
    public synchronized List<Unread> unread() {
        return List.copyOf(unread);
    }

    /** Records a place that was not read, or not understood. */
    public synchronized void missed(String place, String reason) {
        unread.add(new Unread(Shown.path(place), reason));
    }

    /** The kind of what stands at the path; null if nothing does, or if it cannot be told. */
    public GuestFiles.@Nullable Kind kind(String path) {
        try {
            var entry = files.find(path);
            return entry == null ? null : entry.kind();
        } catch (UnreadableException e) {
            missed(path, e.reason());
            return null;
        }
    }

    /** Where the symbolic link at the path leads; null if no link is there. */
    public @Nullable String link(String path) {
        try {
            return files.link(path);
        } catch (UnreadableException e) {
            missed(path, e.reason());
            return null;
        }
    }

    /** The size of the regular file at the path in bytes; -1 if there is none. */
    public long size(String path) {
        try {
            var entry = files.find(path);
            return entry == null || entry.kind() != GuestFiles.Kind.FILE ? -1 : entry.size();
        } catch (UnreadableException e) {
            missed(path, e.reason());
            return -1;
        }
    }

    /** The names in a directory; empty if there is no such directory. */
    public List<String> names(String directory) {
        if (kind(directory) != GuestFiles.Kind.DIRECTORY) {
            return List.of();
        }
        try {
            var names = files.names(directory);
            if (names.size() > MAX_NAMES) {
                missed(
                        directory,
                        "has %d entries, more than %d".formatted(names.size(), MAX_NAMES));
                return List.copyOf(names.subList(0, MAX_NAMES));
            }
            return names;
        } catch (UnreadableException e) {
            missed(directory, e.reason());
            return List.of();
        }
    }

    /** The bytes of a configuration file; null if there is none, or if it was not read. */
    public byte @Nullable [] bytes(String path) {
        try {
            var entry = files.find(path);
            if (entry == null || entry.kind() == GuestFiles.Kind.DIRECTORY) {
                return null;
            }
            if (entry.kind() != GuestFiles.Kind.FILE) {
                // Devices and pipes have no content of their own; /dev/null is a usual way to mask.
                return null;
            }
            var content = new ByteArrayOutputStream((int) Math.min(entry.size(), 1 << 16));
            files.read(path, MAX_CONFIG_BYTES, content::write);
            return content.toByteArray();
        } catch (UnreadableException e) {
            missed(path, e.reason());
            return null;
        }
    }

    /** The text of a configuration file, one character for each byte. */
    public @Nullable String text(String path) {
        var bytes = bytes(path);
        return bytes == null ? null : new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** The lines of a configuration file without their ends; empty if there is none. */
    public List<String> lines(String path) {
        var text = text(path);
        return text == null ? List.of() : linesOf(text);
    }

    /** Gives a file that may be large to the sink; false if there is none, or it was not read. */
    public boolean read(String path, long maxBytes, GuestFiles.Sink sink) {
        try {
            var entry = files.find(path);
            if (entry == null || entry.kind() != GuestFiles.Kind.FILE) {
                return false;
            }
            files.read(path, maxBytes, sink);
            return true;
        } catch (UnreadableException e) {
            missed(path, e.reason());
            return false;
        }
    }

    /** The lines of a text without their ends, whichever those are. */
    public static List<String> linesOf(String text) {
        var lines = new ArrayList<String>();
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || text.charAt(i) == '\n') {
                int end = i > start && text.charAt(i - 1) == '\r' ? i - 1 : i;
                if (i < text.length() || end > start) {
                    lines.add(text.substring(start, end));
                }
                start = i + 1;
            }
        }
        return lines;
    }
}
