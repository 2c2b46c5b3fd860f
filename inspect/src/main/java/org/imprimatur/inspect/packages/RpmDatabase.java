package org.imprimatur.inspect.packages;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Shown;
import org.imprimatur.inspect.facts.UnreadableException;
import org.imprimatur.inspect.packages.ShippedDigest.Algorithm;
import org.jspecify.annotations.Nullable;

/**
 * RPM's package database in its three forms: SQLite, NDB and a Berkeley DB hash. Each is a store of
 * headers, one for each package.
 */
final class RpmDatabase implements PackageDatabase {

    static final List<String> DIRECTORIES =
            List.of("/var/lib/rpm", "/usr/lib/sysimage/rpm", "/usr/share/rpm");

    /** Databases of large systems are 100 to 200 MB; a header has all changes of its package. */
    private static final long MAX_BYTES = 288L << 20;

    /** SQLite empties its log into the database when it has some megabytes. */
    private static final long MAX_LOG = 64L << 20;

    private static final int MAX_LICENCE = 4096;
    private static final int MAX_FILES_OF_ONE = 500_000;
    private static final int CONFIG = 1;
    private static final int GHOST = 1 << 6;

    /** Takes one header, without the eight bytes of magic that packages have before it. */
    @FunctionalInterface
    interface Headers {
        void header(byte[] blob) throws UnreadableException;
    }

    /** A form of the store. */
    @FunctionalInterface
    private interface Store {
        void walk(Content content, Headers headers) throws UnreadableException;
    }

    @Override
    public void read(ConfigReader reader, Inventory inventory) {
        // The directories are often links to one another: a store of the same size is the same.
        var seen = new HashSet<Long>();
        for (var directory : DIRECTORIES) {
            if (isNew(reader, directory + "/rpmdb.sqlite", seen)) {
                sqlite(reader, directory + "/rpmdb.sqlite", inventory);
            }
            if (isNew(reader, directory + "/Packages.db", seen)) {
                read(reader, directory + "/Packages.db", NdbStore::walk, inventory);
            }
            if (isNew(reader, directory + "/Packages", seen)) {
                read(reader, directory + "/Packages", BdbStore::walk, inventory);
            }
        }
    }

    private static boolean isNew(ConfigReader reader, String path, Set<Long> seen) {
        long size = reader.size(path);
        return size > 0 && seen.add(size);
    }

    private static void sqlite(ConfigReader reader, String path, Inventory inventory) {
        // A journal that begins with its magic is hot: what it holds belongs in the database.
        if (reader.size(path + "-journal") > 512) {
            var journal = Content.read(reader, path + "-journal", MAX_LOG);
            if (journal != null && SqliteStore.isHotJournal(journal)) {
                reader.missed(path, "has a journal of a transaction that was not rolled back");
            }
        }
        var wal =
                reader.size(path + "-wal") > 0
                        ? Content.read(reader, path + "-wal", MAX_LOG)
                        : null;
        read(
                reader,
                path,
                (content, headers) -> SqliteStore.walk(content, wal, headers),
                inventory);
    }

    private static void read(ConfigReader reader, String path, Store store, Inventory inventory) {
        var content = Content.read(reader, path, MAX_BYTES);
        if (content != null) {
            try {
                store.walk(content, blob -> add(blob, path, inventory));
            } catch (UnreadableException e) {
                reader.missed(path, e.reason());
            }
        }
    }

