package org.imprimatur.inspect.facts;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.imprimatur.disk.Unread;
import org.imprimatur.inspect.advisories.Patches;
import org.imprimatur.inspect.facts.config.Configuration;
import org.imprimatur.inspect.facts.config.ConfigurationReader;
import org.imprimatur.inspect.facts.config.Place;
import org.imprimatur.inspect.keys.PrivateKeys;
import org.imprimatur.inspect.packages.FileOwnership;
import org.imprimatur.inspect.packages.InstalledPackage;
import org.imprimatur.inspect.packages.PackageDatabases;
import org.imprimatur.inspect.packages.SoftwareScan;

/** Reads the facts of one installed system from the places where they are configured. */
public final class SystemReader {

    private static final Set<String> PACKAGE_MANAGERS =
            Set.of("dpkg", "base-files", "rpm", "apk-tools", "pacman");

    private static final Set<String> NO_ARCHITECTURE = Set.of("", "all", "any", "noarch");

    /** Whatever stands beside {@code /etc/shadow}, which is judged by account. */
    private static final List<String> HASH_COPIES =
            List.of(
                    "/etc/shadow?*",
                    "/etc/passwd?*",
                    "/etc/gshadow*",
                    "/var/backups/*shadow*",
                    "/var/backups/passwd*");

    private final ConfigReader reader;
    private final OsRelease os;
    private final PackageDatabases databases;
    private final List<Account> accounts;
    private final List<Group> groups;
    private final SudoPolicy sudo;
    private final SshdConfig sshd;
    private final boolean sshServer;
    private final Configuration configuration;

    /** Reads all that can be read by path. What cannot be read is recorded by the reader. */
    public SystemReader(ConfigReader reader) {
        this(reader, PackageDatabases.read(reader, false));
    }

    /**
     * Reads all that can be read by path, but the package databases, which have been read before.
     */
    public SystemReader(ConfigReader reader, PackageDatabases databases) {
        this.reader = reader;
        var release = reader.text("/etc/os-release");
        if (release == null) {
            release = reader.text("/usr/lib/os-release");
        }
        os = OsRelease.parse(release == null ? "" : release);
        this.databases = databases;
        accounts = AccountFiles.accounts(reader);
        if (accounts.isEmpty()) {
            reader.missed("/etc/passwd", "has no accounts, so who may log in is not known");
        }
        groups = AccountFiles.groups(reader);
        sudo = SudoersParser.read(reader);
        sshServer =
                reader.kind("/usr/sbin/sshd") == GuestFiles.Kind.FILE
                        || reader.kind(SshdConfigParser.MAIN_FILE) == GuestFiles.Kind.FILE;
        configuration = withoutShipped(ConfigurationReader.read(reader, os));
        sshd = SshdConfigParser.read(reader, SshdStarts.read(reader, configuration.services()));
    }

    /** What a package lets its users do is the distribution's word. */
    private Configuration withoutShipped(Configuration all) {
        var rules = all.access().polkit();
        if (rules.isEmpty()) {
            return all;
        }
        var owners =
                new VendorFiles(reader, databases).owners(rules.stream().map(Place::path).toList());
        return all.withPolkit(
                rules.stream()
                        .filter(each -> owners.getOrDefault(each.path(), "").isEmpty())
                        .toList());
    }

    /** Adds what stands in known places to what was found by looking everywhere. */
    public void addTo(Found found) {
        for (var path : hostKeyFiles()) {
            var bytes = reader.bytes(path);
            if (bytes != null) {
                found.hostKeys(Shown.path(path), PrivateKeys.in(bytes));
            }
        }
        for (var path : authorizedKeysFiles()) {
            var text = reader.text(path);
            if (text != null) {
                found.add(AuthorizedKeys.parse(Shown.path(path), text));
            }
        }
        leftovers(found);
    }

    /** The facts without what only the content of files tells, certificates among it. */
    public Facts facts(Found found) {
        return facts(
                found,
                databases.installed(),
                databases.bundles(),
                FileOwnership.NOT_EXAMINED,
                List.of());
    }

    /** The facts, with everything that was found by looking at the content of every file. */
    public Facts facts(Found found, SoftwareScan scan) {
        return facts(
                found,
                scan.installed(),
                scan.others(),
                scan.ownership(),
                InstalledCertificate.read(reader, found.certificateFiles()));
    }

    private Facts facts(
            Found found,
            List<InstalledPackage> packages,
            List<InstalledPackage> others,
            FileOwnership files,
            List<InstalledCertificate> certificates) {
        var owners = owners(found);
        var keys = found.keys().stream().map(key -> shipped(key, owners)).toList();
        var secrets =
                found.secrets().stream()
                        .map(each -> each.shippedBy(owners.getOrDefault(each.path(), "")))
                        .toList();
        return new Facts(
                os,
                architecture(),
                accounts,
                groups,
                sudo,
                sshServer,
                sshd,
                packages,
                others,
                databases.halfInstalled(),
                found.authorizedKeys(),
                keys,
                Certificates.relevant(secrets, keys),
                certificates,
                found.closed().stream()
                        .filter(each -> owners.getOrDefault(each.path(), "").isEmpty())
                        .toList(),
                found.leftovers(),
                found.freeSpace(),
                files,
                configuration,
                found.privileged().stream()
                        .filter(
                                each ->
                                        each.isNoPackagesDoing()
                                                || owners.getOrDefault(each.path(), "").isEmpty())
                        .toList(),
                found.image(),
                Patches.UNKNOWN,
                GenerationTool.NOT_ASKED);
    }

