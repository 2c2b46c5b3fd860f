package org.imprimatur.inspect.facts;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.imprimatur.inspect.packages.PackageDatabases;

/**
 * Tells files that a package ships as they are from files that came another way.
 *
 * <p>Some package databases have MD5 digests only. They tell a vendor's example key from a key that
 * was left behind; they are no protection against somebody who forges the database, who could as
 * well make a package.
 */
final class VendorFiles {

    private final ConfigReader reader;
    private final PackageDatabases databases;

    /**
     * @param databases with the files of packages; without them they are read here
     */
    VendorFiles(ConfigReader reader, PackageDatabases databases) {
        this.reader = reader;
        this.databases = databases.hasFiles() ? databases : PackageDatabases.read(reader, true);
    }

    /**
     * The packages of those of these files that have the digests their packages give them; files of
     * other volumes are in no package.
     */
    Map<String, String> owners(Collection<String> paths) {
        var owners = new HashMap<String, String>();
        for (var path : paths) {
            owners.computeIfAbsent(path, this::owner);
        }
        return owners;
    }

    /** Empty for files of other volumes and names that are not plain, which no package has here. */
    private String owner(String path) {
        return path.startsWith("/") && path.indexOf('\\') < 0
                ? databases.shipper(reader, path).orElse("")
                : "";
    }
}
