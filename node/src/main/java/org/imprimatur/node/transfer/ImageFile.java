package org.imprimatur.node.transfer;

import java.util.List;
import org.imprimatur.register.Candidate;
import org.imprimatur.register.DiskFacts;
import org.imprimatur.register.Sha512;
import org.jspecify.annotations.Nullable;

/**
 * What is said of an image's file.
 *
 * @param bytes the size of the file
 * @param disk what is said of the disk within; null where nothing is
 * @param locations hints where it can be had
 */
record ImageFile(Sha512 digest, long bytes, @Nullable DiskFacts disk, List<String> locations) {

    ImageFile {
        locations = List.copyOf(locations);
    }

    /** A file of which the disk is known. */
    ImageFile(Sha512 digest, DiskFacts disk, List<String> locations) {
        this(digest, disk.fileBytes(), disk, locations);
    }

    static ImageFile of(Candidate candidate) {
        return new ImageFile(
                candidate.image(), candidate.fileBytes(), candidate.disk(), candidate.locations());
    }
}
