package org.imprimatur.disk;

import java.util.List;

/**
 * What a directory holds, {@code .} and {@code ..} left out, in the order of the disk.
 *
 * @param entries those that could be read
 * @param faults one sentence for each part of the directory that could not; the entries there are
 *     unknown
 */
public record Listing(List<DirectoryEntry> entries, List<String> faults) {

    public Listing {
        entries = List.copyOf(entries);
        faults = List.copyOf(faults);
    }
}
