package org.imprimatur.inspect.packages;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Shown;
import org.imprimatur.inspect.facts.UnreadableException;
import org.imprimatur.inspect.packages.ShippedDigest.Algorithm;
import org.jspecify.annotations.Nullable;

/**
 * Debian's package database (deb-control(5), dpkg-query(1)): {@code /var/lib/dpkg/status}, and one
 * file for each package in {@code status.d} as minimal images have it; files of packages from
 * {@code info/*.list} and {@code info/*.md5sums}, moved aside where {@code diversions} says so
 * (dpkg-divert(1)).
 */
final class DpkgDatabase implements PackageDatabase {

    static final String STATUS = "/var/lib/dpkg/status";
    static final String STATUS_DIRECTORY = "/var/lib/dpkg/status.d";
    static final String INFO = "/var/lib/dpkg/info";
    static final String DIVERSIONS = "/var/lib/dpkg/diversions";

    /** Real databases are a few megabytes. The file is read as a stream. */
    private static final long MAX_STATUS_BYTES = 256L << 20;

    private static final long MAX_LIST_BYTES = 64L << 20;
    private static final int MAX_FIELD = 4096;
    private static final int MAX_CONFFILES = 500_000;
    private static final Set<String> FIELDS =
            Set.of(
                    "package",
                    "status",
                    "version",
                    "architecture",
                    "section",
                    "source",
                    "maintainer");

    /** Where a file of all packages but one is put instead. */
    private record Diversion(String to, String by) {}

    @Override
    public void read(ConfigReader reader, Inventory inventory) {
        var files = inventory.files();
        var diversions = files == null ? Map.<String, Diversion>of() : diversions(reader);
        readFile(reader, STATUS, new Stanza(inventory, STATUS, false, diversions));
        for (var name : reader.names(STATUS_DIRECTORY)) {
            var path = STATUS_DIRECTORY + "/" + name;
            if (!name.endsWith(".md5sums")) {
                readFile(reader, path, new Stanza(inventory, path, true, diversions));
            } else if (files != null) {
                md5sums(reader, path, files, diversions);
            }
        }
        if (files != null) {
            for (var name : reader.names(INFO)) {
                if (name.endsWith(".md5sums")) {
                    md5sums(reader, INFO + "/" + name, files, diversions);
                } else if (name.endsWith(".list")) {
                    list(reader, INFO + "/" + name, files, diversions);
                }
            }
        }
    }

    /** Reads {@code info/NAME.md5sums}: 32 hex digits, two spaces, a path without first slash. */
    private static void md5sums(
            ConfigReader reader, String path, OwnedFiles files, Map<String, Diversion> diversions) {
        var owner = owner(path, ".md5sums");
        Lines.read(
                reader,
                path,
                MAX_LIST_BYTES,
                line -> {
                    if (line.length() > 34) {
                        var digest = ShippedDigest.parse(Algorithm.MD5, line.substring(0, 32));
                        var name = line.substring(34);
                        var file = name.startsWith("/") ? name : "/" + name;
                        files.add(place(file, owner, diversions), owner, digest, false);
                    }
                });
    }

    private static void list(
            ConfigReader reader, String path, OwnedFiles files, Map<String, Diversion> diversions) {
        var owner = owner(path, ".list");
        Lines.read(
                reader,
                path,
                MAX_LIST_BYTES,
                line -> {
                    if (line.startsWith("/") && line.length() > 2) {
                        files.add(place(line, owner, diversions), owner, null, false);
                    }
                });
    }

    /** The package's name without the architecture that pairs of packages have in file names. */
    private static String owner(String path, String suffix) {
        var name = path.substring(path.lastIndexOf('/') + 1, path.length() - suffix.length());
        int colon = name.indexOf(':');
        return colon < 0 ? name : name.substring(0, colon);
    }

    private static String place(String path, String owner, Map<String, Diversion> diversions) {
        var diversion = diversions.get(path);
        return diversion == null || diversion.by().equals(owner) ? path : diversion.to();
    }

    /** Groups of three lines: from, to, the package that diverts, or a colon for a local one. */
    private static Map<String, Diversion> diversions(ConfigReader reader) {
        var diversions = new HashMap<String, Diversion>();
        var lines = reader.lines(DIVERSIONS);
        for (int i = 0; i + 2 < lines.size(); i += 3) {
            diversions.put(lines.get(i), new Diversion(lines.get(i + 1), lines.get(i + 2)));
        }
        return diversions;
    }

