package org.imprimatur.inspect.packages;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayOutputStream;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.imprimatur.inspect.facts.Shown;
import org.imprimatur.inspect.facts.UnreadableException;
import org.jspecify.annotations.Nullable;

/**
 * What compilers write into programs about what these are made of: Go's build information in the
 * section {@code .go.buildinfo} (Go's package debug/buildinfo, both forms), and the list that
 * cargo-auditable puts into {@code .dep-v0}, JSON packed with zlib.
 */
final class ElfPackages {

    private static final int MAX_SECTIONS = 4096;
    private static final int MAX_NAMES = 1 << 20;
    private static final int MAX_SEGMENTS = 1024;
    private static final int MAX_INFO = 8 << 20;
    private static final int MAX_MODULES = 20_000;

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(16)
                                    .maxStringLength(1 << 16)
                                    .build())
                    .build();

    private record Section(String name, long address, long offset, long length) {}

    private record Segment(long address, long offset, long length) {}

    private final FileBytes file;
    private final String place;
    private final boolean wide;
    private final boolean bigEndian;
    private final byte[] header;
    private final List<InstalledPackage> found = new ArrayList<>();

    private ElfPackages(FileBytes file, String place, byte[] header) {
        this.file = file;
        this.place = place;
        this.header = header;
        this.wide = header[4] == 2;
        this.bigEndian = header[5] == 2;
    }

    /** Whether a file that begins so is a program or a library. */
    static boolean isElf(byte[] head, int from, int length) {
        return length >= 4
                && head[from] == 0x7f
                && head[from + 1] == 'E'
                && head[from + 2] == 'L'
                && head[from + 3] == 'F';
    }

    /**
     * The packages that a program says it is made of; empty for most.
     *
     * @throws IOException if it says something that breaks the format
     */
    static List<InstalledPackage> in(FileBytes file, String place) throws IOException {
        if (file.size() < 64) {
            return List.of();
        }
        var header = file.read(0, 64);
        if ((header[4] != 1 && header[4] != 2) || (header[5] != 1 && header[5] != 2)) {
            return List.of();
        }
        var elf = new ElfPackages(file, place, header);
        for (var section : elf.sections()) {
            if (section.name.equals(".go.buildinfo")) {
                elf.go(section);
            } else if (section.name.equals(".dep-v0")) {
                elf.rust(section);
            }
        }
        return elf.found;
    }

    /** The sections of interest. A table that is not whole, as stripping leaves it, is none. */
    private List<Section> sections() throws IOException {
        int type = (int) number(header, 16, 2);
        if (type != 2 && type != 3) {
            return List.of(); // an object file, a kernel module or a core dump
        }
        long offset = number(header, wide ? 40 : 32, wide ? 8 : 4);
        int size = (int) number(header, wide ? 58 : 46, 2);
        int count = (int) number(header, wide ? 60 : 48, 2);
        int names = (int) number(header, wide ? 62 : 50, 2);
        if (size != (wide ? 64 : 40)
                || names >= count
                || count > MAX_SECTIONS
                || offset <= 0
                || offset > file.size() - (long) size * count) {
            return List.of();
        }
        var table = file.read(offset, (long) size * count);
        var nameSection = section(table, names * size, "");
        if (nameSection.offset < 0
                || nameSection.length < 0
                || nameSection.length > MAX_NAMES
                || nameSection.offset > file.size() - nameSection.length) {
            return List.of();
        }
        var text = file.read(nameSection.offset, nameSection.length);
        var sections = new ArrayList<Section>();
        for (int i = 0; i < count; i++) {
            long start = number(table, i * size, 4);
            for (var name : List.of(".go.buildinfo", ".dep-v0")) {
                if (start + name.length() < text.length
                        && text[(int) start + name.length()] == 0
                        && RpmDatabase.text(text, (int) start, (int) start + name.length())
                                .equals(name)) {
                    sections.add(section(table, i * size, name));
                }
            }
        }
        return sections.size() > 4 ? sections.subList(0, 4) : sections;
    }

    private Section section(byte[] table, int at, String name) throws IOException {
        return wide
                ? new Section(
                        name,
                        number(table, at + 16, 8),
                        number(table, at + 24, 8),
                        number(table, at + 32, 8))
                : new Section(
                        name,
                        number(table, at + 12, 4),
                        number(table, at + 16, 4),
                        number(table, at + 20, 4));
    }

    /** Bytes 14 and 15 tell which form the rest has. */
    private void go(Section section) throws IOException {
        if (section.length < 32) {
            throw new UnreadableException("has Go's build information cut off");
        }
        var start = file.read(section.offset, 32);
        if (!RpmDatabase.text(start, 0, 14).equals("\u00ff Go buildinf:")) {
            throw new UnreadableException("has a section of Go's build information with none");
        }
        String version;
        String modules;
        if ((start[15] & 2) != 0) {
            // from Go 1.18 on: two texts, each after its length
            long most = Math.min(MAX_INFO, file.size() - section.offset);
            var info = file.read(section.offset, Math.min(most, Math.max(section.length, 32)));
            var cursor = new int[] {32};
            version = counted(info, cursor);
            modules = counted(info, cursor);
        } else {
            boolean order = start[15] != 0;
            int width = start[14];
            if (width != 4 && width != 8) {
                throw new UnreadableException(
                        "has Go's build information with pointers of %d bytes".formatted(width));
            }
            version = pointed(number(start, 16, width, order), width, order);
            modules = pointed(number(start, 16 + width, width, order), width, order);
        }
        goModules(version, modules);
    }

    private static String counted(byte[] info, int[] cursor) throws IOException {
        long length = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            if (cursor[0] >= info.length) {
                throw new UnreadableException("has Go's build information cut off");
            }
            int next = info[cursor[0]++];
            length |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                break;
            }
        }
        if (length > info.length - cursor[0]) {
            throw new UnreadableException("has Go's build information cut off");
        }
        int from = cursor[0];
        cursor[0] += (int) length;
        return RpmDatabase.text(info, from, cursor[0]);
    }

    /** The address of a Go string: the address of its bytes, and their number. */
    private String pointed(long address, int width, boolean order) throws IOException {
        if (address == 0) {
            return "";
        }
        var segments = segments();
        var string = at(segments, address, 2L * width);
        long length = number(string, width, width, order);
        if (length < 0 || length > MAX_INFO) {
            throw new TooMuchException("has Go's build information of %d bytes".formatted(length));
        }
        var bytes = at(segments, number(string, 0, width, order), length);
        return RpmDatabase.text(bytes, 0, bytes.length);
    }

    private byte[] at(List<Segment> segments, long address, long length) throws IOException {
        for (var segment : segments) {
            long within = address - segment.address;
            if (within >= 0 && within <= segment.length - length) {
                return file.read(segment.offset + within, length);
            }
        }
        throw new UnreadableException(
                "has Go's build information at address %x, which is in no segment"
                        .formatted(address));
    }

    private List<Segment> segments() throws IOException {
        long offset = number(header, wide ? 32 : 28, wide ? 8 : 4);
        int size = (int) number(header, wide ? 54 : 42, 2);
        int count = (int) number(header, wide ? 56 : 44, 2);
        if (size != (wide ? 56 : 32) || count > MAX_SEGMENTS) {
            throw new UnreadableException("has %d segments".formatted(count));
        }
        var table = file.read(offset, (long) size * count);
        var segments = new ArrayList<Segment>();
        for (int at = 0; at < table.length; at += size) {
            if (number(table, at, 4) == 1) {
                segments.add(
                        wide
                                ? new Segment(
                                        number(table, at + 16, 8),
                                        number(table, at + 8, 8),
                                        number(table, at + 32, 8))
                                : new Segment(
                                        number(table, at + 8, 4),
                                        number(table, at + 4, 4),
                                        number(table, at + 16, 4)));
            }
        }
        return segments;
    }

    /**
     * Lines of {@code mod}, {@code dep} and {@code =>} (what replaces the line before), each with
     * path, version and sum; 16 bytes of mark stand before and after them.
     */
    private void goModules(String version, String text) throws IOException {
        if (version.startsWith("go")) {
            int space = version.indexOf(' ');
            add(
                    PackageKind.GO,
                    "",
                    "stdlib",
                    version.substring(2, space < 0 ? version.length() : space));
        }
        if (text.length() < 33 || text.charAt(text.length() - 17) != '\n') {
            return;
        }
        String[] last = null;
        for (var line : text.substring(16, text.length() - 16).split("\n", MAX_MODULES * 2)) {
            var words = line.split("\t", 5);
            switch (words[0]) {
                case "mod", "dep" -> {
                    goModule(last);
                    last = words;
                }
                case "=>" -> last = words;
                default -> {
                    // path of the main package, settings of the build
                }
            }
        }
        goModule(last);
    }

    private void goModule(String @Nullable [] words) throws IOException {
        if (words == null || words.length < 3 || words[1].isEmpty()) {
            return;
        }
        int slash = words[1].lastIndexOf('/');
        var version = words[2].equals("(devel)") ? "" : words[2];
        var name = words[1].substring(slash + 1);
        if (!name.isEmpty()) {
            add(PackageKind.GO, slash < 0 ? "" : words[1].substring(0, slash), name, version);
        }
    }

    private void rust(Section section) throws IOException {
        if (section.length > MAX_INFO) {
            throw new TooMuchException(
                    "has a list of crates of %d bytes".formatted(section.length));
        }
        var json = inflate(file.read(section.offset, section.length));
        try (var parser = JSON.createParser(json)) {
            int depth = 0;
            Map<String, String> crate = new HashMap<>();
            String field = "";
            boolean inPackages = false;
            for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    field = parser.currentName();
                    inPackages = depth == 1 ? field.equals("packages") : inPackages;
                } else if (token.isStructStart()) {
                    depth++;
                    if (depth == 3) {
                        crate.clear();
                    }
                } else if (token.isStructEnd()) {
                    if (depth == 3 && inPackages) {
                        crate(crate);
                    }
                    depth--;
                } else if (depth == 3) {
                    crate.put(field, parser.getText());
                }
            }
        } catch (JacksonException | CharConversionException e) {
            throw new UnreadableException("has a list of crates that is no JSON");
        }
    }

    private void crate(Map<String, String> crate) throws IOException {
        var name = crate.getOrDefault("name", "");
        // what only the build needed is not in the program
        if (!name.isEmpty() && !"build".equals(crate.get("kind"))) {
            add(PackageKind.RUST, "", utf8(name), utf8(crate.getOrDefault("version", "")));
        }
    }

    /** As the other texts here are: one character for each byte. */
    private static String utf8(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static byte[] inflate(byte[] packed) throws IOException {
        var inflater = new Inflater();
        try {
            inflater.setInput(packed);
            var out = new ByteArrayOutputStream();
            var buffer = new byte[8192];
            while (!inflater.finished()) {
                int count = inflater.inflate(buffer);
                if (count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    throw new UnreadableException("has a list of crates that is cut off");
                }
                out.write(buffer, 0, count);
                if (out.size() > MAX_INFO) {
                    throw new TooMuchException(
                            "has a list of crates that unpacks to more than %d bytes"
                                    .formatted(MAX_INFO));
                }
            }
            return out.toByteArray();
        } catch (DataFormatException e) {
            throw new UnreadableException("has a list of crates that is not packed with zlib");
        } finally {
            inflater.end();
        }
    }

    private void add(PackageKind kind, String namespace, String name, String version)
            throws IOException {
        if (found.size() >= MAX_MODULES) {
            throw new TooMuchException(
                    "says it is made of more than %d packages".formatted(MAX_MODULES));
        }
        found.add(
                InstalledPackage.ofLanguage(
                        kind,
                        Shown.text(namespace),
                        Shown.text(name),
                        Shown.text(version),
                        List.of(),
                        place));
    }

    private long number(byte[] bytes, int at, int width) throws IOException {
        return number(bytes, at, width, bigEndian);
    }

    private static long number(byte[] bytes, int at, int width, boolean bigEndian)
            throws IOException {
        if (at < 0 || at + width > bytes.length) {
            throw new UnreadableException("has a table that is cut off");
        }
        long value = 0;
        for (int i = 0; i < width; i++) {
            value = value << 8 | bytes[at + (bigEndian ? i : width - 1 - i)] & 0xff;
        }
        return value;
    }
}
