package org.imprimatur.node.watch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.imprimatur.inspect.packages.InstalledSystem;
import org.imprimatur.register.Sha256;

/**
 * What is installed on the images that are held against the feeds together: as many as memory has
 * room for, whatever their bills of materials are like.
 */
final class Batch {

    private static final int MOST_SYSTEMS = 500;
    private static final int MOST_PACKAGES = 100_000;

    /** Characters in all texts of all packages. */
    private static final long MOST_WEIGHT = 16L << 20;

    private final Map<Sha256, InstalledSystem> systems = new LinkedHashMap<>();
    private int packages;
    private long weight;

    void add(Sha256 sbom, InstalledSystem system) {
        systems.put(sbom, system);
        packages += system.packages().size();
        weight += system.weight();
    }

    boolean isFull() {
        return systems.size() >= MOST_SYSTEMS || packages >= MOST_PACKAGES || weight >= MOST_WEIGHT;
    }

    /** By the digest of their bill of materials, in the order in which they came. */
    List<Map.Entry<Sha256, InstalledSystem>> systems() {
        return List.copyOf(systems.entrySet());
    }
}
