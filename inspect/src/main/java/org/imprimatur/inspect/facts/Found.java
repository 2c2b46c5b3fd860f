package org.imprimatur.inspect.facts;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.imprimatur.inspect.facts.config.Place;
import org.imprimatur.inspect.keys.PrivateKey;
import org.imprimatur.inspect.keys.PrivateKeys;
import org.imprimatur.inspect.keys.PublishedKeys;
import org.imprimatur.inspect.secrets.Sighting;

/**
 * What is found by looking at every file of every file system, wherever it lies. Files are known by
 * their place for display; a place that is reported twice counts once.
 */
public final class Found {

    /** The longest file in a {@code .ssh} directory that is read whole. */
    public static final int MAX_SSH_FILE = 1 << 20;

    /** An honest image has a handful; more of them would only fill memory and reports. */
    static final int MAX_OF_A_KIND = 10_000;

    private static final Set<String> HISTORIES =
            Set.of(
                    ".Rhistory",
                    ".ash_history",
                    ".bash_history",
                    ".dbshell",
                    ".gdb_history",
                    ".histfile",
                    ".history",
                    ".influx_history",
                    ".irb_history",
                    ".ksh_history",
                    ".lesshst",
                    ".mariadb_history",
                    ".mongo_history",
                    ".mycli-history",
                    ".mysql_history",
                    ".node_repl_history",
                    ".php_history",
                    ".pry_history",
                    ".psql_history",
                    ".python_history",
                    ".rediscli_history",
                    ".sh_history",
                    ".sqlite_history",
                    ".viminfo",
                    ".wget-hsts",
                    ".zhistory",
                    ".zsh_history",
                    "ConsoleHost_history.txt",
                    "fish_history");

    private static final List<String> CACHES =
            List.of(
                    "/var/cache/apt/",
                    "/var/cache/dnf/",
                    "/var/cache/yum/",
                    "/var/cache/libdnf5/",
                    "/var/cache/zypp/",
                    "/var/cache/apk/",
                    "/var/cache/pacman/");

    private static final Pattern LOGS =
            Pattern.compile(
                    "/var/log/(?!installer/|anaconda/|README$|lastlog$|faillog$)"
                            + "(journal/.+\\.journal~?|.*\\.log|.*\\.[0-9]|.*\\.gz|.*\\.xz|messages"
                            + "|secure|syslog|cron|maillog|spooler|wtmp|btmp|dmesg|.*-20[0-9]{6})"
                            + "|/var/(spool/)?mail/.+");
    private static final Pattern BUILD =
            Pattern.compile(
                    "/(root|home/[^/]+)/(\\.(cache|ansible|npm|cargo|m2|gradle|bundle|vagrant\\.d"
                            + "|packer\\.d|local/share/Trash)/.+|\\.ssh/(known_hosts|config)[^/]*"
                            + "|\\.(wget-hsts|lesshst|viminfo|sudo_as_admin_successful))");

    /** Memory of programs and kernels that fell, and what databases write out. */
    private static final Pattern DUMPS =
            Pattern.compile(
                    "/var/crash/(?!kexec_cmd$|\\.lock$).+"
                            + "|/var/lib/(systemd|apport)/coredump/.+"
                            + "|/var/(spool|tmp)/abrt/(?!last-ccpp$|\\.lock$).+/.+"
                            + "|(/|/root/|/home/[^/]+/|/var/tmp/|/tmp/|/var/lib/[^/]+/)core(\\.[0-9]+)?"
                            + "|/(root|home|srv|backup|tmp|var/(backups|tmp|lib/mysql-files))/(.*/)?[^/]+"
                            + "\\.(sql|dump|pgdump)(\\.(gz|xz|bz2|zst|lz4))?");

    /** The same by their names, wherever they lie. */
    private static final Pattern DUMP_NAMES =
            Pattern.compile("vmcore|core\\.[0-9]+|hs_err_pid[0-9]+\\.log|java_pid[0-9]+\\.hprof");