    /**
     * The archives that were not searched whole, but for those that packages ship as they are: the
     * tests and examples in these break on purpose.
     */
    public List<Unread> unsearched(Found found) {
        var all = found.unsearched();
        if (all.isEmpty()) {
            return List.of();
        }
        var owners = new VendorFiles(reader, databases).owners(all.keySet());
        return all.entrySet().stream()
                .filter(each -> owners.getOrDefault(each.getKey(), "").isEmpty())
                .map(each -> new Unread(each.getKey(), each.getValue()))
                .toList();
    }

    private static FoundKey shipped(FoundKey key, Map<String, String> owners) {
        var owner = owners.getOrDefault(key.path(), "");
        return owner.isEmpty() ? key : key.shippedBy(owner);
    }

    private Map<String, String> owners(Found found) {
        var paths = new TreeSet<String>();
        found.keys().forEach(each -> paths.add(each.path()));
        found.secrets().forEach(each -> paths.add(each.path()));
        found.closed().forEach(each -> paths.add(each.path()));
        found.privileged().forEach(each -> paths.add(each.path()));
        return paths.isEmpty() ? Map.of() : new VendorFiles(reader, databases).owners(paths);
    }

    /** The architecture of the package manager itself, which is the system's. */
    private String architecture() {
        for (var each : databases.installed()) {
            if (each.kind().ofDistribution() && PACKAGE_MANAGERS.contains(each.name())) {
                return each.architecture();
            }
        }
        return databases.installed().stream()
                .map(InstalledPackage::architecture)
                .filter(name -> !NO_ARCHITECTURE.contains(name))
                .findFirst()
                .orElse(configuration.boot().machine());
    }

    private TreeSet<String> hostKeyFiles() {
        var files = new TreeSet<String>();
        for (var path : Glob.expand(reader, "/etc/ssh/ssh_host_*")) {
            if (!path.endsWith(".pub")) {
                files.add(path);
            }
        }
        for (var setting : sshd.all("hostkey")) {
            setting.getValue().arguments().stream()
                    .filter(path -> path.startsWith("/"))
                    .forEach(files::add);
        }
        return files;
    }

    /** Every file whose keys open some account (sshd_config(5), AuthorizedKeysFile and TOKENS). */
    private TreeSet<String> authorizedKeysFiles() {
        var files = new TreeSet<String>();
        for (var account : accounts) {
            for (var pattern : sshd.authorizedKeysFiles()) {
                var path =
                        pattern.replace("%%", "\0")
                                .replace("%h", account.home())
                                .replace("%u", account.name())
                                .replace("%U", Long.toString(account.uid()))
                                .replace('\0', '%');
                files.add(path.startsWith("/") ? path : account.home() + "/" + path);
            }
        }
        return files;
    }

    private void leftovers(Found found) {
        for (var path : List.of("/etc/machine-id", "/var/lib/dbus/machine-id")) {
            var text = reader.text(path);
            // "uninitialized" asks systemd for a new one at the next boot
            if (text != null && !text.isBlank() && !text.strip().equals("uninitialized")) {
                found.add(new Leftover(Leftover.Kind.MACHINE_ID, path, "is set"));
            }
        }
        for (var path :
                List.of(
                        "/var/lib/systemd/random-seed",
                        "/var/lib/systemd/credential.secret",
                        "/var/lib/urandom/random-seed")) {
            long size = reader.size(path);
            if (size > 0) {
                found.add(new Leftover(Leftover.Kind.RANDOM_SEED, path, size + " bytes"));
            }
        }
        for (var path :
                List.of(
                        "/var/lib/cloud/instance",
                        "/var/lib/cloud/instances",
                        "/var/lib/cloud/data",
                        "/var/lib/cloud/sem")) {
            var names = new ArrayList<>(reader.names(path));
            if (!names.isEmpty()) {
                found.add(
                        new Leftover(
                                Leftover.Kind.CLOUD_STATE,
                                path,
                                "has %d entries".formatted(names.size())));
            }
        }
        for (var path :
                List.of(
                        "/run/cloud-init/instance-data.json",
                        "/run/cloud-init/instance-data-sensitive.json",
                        "/var/lib/waagent/ovf-env.xml",
                        "/var/lib/waagent/provisioned",
                        "/etc/google_instance_id")) {
            long size = reader.size(path);
            if (size > 0) {
                found.add(new Leftover(Leftover.Kind.CLOUD_STATE, path, size + " bytes"));
            }
        }
        oldHashes(found);
    }

    /** Copies that account tools, updates and backups make, and passwords of the past. */
    private void oldHashes(Found found) {
        for (var pattern : HASH_COPIES) {
            for (var path : Glob.expand(reader, pattern)) {
                long hashes =
                        AccountFiles.shadow(reader, path).values().stream()
                                .filter(each -> each.password().hasHash())
                                .count();
                oldHashes(found, path, hashes);
            }
        }
        for (var path : Glob.expand(reader, "/etc/security/opasswd*")) {
            oldHashes(found, path, AccountFiles.oldPasswords(reader, path));
        }
    }

    private static void oldHashes(Found found, String path, long hashes) {
        if (hashes > 0) {
            found.add(
                    new Leftover(
                            Leftover.Kind.PASSWORD_HASH,
                            Shown.path(path),
                            hashes == 1 ? "1 account" : hashes + " accounts"));
        }
    }
}
