package org.imprimatur.inspect.facts;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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

    /** Names the package of each key whose file has the digest that the package gives it. */
    List<FoundKey> mark(List<FoundKey> keys) {
        var owners = new HashMap<String, String>();
        var marked = new ArrayList<FoundKey>();
        for (var key : keys) {
            var owner = owners.computeIfAbsent(key.path(), this::owner);
            marked.add(key.shippedBy(owner));
        }
        return marked;
    }

    /** Empty for files of other volumes and names that are not plain, which no package has here. */
    private String owner(String path) {
        return path.startsWith("/") && path.indexOf('\\') < 0
                ? databases.shipper(reader, path).orElse("")
                : "";
    }
}