    private static void readFile(ConfigReader reader, String path, Stanza stanza) {
        Lines.read(
                reader,
                path,
                MAX_STATUS_BYTES,
                new Lines.LineSink() {
                    @Override
                    public void line(String text) throws UnreadableException {
                        stanza.line(text);
                    }

                    @Override
                    public void end() throws UnreadableException {
                        stanza.end();
                    }
                });
    }

    /** Gathers the fields of a package until the empty line after it. */
    private static final class Stanza {
        private final Inventory inventory;
        private final String path;
        private final boolean alone;
        private final Map<String, Diversion> diversions;
        private final Map<String, String> fields = new HashMap<>();
        private final Map<String, String> conffiles = new HashMap<>();
        private boolean inConffiles;

        /**
         * @param alone true for a file of {@code status.d}
         */
        Stanza(Inventory inventory, String path, boolean alone, Map<String, Diversion> diversions) {
            this.inventory = inventory;
            this.path = path;
            this.alone = alone;
            this.diversions = diversions;
        }

        void line(String text) throws UnreadableException {
            if (text.isBlank()) {
                end();
                return;
            }
            if (text.charAt(0) == ' ' || text.charAt(0) == '\t') {
                if (inConffiles) {
                    conffile(text.strip());
                }
                return;
            }
            int colon = text.indexOf(':');
            if (colon < 0) {
                throw new UnreadableException("has a line that is neither field nor continuation");
            }
            var name = text.substring(0, colon).toLowerCase(Locale.ROOT);
            inConffiles = inventory.files() != null && name.equals("conffiles");
            if (FIELDS.contains(name)) {
                var value = text.substring(colon + 1).strip();
                fields.put(name, value.substring(0, Math.min(value.length(), MAX_FIELD)));
            }
        }

        /** One line of {@code Conffiles:} is path, MD5, and perhaps {@code obsolete}. */
        private void conffile(String line) {
            int digest = line.indexOf(' ', 1);
            if (digest > 0 && line.charAt(0) == '/' && conffiles.size() < MAX_CONFFILES) {
                int end = line.indexOf(' ', digest + 1);
                conffiles.put(
                        line.substring(0, digest),
                        line.substring(digest + 1, end < 0 ? line.length() : end));
            }
        }

        void end() throws UnreadableException {
            var name = fields.getOrDefault("package", "");
            if (!name.isEmpty()) {
                add(name);
            }
            fields.clear();
            conffiles.clear();
            inConffiles = false;
        }

        private void add(String name) throws UnreadableException {
            // "want flag state"; files in status.d have no state, they are there because installed
            var status = fields.get("status");
            var state =
                    status == null
                            ? (alone ? "installed" : "")
                            : status.substring(status.lastIndexOf(' ') + 1);
            switch (state) {
                case "installed" -> installed(name);
                case "half-installed",
                        "unpacked",
                        "half-configured",
                        "triggers-awaited",
                        "triggers-pending" ->
                        inventory.halfInstalled(Shown.text(name), state);
                default -> {
                    // not-installed and config-files: nothing but configuration is on the disk
                }
            }
            var files = inventory.files();
            if (files != null) {
                conffiles.forEach(
                        (file, digest) ->
                                files.add(
                                        place(file, name, diversions),
                                        name,
                                        digestOrNull(digest),
                                        true));
            }
        }

        private static @Nullable ShippedDigest digestOrNull(String hex) {
            return ShippedDigest.parse(Algorithm.MD5, hex);
        }

        /**
         * The archive area, which stands before the section but for the main one: non-free/libs.
         */
        private static String area(String section) {
            int slash = section.indexOf('/');
            return slash < 0 || section.startsWith("main/") ? "" : section.substring(0, slash);
        }

        private void installed(String name) throws UnreadableException {
            var version = fields.getOrDefault("version", "");
            var source = fields.getOrDefault("source", name);
            var sourceVersion = version;
            int open = source.indexOf('(');
            if (open > 0) {
                int close = source.indexOf(')', open);
                sourceVersion =
                        source.substring(open + 1, close < 0 ? source.length() : close).strip();
                source = source.substring(0, open).strip();
            }
            var each =
                    new InstalledPackage(
                            PackageKind.DEBIAN,
                            "",
                            Shown.text(name),
                            Shown.text(version),
                            Shown.text(fields.getOrDefault("architecture", "")),
                            Shown.text(source),
                            Shown.text(sourceVersion),
                            "",
                            Shown.text(area(fields.getOrDefault("section", ""))),
                            List.of(),
                            Shown.text(fields.getOrDefault("maintainer", "")),
                            null,
                            Shown.path(path),
                            "",
                            "");
            if (!inventory.add(each)) {
                throw new UnreadableException(
                        "has more than %d packages".formatted(Inventory.MAX_PACKAGES));
            }
        }
    }
}
