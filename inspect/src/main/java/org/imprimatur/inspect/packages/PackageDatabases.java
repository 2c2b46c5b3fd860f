package org.imprimatur.inspect.packages;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Shown;
import org.jspecify.annotations.Nullable;

/** All package databases of one system, read. */
public final class PackageDatabases {

    /** In the order in which they are read; most systems have one. */
    private static final List<PackageDatabase> ALL =
            List.of(
                    new DpkgDatabase(),
                    new RpmDatabase(),
                    new ApkDatabase(),
                    new AlpmDatabase(),
                    new FlatpakAndSnap());

    /** Packages ship programs of this size; a larger file with a key in it came another way. */
    private static final long MAX_FILE = 256L << 20;

    private final Inventory inventory;

    private final List<InstalledPackage> installed;
    private final List<InstalledPackage> bundles;

    private PackageDatabases(Inventory inventory) {
        this.inventory = inventory;
        var all = inventory.installed();
        installed = all.stream().filter(each -> each.kind().ofDistribution()).toList();
        bundles = all.stream().filter(each -> !each.kind().ofDistribution()).toList();
    }

    /**
     * Reads every database there is. That there is none at all is recorded as missed: a system
     * whose packages nobody knows cannot be judged.
     *
     * @param withFiles whether to read also which files the packages have
     */
    public static PackageDatabases read(ConfigReader reader, boolean withFiles) {
        var inventory = new Inventory(withFiles ? new OwnedFiles() : null);
        for (var database : ALL) {
            database.read(reader, inventory);
        }
        if (inventory.installed().stream().noneMatch(each -> each.kind().ofDistribution())) {
            reader.missed(
                    DpkgDatabase.STATUS,
                    "no installed packages were found in any package database that is understood");
        }
        var files = inventory.files();
        if (files != null && files.overflowed()) {
            reader.missed("/", "packages have more than %d files".formatted(OwnedFiles.MAX_FILES));
        }
        return new PackageDatabases(inventory);
    }

    /** Installed packages of the distribution, in order. */
    public List<InstalledPackage> installed() {
        return installed;
    }

    /** Bundles beside them, flatpaks and snaps, in order. */
    public List<InstalledPackage> bundles() {
        return bundles;
    }

    /** Names of packages that are on the disk in part, with their state, in order. */
    public List<String> halfInstalled() {
        return inventory.halfInstalled();
    }

    /** Whether the files of packages were read too. */
    public boolean hasFiles() {
        return inventory.files() != null;
    }

    /**
     * The package that ships a file exactly as it is, by the digest in the package database.
     *
     * @param path as the system sees it, one character for each byte
     */
    public Optional<String> shipper(ConfigReader reader, String path) {
        var files = inventory.files();
        if (files == null) {
            return Optional.empty();
        }
        for (var each :
                path.startsWith("/usr/") ? List.of(path, path.substring(4)) : List.of(path)) {
            for (var claim = files.claim(each); claim != null; claim = claim.next()) {
                var shipped = claim.digest();
                if (shipped != null && shipped.is(digest(reader, path, shipped.algorithm()))) {
                    return Optional.of(Shown.text(claim.owner()));
                }
            }
        }
        return Optional.empty();
    }

    /** Empty if the file is not there, or not readable, which is recorded. */
    private static byte[] digest(
            ConfigReader reader, String path, ShippedDigest.Algorithm algorithm) {
        try {
            var digest = MessageDigest.getInstance(algorithm.jdkName());
            return reader.read(path, MAX_FILE, digest::update) ? digest.digest() : new byte[0];
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK provides " + algorithm.jdkName(), e);
        }
    }

    /** The files of packages; null if they were not asked for. */
    @Nullable OwnedFiles files() {
        return inventory.files();
    }
}