    private static final Pattern INSTALLER =
            Pattern.compile(
                    "/root/(anaconda|original|initial-setup|install|ks)[^/]*\\.(cfg|ks|log|log\\.syslog)"
                            + "|/var/log/(installer|anaconda)/.+|/(preseed|ks)\\.cfg|/root/preseed\\.cfg"
                            + "|/autoinst\\.xml|/root/autoinst\\.xml|/autoinstall\\.yaml"
                            + "|/var/adm/autoinstall/.+|/etc/sudoers\\.d/[^/]*(packer|kickstart|installer)[^/]*");

    /** Places whose files only root should write. */
    private static final List<String> SYSTEM =
            List.of("/etc/", "/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/boot/", "/opt/");

    /**
     * Programs that distributions ship so; whether they are still the vendor's is told elsewhere.
     */
    private static final Set<String> SETUID =
            Set.of(
                    "at",
                    "bwrap",
                    "chage",
                    "chfn",
                    "chrome-sandbox",
                    "chsh",
                    "crontab",
                    "dbus-daemon-launch-helper",
                    "doas",
                    "dotlockfile",
                    "exim",
                    "exim4",
                    "expiry",
                    "fusermount",
                    "fusermount3",
                    "gpasswd",
                    "grub2-set-bootflag",
                    "kismet_cap",
                    "ksu",
                    "mount",
                    "mount.cifs",
                    "mount.ecryptfs_private",
                    "mount.nfs",
                    "mtr-packet",
                    "newgidmap",
                    "newgrp",
                    "newuidmap",
                    "ntfs-3g",
                    "pam_timestamp_check",
                    "passwd",
                    "ping",
                    "ping6",
                    "pkexec",
                    "polkit-agent-helper-1",
                    "pppd",
                    "snap-confine",
                    "ssh-keysign",
                    "staprun",
                    "su",
                    "sudo",
                    "traceroute6.iputils",
                    "umount",
                    "unix2_chkpwd",
                    "unix_chkpwd",
                    "userhelper",
                    "usernetctl",
                    "utempter",
                    "vmware-user-suid-wrapper",
                    "Xorg.wrap",
                    "sudoedit",
                    "bbsuid",
                    "sendmail.postfix");

    private final Map<String, AuthorizedKeys> authorizedKeys = new TreeMap<>();
    private final Map<String, List<FoundKey>> keys = new TreeMap<>();
    private final Map<String, List<FoundSecret>> secrets = new TreeMap<>();
    private final Map<String, String> unsearched = new TreeMap<>();
    private final Map<String, Long> certificateFiles = new TreeMap<>();
    private final Map<String, Place> closed = new TreeMap<>();
    private final Map<String, Leftover> leftovers = new TreeMap<>();
    private final Map<String, PrivilegedFile> privileged = new TreeMap<>();
    private ImageShape shape = ImageShape.UNKNOWN;
    private long cacheBytes;
    private final List<FreeSpace> freeSpace = new ArrayList<>();
    private boolean overflowed;

    /** True if the content of a file in this place is worth reading even without a scan. */
    public static boolean isInSshDirectory(String path) {
        int slash = path.lastIndexOf('/');
        return slash >= 5 && path.startsWith("/.ssh", slash - 5);
    }

    /** What is known of the image from outside its files. */
    public void image(ImageShape known) {
        shape = known;
    }

    ImageShape image() {
        return new ImageShape(
                shape.at(),
                shape.name(),
                shape.format(),
                shape.fileBytes(),
                shape.virtualBytes(),
                shape.dataBytes(),
                shape.swapVolumes(),
                shape.logicalVolumes(),
                shape.uncleanJournals(),
                cacheBytes);
    }

