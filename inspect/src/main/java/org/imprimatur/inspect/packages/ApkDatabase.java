package org.imprimatur.inspect.packages;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Shown;
import org.imprimatur.inspect.facts.UnreadableException;
import org.imprimatur.inspect.packages.ShippedDigest.Algorithm;
import org.jspecify.annotations.Nullable;

/**
 * Alpine's package database: stanzas of one-letter fields in {@code lib/apk/db/installed}. {@code
 * F:} names a directory, {@code R:} a file in it, {@code Z:} the digest of its content.
 */
final class ApkDatabase implements PackageDatabase {

    static final List<String> FILES = List.of("/lib/apk/db/installed", "/usr/lib/apk/db/installed");

    private static final long MAX_BYTES = 256L << 20;
    private static final int MAX_FIELD = 4096;

    @Override
    public void read(ConfigReader reader, Inventory inventory) {
        for (var path : FILES) {
            var stanza = new Stanza(inventory, path);
            if (Lines.read(reader, path, MAX_BYTES, stanza)) {
                return; // after a merge of /usr both names lead to the same file
            }
        }
    }

    private static final class Stanza implements Lines.LineSink {
        private final Inventory inventory;
        private final String path;
        private final Map<Character, String> fields = new HashMap<>();
        private final List<String> files = new ArrayList<>();
        private final List<@Nullable ShippedDigest> digests = new ArrayList<>();
        private String directory = "";

        Stanza(Inventory inventory, String path) {
            this.inventory = inventory;
            this.path = path;
        }

        @Override
        public void line(String text) throws UnreadableException {
            if (text.isBlank()) {
                end();
                return;
            }
            if (text.length() < 2 || text.charAt(1) != ':') {
                throw new UnreadableException("has a line that does not begin with a field's name");
            }
            var value = text.substring(2);
            switch (text.charAt(0)) {
                case 'P', 'V', 'A', 'o', 'm', 'L' ->
                        fields.put(
                                text.charAt(0),
                                value.substring(0, Math.min(value.length(), MAX_FIELD)));
                case 'F' -> directory = value;
                case 'R' -> file(value);
                case 'Z' -> {
                    if (!digests.isEmpty()) {
                        digests.set(digests.size() - 1, digest(value));
                    }
                }
                default -> {
                    // dependencies, triggers, rights: not asked for
                }
            }
        }

        private void file(String name) throws UnreadableException {
            if (inventory.files() == null) {
                return;
            }
            if (files.size() >= OwnedFiles.MAX_FILES) {
                throw new UnreadableException("has a package with more files than are kept");
            }
            files.add(directory.isEmpty() ? "/" + name : "/" + directory + "/" + name);
            digests.add(null);
        }

        /** {@code Q1} and SHA-1, or {@code Q2} and SHA-256, in base64. */
        private static @Nullable ShippedDigest digest(String value) {
            try {
                if (value.startsWith("Q1")) {
                    return ShippedDigest.of(
                            Algorithm.SHA1, Base64.getDecoder().decode(value.substring(2)));
                }
                if (value.startsWith("Q2")) {
                    return ShippedDigest.of(
                            Algorithm.SHA256, Base64.getDecoder().decode(value.substring(2)));
                }
            } catch (IllegalArgumentException _) {
                // not base64: the file is owned, and nothing is known of its content
            }
            return null;
        }

        @Override
        public void end() throws UnreadableException {
            var name = fields.getOrDefault('P', "");
            if (!name.isEmpty()) {
                add(name);
            }
            fields.clear();
            files.clear();
            digests.clear();
            directory = "";
        }

        private void add(String name) throws UnreadableException {
            var version = Shown.text(fields.getOrDefault('V', ""));
            var source = Shown.text(fields.getOrDefault('o', name));
            var licence = Shown.text(fields.getOrDefault('L', ""), MAX_FIELD);
            var each =
                    new InstalledPackage(
                            PackageKind.ALPINE,
                            "",
                            Shown.text(name),
                            version,
                            Shown.text(fields.getOrDefault('A', "")),
                            source.isEmpty() ? Shown.text(name) : source,
                            version,
                            "",
                            "",
                            licence.isEmpty() ? List.of() : List.of(licence),
                            Shown.text(fields.getOrDefault('m', "")),
                            null,
                            path,
                            "",
                            "");
            if (!inventory.add(each)) {
                throw new UnreadableException(
                        "has more than %d packages".formatted(Inventory.MAX_PACKAGES));
            }
            var owned = inventory.files();
            if (owned != null) {
                for (int i = 0; i < files.size(); i++) {
                    // apk protects what lies below /etc from being overwritten
                    owned.add(files.get(i), name, digests.get(i), files.get(i).startsWith("/etc/"));
                }
            }
        }
    }
}
