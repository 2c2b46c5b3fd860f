package org.imprimatur.inspect.facts;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells files that a package ships as they are from files that came another way.
 *
 * <p>The package database has MD5 digests only. They tell a vendor's example key from a key that
 * was left behind; they are no protection against somebody who forges the database, who could as
 * well make a package.
 */
final class VendorFiles {

    private static final String INFO = "/var/lib/dpkg/info";

    /** Packages ship programs of this size; a larger file with a key in it came another way. */
    private static final long MAX_KEY_FILE = 256L << 20;

    private final ConfigReader reader;
    private final DpkgDatabase dpkg;

    VendorFiles(ConfigReader reader, DpkgDatabase dpkg) {
        this.reader = reader;
        this.dpkg = dpkg;
    }

    /** Names the package of each key whose file has the digest that the package gives it. */
    List<FoundKey> mark(List<FoundKey> keys) {
        var digests = new HashMap<String, String>();
        for (var key : keys) {
            var digest = digests.containsKey(key.path()) ? null : md5(key.path());
            if (digest != null) {
                digests.put(key.path(), digest);
            }
        }
        var owners = owners(digests);
        var marked = new ArrayList<FoundKey>();
        for (var key : keys) {
            marked.add(key.shippedBy(owners.getOrDefault(key.path(), "")));
        }
        return marked;
    }

    private Map<String, String> owners(Map<String, String> digests) {
        var owners = new HashMap<String, String>();
        digests.forEach(
                (path, digest) -> {
                    if (digest.equals(dpkg.conffileDigests().get(path))) {
                        owners.put(path, "the package that owns it as configuration");
                    }
                });
        if (digests.isEmpty()) {
            return owners;
        }
        for (var name : reader.names(INFO)) {
            if (!name.endsWith(".md5sums")) {
                continue;
            }
            for (var line : reader.lines(INFO + "/" + name)) {
                // 32 hex digits, two spaces, the path without its first slash
                if (line.length() > 34) {
                    var path = "/" + line.substring(34);
                    var digest = line.substring(0, 32);
                    for (var each : List.of(path, "/usr" + path)) {
                        if (digest.equals(digests.get(each))) {
                            owners.put(each, name.substring(0, name.length() - 8));
                        }
                    }
                }
            }
        }
        return owners;
    }

    /** Null for files of other volumes and names that are not plain, which no package has here. */
    private @Nullable String md5(String path) {
        if (!path.startsWith("/") || path.indexOf('\\') >= 0) {
            return null;
        }
        try {
            var digest = MessageDigest.getInstance("MD5");
            return reader.read(path, MAX_KEY_FILE, digest::update)
                    ? HexFormat.of().formatHex(digest.digest())
                    : null;
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK provides MD5", e);
        }
    }
}