    private static void add(byte[] blob, String path, Inventory inventory)
            throws UnreadableException {
        var header = new RpmHeader(blob);
        var name = header.string(RpmHeader.NAME);
        if (name.isEmpty()) {
            throw new UnreadableException("has a header without a name");
        }
        if (name.equals("gpg-pubkey")) {
            return; // a key that signatures are verified with, kept as if it were a package
        }
        var epoch = header.integer(RpmHeader.EPOCH);
        var release = header.string(RpmHeader.RELEASE);
        var version =
                (epoch == null ? "" : epoch + ":")
                        + header.string(RpmHeader.VERSION)
                        + (release.isEmpty() ? "" : "-" + release);
        var installed = header.integer(RpmHeader.INSTALL_TIME);
        var licence = Shown.text(header.string(RpmHeader.LICENSE), MAX_LICENCE);
        var source = source(header.string(RpmHeader.SOURCE_RPM), name, version, epoch);
        var each =
                new InstalledPackage(
                        PackageKind.RPM,
                        "",
                        Shown.text(name),
                        Shown.text(version),
                        Shown.text(header.string(RpmHeader.ARCH)),
                        Shown.text(source.name()),
                        Shown.text(source.version()),
                        Shown.text(header.string(RpmHeader.MODULARITY_LABEL)),
                        "",
                        licence.isEmpty() ? List.of() : List.of(licence),
                        Shown.text(header.string(RpmHeader.VENDOR)),
                        installed == null ? null : Instant.ofEpochSecond(installed),
                        path,
                        "",
                        "");
        if (!inventory.add(each)) {
            throw new UnreadableException(
                    "has more than %d packages".formatted(Inventory.MAX_PACKAGES));
        }
        if (inventory.files() != null) {
            files(header, name, inventory.files());
        }
    }

    private record Source(String name, String version) {}

    /** {@code NAME-VERSION-RELEASE.src.rpm}; the epoch is that of the package, as rpm has none. */
    private static Source source(String file, String name, String version, @Nullable Long epoch) {
        int end = file.endsWith(".src.rpm") ? 8 : file.endsWith(".nosrc.rpm") ? 10 : 0;
        var plain = file.substring(0, file.length() - end);
        int release = plain.lastIndexOf('-');
        int dash = release < 1 ? -1 : plain.lastIndexOf('-', release - 1);
        return end == 0 || dash < 1
                ? new Source(name, version)
                : new Source(
                        plain.substring(0, dash),
                        (epoch == null ? "" : epoch + ":") + plain.substring(dash + 1));
    }

    private static void files(RpmHeader header, String owner, OwnedFiles owned)
            throws UnreadableException {
        var bases = header.strings(RpmHeader.BASE_NAMES, MAX_FILES_OF_ONE);
        var directories = header.strings(RpmHeader.DIR_NAMES, MAX_FILES_OF_ONE);
        var indexes = header.integers(RpmHeader.DIR_INDEXES);
        var digests = header.strings(RpmHeader.FILE_DIGESTS, MAX_FILES_OF_ONE);
        var flags = header.integers(RpmHeader.FILE_FLAGS);
        var algorithm = algorithm(header.integer(RpmHeader.FILE_DIGEST_ALGORITHM));
        for (int i = 0; i < bases.size(); i++) {
            int directory = i < indexes.length ? indexes[i] : -1;
            if (directory < 0 || directory >= directories.size()) {
                throw new UnreadableException(
                        "has a file of %s in a directory that it does not list".formatted(owner));
            }
            int flag = i < flags.length ? flags[i] : 0;
            var digest =
                    algorithm == null || i >= digests.size() || (flag & GHOST) != 0
                            ? null
                            : ShippedDigest.parse(algorithm, digests.get(i));
            owned.add(
                    directories.get(directory) + bases.get(i), owner, digest, (flag & CONFIG) != 0);
        }
    }

    /** By the numbers of RFC 4880, section 9.4; MD5 where a package does not say. */
    private static @Nullable Algorithm algorithm(@Nullable Long number) {
        return switch (number == null ? 1 : number.intValue()) {
            case 1 -> Algorithm.MD5;
            case 2 -> Algorithm.SHA1;
            case 8 -> Algorithm.SHA256;
            case 9 -> Algorithm.SHA384;
            case 10 -> Algorithm.SHA512;
            case 11 -> Algorithm.SHA224;
            default -> null;
        };
    }

    static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }
}
