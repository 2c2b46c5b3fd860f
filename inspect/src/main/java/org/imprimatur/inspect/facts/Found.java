package org.imprimatur.inspect.facts;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
                    ".history",
                    ".influx_history",
                    ".irb_history",
                    ".ksh_history",
                    ".lesshst",
                    ".mongo_history",
                    ".mysql_history",
                    ".node_repl_history",
                    ".psql_history",
                    ".python_history",
                    ".rediscli_history",
                    ".sh_history",
                    ".sqlite_history",
                    ".viminfo",
                    ".wget-hsts",
                    ".zsh_history",
                    "fish_history");

    private final Map<String, AuthorizedKeys> authorizedKeys = new TreeMap<>();
    private final Map<String, List<FoundKey>> keys = new TreeMap<>();
    private final Map<String, List<FoundSecret>> secrets = new TreeMap<>();
    private final Map<String, String> unsearched = new TreeMap<>();
    private final Map<String, Leftover> leftovers = new TreeMap<>();
    private final List<FreeSpace> freeSpace = new ArrayList<>();
    private boolean overflowed;

    /** True if the content of a file in this place is worth reading even without a scan. */
    public static boolean isInSshDirectory(String path) {
        int slash = path.lastIndexOf('/');
        return slash >= 5 && path.startsWith("/.ssh", slash - 5);
    }

    /** A file that is not empty was seen. */
    public void name(String path, long size) {
        if (HISTORIES.contains(path.substring(path.lastIndexOf('/') + 1))) {
            add(new Leftover(Leftover.Kind.HISTORY, path, size + " bytes"));
        }
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
