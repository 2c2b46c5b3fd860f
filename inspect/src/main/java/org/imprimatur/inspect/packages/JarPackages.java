package org.imprimatur.inspect.packages;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.imprimatur.inspect.facts.Shown;
import org.imprimatur.inspect.facts.UnreadableException;

/**
 * The artefacts in a Java archive: what Maven writes into {@code pom.properties}, else what the
 * manifest says, else what the file name says; and the same of archives inside it.
 *
 * <p>Only the directory at the end of the archive and these entries are read. What they unpack to
 * is bounded by what they are packed in, so a bomb costs no more than an honest archive.
 */
final class JarPackages {

    private static final int MAX_DIRECTORY = 32 << 20;
    private static final int MAX_ENTRIES = 400_000;
    private static final int MAX_DEPTH = 4;
    private static final int MAX_TEXT = 1 << 20;
    private static final int MAX_NESTED = 64 << 20;

    /** All archives that are unpacked in memory at one time. */
    private static final int MAX_HELD = 128 << 20;

    /** How much is read at once, as each reading begins at the start of the file. */
    private static final int MAX_BATCH = 48 << 20;

    /** A larger one that is stored as it is is read where it lies. */
    private static final int MAX_COPIED = 8 << 20;

    /** Archives do not shrink when packed again; a nested one that grows more is no archive. */
    private static final int MAX_GROWTH = 50;

    /** How much all entries that are read may be, as a multiple of the file that they are in. */
    private static final int MAX_SUM = 8;

    private static final int MAX_ARCHIVES = 4096;
    private static final int MAX_ARTEFACTS = 20_000;
    private static final int END = 22;

    private static final Pattern NAMED =
            Pattern.compile("([A-Za-z0-9_.+-]{1,200}?)-([0-9][A-Za-z0-9_.+-]{0,80})");

    private record Entry(String name, int method, long packed, long plain, long offset) {}

    private final List<InstalledPackage> found = new ArrayList<>();
    private long unpackable;
    private long held;
    private int archives;

    /**
     * @param unpackable how many bytes may come out of all entries together
     */
    private JarPackages(long unpackable) {
        this.unpackable = unpackable;
    }

