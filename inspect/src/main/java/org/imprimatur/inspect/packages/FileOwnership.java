package org.imprimatur.inspect.packages;

import java.util.List;

/**
 * Which files are not as packages say.
 *
 * @param examined false if nobody looked: then the rest says nothing
 * @param unowned how many regular files belong to no package
 * @param unownedBytes how much is stored in them
 * @param largestUnowned the one of them in which most is stored
 * @param unownedFiles the first {@value #MAX_LISTED} of them, in order of path
 * @param altered how many files differ from what their package shipped
 * @param alteredFiles the first {@value #MAX_LISTED} of them, in order of path
 */
public record FileOwnership(
        boolean examined,
        long unowned,
        long unownedBytes,
        Largest largestUnowned,
        List<UnownedFile> unownedFiles,
        long altered,
        List<AlteredFile> alteredFiles) {

    /** How many files of a kind are listed at most. */
    public static final int MAX_LISTED = 100_000;

    /** Of an inspection that did not look. */
    public static final FileOwnership NOT_EXAMINED =
            new FileOwnership(false, 0, 0, new Largest("", 0), List.of(), 0, List.of());

    /**
     * A file and how much is stored in it.
     *
     * @param path for display; empty if there is none
     */
    public record Largest(String path, long bytes) {}

    /** Copies the lists. */
    public FileOwnership {
        unownedFiles = List.copyOf(unownedFiles);
        alteredFiles = List.copyOf(alteredFiles);
    }

    /** The files without an owner that are worth a look. */
    public List<UnownedFile> remarkable() {
        return unownedFiles.stream().filter(each -> each.kind() != UnownedFile.Kind.OTHER).toList();
    }
}
