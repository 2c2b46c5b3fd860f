package org.imprimatur.inspect.packages;

import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Takes what the readers of package databases find. */
final class Inventory {

    /** Honest systems have some thousand packages. */
    static final int MAX_PACKAGES = 200_000;

    private static final int MAX_HALF_INSTALLED = 20_000;

    /** All texts of all packages together, in characters. */
    static final long MAX_WEIGHT = 64L << 20;

    private long weight;
    private final TreeSet<InstalledPackage> installed = new TreeSet<>();
    private final TreeSet<String> halfInstalled = new TreeSet<>();
    private final @Nullable OwnedFiles files;

    /**
     * @param files takes what the databases say of files; null if nobody asks for it, which spares
     *     much reading
     */
    Inventory(@Nullable OwnedFiles files) {
        this.files = files;
    }

    /** False if there are too many. */
    boolean add(InstalledPackage each) {
        weight += each.weight();
        if (installed.size() >= MAX_PACKAGES || weight > MAX_WEIGHT) {
            return false;
        }
        installed.add(each);
        return true;
    }

    /** A package whose files are on the disk in part. */
    void halfInstalled(String name, String state) {
        if (halfInstalled.size() < MAX_HALF_INSTALLED) {
            halfInstalled.add(name + " (" + state + ")");
        }
    }

    List<InstalledPackage> installed() {
        return List.copyOf(installed);
    }

    List<String> halfInstalled() {
        return List.copyOf(halfInstalled);
    }

    @Nullable OwnedFiles files() {
        return files;
    }
}
