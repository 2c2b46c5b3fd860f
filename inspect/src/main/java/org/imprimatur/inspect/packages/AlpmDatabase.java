package org.imprimatur.inspect.packages;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Shown;
import org.imprimatur.inspect.facts.UnreadableException;
import org.imprimatur.inspect.packages.ShippedDigest.Algorithm;
import org.jspecify.annotations.Nullable;

/**
 * The package database of Arch Linux: a directory for each package below {@code
 * /var/lib/pacman/local}, with {@code desc}, {@code files} and a compressed mtree(5).
 */
final class AlpmDatabase implements PackageDatabase {

    static final String LOCAL = "/var/lib/pacman/local";

    private static final int MAX_MTREE_BYTES = 256 << 20;
    private static final int MAX_FIELD = 4096;

    @Override
    public void read(ConfigReader reader, Inventory inventory) {
        for (var name : reader.names(LOCAL)) {
            var directory = LOCAL + "/" + name;
            var desc = reader.text(directory + "/desc");
            if (desc == null) {
                // ALPM_DB_VERSION stands beside the directories
                if (!name.equals("ALPM_DB_VERSION")) {
                    reader.missed(directory, "is in the package database, and has no desc");
                }
                continue;
            }
            var each = describe(desc, directory + "/desc");
            if (each == null) {
                reader.missed(directory + "/desc", "names no package");
            } else if (!inventory.add(each)) {
                reader.missed(LOCAL, "has more than %d packages".formatted(Inventory.MAX_PACKAGES));
                return;
            } else if (inventory.files() != null) {
                files(reader, directory, each.name(), inventory.files());
            }
        }
    }

    private static @Nullable InstalledPackage describe(String text, String path) {
        var sections = sections(text);
        var name = first(sections, "NAME");
        if (name.isEmpty()) {
            return null;
        }
        var version = first(sections, "VERSION");
        var base = first(sections, "BASE");
        return new InstalledPackage(
                PackageKind.ARCH,
                "",
                name,
                version,
                first(sections, "ARCH"),
                base.isEmpty() ? name : base,
                version,
                "",
                "",
                sections.getOrDefault("LICENSE", List.of()).stream()
                        .map(line -> Shown.text(line, MAX_FIELD))
                        .toList(),
                first(sections, "PACKAGER"),
                instant(first(sections, "INSTALLDATE")),
                Shown.path(path),
                "",
                "");
    }

    /** A name between per cent signs, then its values, one to a line, then an empty line. */
    private static Map<String, List<String>> sections(String text) {
        var sections = new HashMap<String, List<String>>();
        List<String> section = new ArrayList<>();
        for (var line : ConfigReader.linesOf(text)) {
            if (line.length() > 2 && line.startsWith("%") && line.endsWith("%")) {
                section = new ArrayList<>();
                sections.put(line.substring(1, line.length() - 1), section);
            } else if (!line.isEmpty()) {
                section.add(line);
            }
        }
        return sections;
    }

    private static String first(Map<String, List<String>> sections, String name) {
        var values = sections.getOrDefault(name, List.of());
        return values.isEmpty() ? "" : Shown.text(values.getFirst());
    }

    private static @Nullable Instant instant(String seconds) {
        try {
            return Instant.ofEpochSecond(Long.parseLong(seconds));
        } catch (RuntimeException _) {
            return null; // absent, or no number: not known
        }
    }

    private static void files(
            ConfigReader reader, String directory, String owner, OwnedFiles owned) {
        var backup = new HashMap<String, String>();
        var listed = new ArrayList<String>();
        Lines.read(
                reader,
                directory + "/files",
                MAX_MTREE_BYTES,
                new Lines.LineSink() {
                    private String section = "";

                    @Override
                    public void line(String text) {
                        if (text.startsWith("%") && text.endsWith("%")) {
                            section = text;
                        } else if (section.equals("%FILES%") && !text.endsWith("/")) {
                            if (!text.isEmpty() && listed.size() < OwnedFiles.MAX_FILES) {
                                listed.add("/" + text);
                            }
                        } else if (section.equals("%BACKUP%")) {
                            int tab = text.indexOf('\t');
                            if (tab > 0 && backup.size() < OwnedFiles.MAX_FILES) {
                                backup.put("/" + text.substring(0, tab), text.substring(tab + 1));
                            }
                        }
                    }
                });
        var digests = mtree(reader, directory + "/mtree");
        for (var path : listed) {
            var digest =
                    backup.containsKey(path)
                            ? ShippedDigest.parse(Algorithm.MD5, backup.get(path))
                            : digests.get(path);
            owned.add(path, owner, digest, backup.containsKey(path));
        }
    }

    private static Map<String, ShippedDigest> mtree(ConfigReader reader, String path) {
        var digests = new HashMap<String, ShippedDigest>();
        var packed = new ByteArrayOutputStream();
        if (!reader.read(path, ConfigReader.MAX_CONFIG_BYTES * 8L, packed::write)) {
            return digests;
        }
        try (var in = new GZIPInputStream(new ByteArrayInputStream(packed.toByteArray()))) {
            var text = in.readNBytes(MAX_MTREE_BYTES / 4);
            if (in.read() >= 0) {
                throw new UnreadableException(
                        "unpacks to more than %d bytes".formatted(MAX_MTREE_BYTES / 4));
            }
            Lines.of(text, line -> entry(line, digests));
        } catch (UnreadableException e) {
            reader.missed(path, e.reason());
        } catch (IOException _) {
            reader.missed(path, "is not whole as gzip");
        }
        return digests;
    }

    /** {@code ./usr/bin/tool time=… size=… sha256digest=…}; other lines set defaults. */
    private static void entry(String line, Map<String, ShippedDigest> digests) {
        if (!line.startsWith("./") || digests.size() >= OwnedFiles.MAX_FILES) {
            return;
        }
        var words = line.split(" ", -1);
        for (var word : words) {
            if (word.startsWith("sha256digest=")) {
                var digest = ShippedDigest.parse(Algorithm.SHA256, word.substring(13));
                if (digest != null) {
                    digests.put(unescape(words[0].substring(1)), digest);
                }
            }
        }
    }

    /** mtree(5) writes bytes that are not plain as a backslash and three octal digits. */
    private static String unescape(String path) {
        if (path.indexOf('\\') < 0) {
            return path;
        }
        var plain = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '\\' && i + 3 < path.length()) {
                int value = 0;
                for (int k = 1; k <= 3; k++) {
                    value = value * 8 + Character.digit(path.charAt(i + k), 8);
                }
                plain.append((char) (value & 0xff));
                i += 3;
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }
}
