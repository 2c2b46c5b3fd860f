package org.imprimatur.inspect.facts;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Debian's package database (deb-control(5), dpkg-query(1)): {@code /var/lib/dpkg/status}, and one
 * file for each package in {@code status.d} as minimal images have it.
 */
final class DpkgDatabase {

    static final String STATUS = "/var/lib/dpkg/status";
    static final String STATUS_DIRECTORY = "/var/lib/dpkg/status.d";

    /** Real databases are a few megabytes. The file is read as a stream. */
    private static final long MAX_STATUS_BYTES = 256L << 20;

    private static final int MAX_PACKAGES = 500_000;
    private static final int MAX_LINE = 1 << 20;
    private static final int MAX_FIELD = 4096;
    private static final Set<String> FIELDS =
            Set.of("package", "status", "version", "architecture", "source", "maintainer");

    private final TreeSet<InstalledPackage> installed = new TreeSet<>();
    private final TreeSet<String> halfInstalled = new TreeSet<>();
    private final Map<String, String> conffileDigests = new HashMap<>();

    private DpkgDatabase() {}

    /** Reads the database; an absent one is an empty one. */
    static DpkgDatabase read(ConfigReader reader) {
        var database = new DpkgDatabase();
        database.readFile(reader, STATUS, false);
        for (var name : reader.names(STATUS_DIRECTORY)) {
            if (!name.endsWith(".md5sums")) {
                database.readFile(reader, STATUS_DIRECTORY + "/" + name, true);
            }
        }
        return database;
    }

    /** Packages whose state is {@code installed}, in order. */
    List<InstalledPackage> installed() {
        return List.copyOf(installed);
    }

    /** Names of packages that are on the disk in part: unpacked, half-configured and the like. */
    List<String> halfInstalled() {
        return List.copyOf(halfInstalled);
    }

    /** MD5 of each configuration file as its package shipped it, by absolute path. */
    Map<String, String> conffileDigests() {
        return Map.copyOf(conffileDigests);
    }

    private void readFile(ConfigReader reader, String path, boolean alone) {
        var parser = new Parser(alone);
        if (reader.read(path, MAX_STATUS_BYTES, parser)) {
            try {
                parser.end();
            } catch (UnreadableException e) {
                reader.missed(path, e.reason());
            }
        }
    }

    private void add(Map<String, String> fields, boolean alone) {
        var name = fields.getOrDefault("package", "");
        if (name.isEmpty()) {
            return;
        }
        // "want flag state"; files in status.d have no state, they are there because installed
        var status = fields.get("status");
        var state =
                status == null
                        ? (alone ? "installed" : "")
                        : status.substring(status.lastIndexOf(' ') + 1);
        switch (state) {
            case "installed" -> {
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
                installed.add(
                        new InstalledPackage(
                                name,
                                version,
                                fields.getOrDefault("architecture", ""),
                                source,
                                sourceVersion,
                                Shown.text(fields.getOrDefault("maintainer", ""))));
            }
            case "half-installed",
                    "unpacked",
                    "half-configured",
                    "triggers-awaited",
                    "triggers-pending" ->
                    halfInstalled.add(name + " (" + state + ")");
            default -> {
                // not-installed and config-files: nothing but configuration is on the disk
            }
        }
    }

    /** One line of {@code Conffiles:} is path, MD5, and perhaps {@code obsolete}. */
    private void conffile(String line) {
        int digest = line.indexOf(' ', 1);
        if (digest > 0 && line.charAt(0) == '/' && conffileDigests.size() < MAX_PACKAGES) {
            int end = line.indexOf(' ', digest + 1);
            conffileDigests.put(
                    line.substring(0, digest),
                    line.substring(digest + 1, end < 0 ? line.length() : end));
        }
    }

    /** Takes the bytes of one file: lines, and stanzas with an empty line after each. */
    private final class Parser implements GuestFiles.Sink {
        private final boolean alone;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        private final Map<String, String> fields = new HashMap<>();
        private boolean inConffiles;

        /**
         * @param alone true for a file of {@code status.d}
         */
        Parser(boolean alone) {
            this.alone = alone;
        }

        @Override
        public void accept(byte[] buffer, int from, int length) throws UnreadableException {
            int start = from;
            for (int i = from; i < from + length; i++) {
                if (buffer[i] == '\n') {
                    line.write(buffer, start, i - start);
                    start = i + 1;
                    line();
                }
            }
            line.write(buffer, start, from + length - start);
            if (line.size() > MAX_LINE) {
                throw new UnreadableException(
                        "has a line of more than %d bytes".formatted(MAX_LINE));
            }
        }

        void end() throws UnreadableException {
            line();
            stanza();
        }

        private void line() throws UnreadableException {
            var text = line.toString(StandardCharsets.ISO_8859_1);
            line.reset();
            if (text.isBlank()) {
                stanza();
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
            inConffiles = name.equals("conffiles");
            if (FIELDS.contains(name)) {
                var value = text.substring(colon + 1).strip();
                fields.put(name, value.substring(0, Math.min(value.length(), MAX_FIELD)));
            }
        }

        private void stanza() throws UnreadableException {
            if (installed.size() > MAX_PACKAGES) {
                throw new UnreadableException("has more than %d packages".formatted(MAX_PACKAGES));
            }
            add(fields, alone);
            fields.clear();
            inConffiles = false;
        }
    }
}