    /** Whether a file with this name is an archive of Java classes, if it is a zip at all. */
    static boolean isArchive(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".jar")
                || lower.endsWith(".war")
                || lower.endsWith(".ear")
                || lower.endsWith(".sar")
                || lower.endsWith(".hpi")
                || lower.endsWith(".jpi");
    }

    /** Whether a file that begins so is a zip. */
    static boolean isZip(byte[] head, int from, int length) {
        return length >= 4
                && head[from] == 'P'
                && head[from + 1] == 'K'
                && (head[from + 2] == 3 || head[from + 2] == 5);
    }

    /**
     * The artefacts of an archive and of those in it.
     *
     * @throws IOException if it is damaged, or asks for more than is granted
     */
    static List<InstalledPackage> in(FileBytes file, String place) throws IOException {
        var jar = new JarPackages((64L << 20) + MAX_SUM * file.size());
        jar.archive(file, place, 1);
        return jar.found;
    }

    private void archive(FileBytes file, String place, int depth) throws IOException {
        if (++archives > MAX_ARCHIVES) {
            throw new TooMuchException("has more than %d archives in it".formatted(MAX_ARCHIVES));
        }
        var texts = new ArrayList<Entry>();
        var nested = new ArrayList<Entry>();
        long prefix = directory(file, texts, nested);
        describe(file, place, prefix, texts);
        if (depth == MAX_DEPTH && !nested.isEmpty()) {
            throw new TooMuchException(
                    "has archives more than %d deep in one another".formatted(MAX_DEPTH));
        }
        int next = 0;
        while (next < nested.size()) {
            if (nested.get(next).method == 0 && nested.get(next).packed > MAX_COPIED) {
                var entry = nested.get(next++);
                var inner = file.slice(start(file, prefix, entry), entry.packed);
                var head = inner.read(0, 4);
                if (isZip(head, 0, head.length)) {
                    archive(inner, inside(place, entry), depth + 1);
                }
                continue;
            }
            // as many at once as memory allows, since each reading begins at the start of the file
            var batch = new ArrayList<Entry>();
            long bytes = 0;
            while (next < nested.size()) {
                var entry = checked(nested.get(next));
                long more = entry.packed + entry.plain;
                if (!batch.isEmpty() && bytes + more > MAX_BATCH
                        || entry.method == 0 && entry.packed > MAX_COPIED) {
                    break;
                }
                bytes += more;
                batch.add(entry);
                next++;
            }
            held += bytes;
            if (held > MAX_HELD) {
                throw new TooMuchException(
                        "has archives in it that unpack to more than %d bytes at one time"
                                .formatted(MAX_HELD));
            }
            var contents = contents(file, prefix, batch, MAX_NESTED);
            for (int i = 0; i < batch.size(); i++) {
                var content = contents.set(i, new byte[0]);
                if (isZip(content, 0, content.length)) {
                    archive(FileBytes.of(content), inside(place, batch.get(i)), depth + 1);
                }
            }
            held -= bytes;
        }
    }

    private static String inside(String place, Entry entry) {
        return place + "!/" + Shown.text(entry.name);
    }

    /** An archive that is packed must fit in memory, and grow no more than honest ones do. */
    private static Entry checked(Entry entry) throws IOException {
        if (entry.method != 0
                && (entry.plain > MAX_NESTED
                        || entry.packed > MAX_NESTED
                        || entry.plain > MAX_GROWTH * (entry.packed + 1024))) {
            throw new TooMuchException(
                    "has an archive in it of %d bytes that unpacks to %d"
                            .formatted(entry.packed, entry.plain));
        }
        return entry;
    }

    /** Where the content of an entry begins, after its own head. */
    private static long start(FileBytes file, long prefix, Entry entry) throws IOException {
        var head = file.read(prefix + entry.offset, 30);
        if (u32(head, 0) != 0x04034b50L) {
            throw new UnreadableException("has an entry that does not begin as one");
        }
        return prefix + entry.offset + 30 + u16(head, 26) + u16(head, 28);
    }

    /** Reads the central directory; returns how many bytes stand before the archive itself. */
    private static long directory(FileBytes file, List<Entry> texts, List<Entry> nested)
            throws IOException {
        int tailLength = (int) Math.min(file.size(), FileBytes.TAIL);
        var tail = file.read(file.size() - tailLength, tailLength);
        int end = tailLength - END;
        while (end >= 0 && u32(tail, end) != 0x06054b50L) {
            end--;
        }
        if (end < 0) {
            throw new UnreadableException("has no end of a zip directory");
        }
        long endAt = file.size() - tailLength + end;
        long count = u16(tail, end + 10);
        long length = u32(tail, end + 12);
        long offset = u32(tail, end + 16);
        if (count == 0xffff || length == 0xffff_ffffL || offset == 0xffff_ffffL) {
            if (end >= 20 && u32(tail, end - 20) == 0x07064b50L) {
                endAt = u64(tail, end - 20 + 8);
                var wide = file.read(endAt, 56);
                count = u64(wide, 32);
                length = u64(wide, 40);
                offset = u64(wide, 48);
            }
        }
        long prefix = endAt - length - offset;
        if (count < 0 || count > MAX_ENTRIES || length < 0 || length > MAX_DIRECTORY) {
            throw new TooMuchException(
                    "has a zip directory of %d entries in %d bytes".formatted(count, length));
        }
        if (prefix < 0 || offset < 0) {
            throw new UnreadableException("has a zip directory that begins before the file");
        }
        var bytes = file.read(prefix + offset, length);
        int at = 0;
        for (long i = 0; i < count; i++) {
            if (at + 46 > bytes.length || u32(bytes, at) != 0x02014b50L) {
                throw new UnreadableException("has a zip directory that is cut off");
            }
            int nameLength = u16(bytes, at + 28);
            int extraLength = u16(bytes, at + 30);
            int next = at + 46 + nameLength + extraLength + u16(bytes, at + 32);
            if (next > bytes.length) {
                throw new UnreadableException("has a zip directory that is cut off");
            }
            var name = new String(bytes, at + 46, nameLength, StandardCharsets.ISO_8859_1);
            if (isText(name)) {
                texts.add(entry(bytes, at, name, nameLength, extraLength));
            } else if (isArchive(name)) {
                nested.add(entry(bytes, at, name, nameLength, extraLength));
            }
            at = next;
        }
        return prefix;
    }

    private static boolean isText(String name) {
        return name.equals("META-INF/MANIFEST.MF")
                || name.startsWith("META-INF/maven/") && name.endsWith("/pom.properties");
    }

    private static Entry entry(byte[] bytes, int at, String name, int nameLength, int extraLength)
            throws IOException {
        long packed = u32(bytes, at + 20);
        long plain = u32(bytes, at + 24);
        long offset = u32(bytes, at + 42);
        int extra = at + 46 + nameLength;
        int end = extra + extraLength;
        while (extra + 4 <= end) {
            int size = u16(bytes, extra + 2);
            if (u16(bytes, extra) == 1) {
                int value = extra + 4;
                if (plain == 0xffff_ffffL && value + 8 <= end) {
                    plain = u64(bytes, value);
                    value += 8;
                }
                if (packed == 0xffff_ffffL && value + 8 <= end) {
                    packed = u64(bytes, value);
                    value += 8;
                }
                if (offset == 0xffff_ffffL && value + 8 <= end) {
                    offset = u64(bytes, value);
                }
            }
            extra += 4 + size;
        }
        if (packed < 0 || plain < 0 || offset < 0) {
            throw new TooMuchException(
                    "has an entry of %d bytes packed and %d unpacked".formatted(packed, plain));
        }
        return new Entry(name, u16(bytes, at + 10), packed, plain, offset);
    }

    private List<byte[]> contents(FileBytes file, long prefix, List<Entry> entries, int max)
            throws IOException {
        var heads = new ArrayList<FileBytes.Range>();
        for (var entry : entries) {
            unpackable -= entry.plain + entry.packed;
            if (unpackable < 0) {
                throw new TooMuchException("unpacks to more than is granted to a file of its size");
            }
            heads.add(file.range(prefix + entry.offset, 30));
        }
        var ranges = new ArrayList<FileBytes.Range>();
        var read = file.read(heads);
        for (int i = 0; i < entries.size(); i++) {
            var head = read.get(i);
            if (u32(head, 0) != 0x04034b50L) {
                throw new UnreadableException("has an entry that does not begin as one");
            }
            ranges.add(
                    file.range(
                            heads.get(i).offset() + 30 + u16(head, 26) + u16(head, 28),
                            entries.get(i).packed));
        }
        var contents = new ArrayList<byte[]>(file.read(ranges));
        for (int i = 0; i < entries.size(); i++) {
            contents.set(i, plain(entries.get(i), contents.get(i), max));
        }
        return contents;
    }

    private static byte[] plain(Entry entry, byte[] packed, int max) throws IOException {
        if (entry.method == 0) {
            return packed;
        }
        if (entry.method != 8 || entry.plain > max) {
            throw new TooMuchException(
                    "has an entry of %d bytes packed by method %d"
                            .formatted(entry.plain, entry.method));
        }
        var inflater = new Inflater(true);
        try {
            inflater.setInput(packed);
            var plain = new byte[Math.min((int) entry.plain, 1 << 16)];
            int done = 0;
            while (!inflater.finished()) {
                if (done == plain.length) {
                    if (done == entry.plain) {
                        break;
                    }
                    plain = Arrays.copyOf(plain, (int) Math.min(entry.plain, done * 2L));
                }
                int count = inflater.inflate(plain, done, plain.length - done);
                if (count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    break;
                }
                done += count;
            }
            return Arrays.copyOf(plain, done);
        } catch (DataFormatException e) {
            throw new UnreadableException("has an entry that cannot be unpacked");
        } finally {
            inflater.end();
        }
    }

    private void describe(FileBytes file, String place, long prefix, List<Entry> texts)
            throws IOException {
        var small = new ArrayList<Entry>();
        long sum = 0;
        for (var entry : texts) {
            sum += entry.packed + entry.plain;
            if (entry.plain > MAX_TEXT || entry.packed > MAX_TEXT || sum > 32L * MAX_TEXT) {
                throw new TooMuchException(
                        "has a %s of %d bytes".formatted(Shown.text(entry.name), entry.plain));
            }
            small.add(entry);
        }
        var contents = contents(file, prefix, small, MAX_TEXT);
        Map<String, String> manifest = Map.of();
        boolean named = false;
        for (int i = 0; i < small.size(); i++) {
            var text = new String(contents.get(i), StandardCharsets.ISO_8859_1);
            if (small.get(i).name.endsWith("/MANIFEST.MF")) {
                manifest = manifest(text);
            }
        }
        for (int i = 0; i < small.size(); i++) {
            if (small.get(i).name.endsWith("/pom.properties")) {
                var pom = properties(new String(contents.get(i), StandardCharsets.ISO_8859_1));
                var artefact = pom.getOrDefault("artifactId", "");
                if (!artefact.isEmpty()) {
                    named = true;
                    add(
                            pom.getOrDefault("groupId", ""),
                            artefact,
                            pom.getOrDefault("version", ""),
                            manifest,
                            place);
                }
            }
        }
        if (!named) {
            byManifest(place, manifest);
        }
    }

    private void byManifest(String place, Map<String, String> manifest) throws IOException {
        var file = place.substring(place.lastIndexOf('/') + 1);
        int dot = file.lastIndexOf('.');
        var stem = dot < 0 ? file : file.substring(0, dot);
        var match = NAMED.matcher(stem);
        boolean matches = match.matches();
        var version = matches ? match.group(2) : "";
        for (var key :
                List.of("implementation-version", "bundle-version", "specification-version")) {
            if (version.isEmpty()) {
                version = manifest.getOrDefault(key, "");
            }
        }
        var name = matches ? match.group(1) : stem;
        if (!name.isEmpty() && !version.isEmpty()) {
            add(
                    manifest.getOrDefault("implementation-vendor-id", ""),
                    name,
                    version,
                    manifest,
                    place);
        }
    }

    private void add(
            String group,
            String artefact,
            String version,
            Map<String, String> manifest,
            String place)
            throws IOException {
        if (found.size() >= MAX_ARTEFACTS) {
            throw new TooMuchException("has more than %d artefacts in it".formatted(MAX_ARTEFACTS));
        }
        var licence = manifest.getOrDefault("bundle-license", "");
        found.add(
                InstalledPackage.ofLanguage(
                        PackageKind.JAVA,
                        Shown.text(group),
                        Shown.text(artefact),
                        Shown.text(version),
                        licence.isEmpty() ? List.of() : List.of(Shown.text(licence)),
                        place));
    }

    /** The main section: a line that begins with a space carries on the one before. */
    private static Map<String, String> manifest(String text) {
        var values = new HashMap<String, String>();
        var lines = new ArrayList<StringBuilder>();
        for (var line : text.split("\r\n|\n|\r", 2000)) {
            if (line.isEmpty()) {
                break;
            }
            if (line.startsWith(" ") && !lines.isEmpty()) {
                lines.getLast().append(line, 1, line.length());
            } else {
                lines.add(new StringBuilder(line));
            }
        }
        for (var line : lines) {
            int colon = line.indexOf(": ");
            if (colon > 0) {
                values.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 2).strip());
            }
        }
        return values;
    }

    private static Map<String, String> properties(String text) {
        var values = new HashMap<String, String>();
        for (var line : text.split("\r\n|\n|\r", 200)) {
            int equals = line.indexOf('=');
            if (equals > 0 && !line.startsWith("#")) {
                values.put(line.substring(0, equals).strip(), line.substring(equals + 1).strip());
            }
        }
        return values;
    }

    private static int u16(byte[] bytes, int at) {
        return bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8;
    }

    private static long u32(byte[] bytes, int at) {
        return u16(bytes, at) | (long) u16(bytes, at + 2) << 16;
    }

    private static long u64(byte[] bytes, int at) {
        return u32(bytes, at) | u32(bytes, at + 4) << 32;
    }
}