    /** The mode and owner of a regular file of the root file system. */
    public void mode(String path, int mode, long uid) {
        boolean setuid = (mode & 04000) != 0 && uid == 0 && (mode & 0111) != 0;
        boolean writable = (mode & 0002) != 0 && isBelow(SYSTEM, path);
        if (!setuid && !writable) {
            return;
        }
        boolean usual =
                SETUID.contains(path.substring(path.lastIndexOf('/') + 1)) && isBelow(SYSTEM, path);
        var known = privileged.get(path);
        List<String> capabilities = known == null ? List.of() : known.capabilities();
        if (setuid && !usual || writable) {
            put(privileged, path, new PrivilegedFile(path, mode, capabilities));
        }
    }

    /** The value of {@code security.capability} of a program. */
    public void capabilities(String path, int mode, byte[] value) {
        var names = Capabilities.leadingToRoot(value);
        if (!names.isEmpty()) {
            put(privileged, path, new PrivilegedFile(path, mode, names));
        }
    }

    /** Asked of every file, so without a stream. */
    private static boolean isBelow(List<String> directories, String path) {
        for (var each : directories) {
            if (path.startsWith(each)) {
                return true;
            }
        }
        return false;
    }

    List<PrivilegedFile> privileged() {
        return List.copyOf(privileged.values());
    }

    /** A file that is not empty was seen. */
    public void name(String path, long size) {
        if (path.startsWith("/var/cache/") && isBelow(CACHES, path)) {
            cacheBytes += size;
        }
        var name = path.substring(path.lastIndexOf('/') + 1);
        leftover(path, name).ifPresent(kind -> add(new Leftover(kind, path, size + " bytes")));
        if (path.startsWith("/") && InstalledCertificate.mayBeIn(path)) {
            put(certificateFiles, path, size);
        }
        if (HISTORIES.contains(name)) {
            add(new Leftover(Leftover.Kind.HISTORY, path, size + " bytes"));
        }
    }

    private static Optional<Leftover.Kind> leftover(String path, String name) {
        // None of these is below /usr, where most files are.
        if (path.startsWith("/usr/")) {
            return Optional.empty();
        }
        if (DUMP_NAMES.matcher(name).matches()) {
            return Optional.of(Leftover.Kind.DUMP);
        }
        // What the system does not see is in none of its places.
        if (!path.startsWith("/")) {
            return Optional.empty();
        }
        if (DUMPS.matcher(path).matches()) {
            return Optional.of(Leftover.Kind.DUMP);
        }
        if (LOGS.matcher(path).matches()) {
            return Optional.of(Leftover.Kind.LOG);
        }
        if (path.startsWith("/tmp/") || path.startsWith("/var/tmp/")) {
            return Optional.of(Leftover.Kind.TEMPORARY);
        }
        if (BUILD.matcher(path).matches()) {
            return Optional.of(Leftover.Kind.BUILD_CACHE);
        }
        return INSTALLER.matcher(path).matches()
                ? Optional.of(Leftover.Kind.INSTALLER)
                : Optional.empty();
    }

    /** The content of a file in a {@code .ssh} directory. */
    public void sshFile(String path, byte[] content) {
        var name = path.substring(path.lastIndexOf('/') + 1);
        if (name.startsWith("authorized_keys")) {
            add(AuthorizedKeys.parse(path, new String(content, StandardCharsets.ISO_8859_1)));
        }
        keys(path, PrivateKeys.in(content));
    }

    /** Private keys were found in a file; an empty list is no news. */
    public void keys(String path, List<PrivateKey> found) {
        keys(path, "", found);
    }

    private void keys(String path, String member, List<PrivateKey> found) {
        if (!found.isEmpty()) {
            var place = FoundKey.place(path, member);
            var use = use(place, found.getFirst());
            put(keys, place, found.stream().map(key -> found(path, member, key, use)).toList());
        }
    }

    /**
     * A key that its maker publishes is no secret; as the key of a machine it is worse than none.
     */
    private static FoundKey found(String path, String member, PrivateKey key, FoundKey.Use use) {
        var publisher =
                use == FoundKey.Use.SSH_HOST ? "" : PublishedKeys.publisher(key.fingerprint());
        return new FoundKey(path, member, key, use, publisher);
    }

    /**
     * Secrets were seen in a file or a stretch of a disk; an empty list is no news.
     *
     * @param path the file, for display
     * @param member the part of the file, if it is an archive; else empty
     */
    public void sightings(String path, String member, List<Sighting> seen) {
        var privateKeys = new ArrayList<PrivateKey>();
        var others = new TreeMap<String, FoundSecret>();
        for (var each : seen) {
            if (each.key() != null) {
                privateKeys.add(each.key());
            } else {
                others.merge(
                        each.kind() + " " + each.name(),
                        new FoundSecret(
                                path, member, each.kind(), each.name(), each.offset(), 1, ""),
                        Found::both);
            }
        }
        keys(path, member, privateKeys);
        if (!others.isEmpty()) {
            put(secrets, FoundKey.place(path, member), List.copyOf(others.values()));
        }
    }

    /** The members of an archive were not all searched. */
    public void unsearched(String path, String reason) {
        put(unsearched, path, reason);
    }

    /** Files of the system that may hold certificates, by their names. */
    List<String> certificateFiles() {
        return List.copyOf(certificateFiles.keySet());
    }

    /** A file of a kind that nobody looks into. */
    public void closed(String path, String what) {
        put(closed, path, new Place(path, what));
    }

    List<Place> closed() {
        return List.copyOf(closed.values());
    }

    /** The archives that were not searched whole, with the reason. */
    public Map<String, String> unsearched() {
        return Map.copyOf(unsearched);
    }

    private static FoundSecret both(FoundSecret first, FoundSecret next) {
        return new FoundSecret(
                first.path(),
                first.member(),
                first.kind(),
                first.name(),
                first.offset(),
                first.count() + next.count(),
                first.vendor());
    }

    /** Private keys in a file that the SSH server's configuration names as its own. */
    void hostKeys(String path, List<PrivateKey> found) {
        if (!found.isEmpty()) {
            put(
                    keys,
                    path,
                    found.stream()
                            .map(key -> new FoundKey(path, "", key, FoundKey.Use.SSH_HOST, ""))
                            .toList());
        }
    }

    void add(AuthorizedKeys file) {
        if (!file.keys().isEmpty()) {
            put(authorizedKeys, file.path(), file);
        }
    }

    void add(Leftover leftover) {
        put(leftovers, leftover.path(), leftover);
    }

    /** What the free space of a volume holds was counted. */
    public void add(FreeSpace counted) {
        freeSpace.add(counted);
    }

    /** True if there was more than is kept; then what was found is not all there is. */
    public boolean overflowed() {
        return overflowed;
    }

    private <T> void put(Map<String, T> kind, String path, T thing) {
        if (kind.size() < MAX_OF_A_KIND || kind.containsKey(path)) {
            kind.put(path, thing);
        } else {
            overflowed = true;
        }
    }

    List<AuthorizedKeys> authorizedKeys() {
        return List.copyOf(authorizedKeys.values());
    }

    List<FoundKey> keys() {
        return keys.values().stream().flatMap(List::stream).toList();
    }

    List<FoundSecret> secrets() {
        return secrets.values().stream().flatMap(List::stream).toList();
    }

    List<Leftover> leftovers() {
        return List.copyOf(leftovers.values());
    }

    List<FreeSpace> freeSpace() {
        return List.copyOf(freeSpace);
    }

    private static FoundKey.Use use(String path, PrivateKey key) {
        var name = path.substring(path.lastIndexOf('/') + 1);
        if (name.startsWith("ssh_host_") && path.contains("/ssh/")) {
            return FoundKey.Use.SSH_HOST;
        }
        return isInSshDirectory(path) || key.kind().startsWith("OpenSSH")
                ? FoundKey.Use.SSH_USER
                : FoundKey.Use.OTHER;
    }
}
