package org.imprimatur.node.transfer;

import java.util.List;
import org.imprimatur.register.DiskFacts;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement.Endorsement;

/**
 * What an endorsement says of an image's file.
 *
 * @param locations hints where it can be had
 */
record ImageFile(Sha512 digest, DiskFacts disk, List<String> locations) {

    ImageFile {
        locations = List.copyOf(locations);
    }

    static ImageFile of(Endorsement endorsement) {
        return new ImageFile(endorsement.image(), endorsement.disk(), endorsement.locations());
    }

    /** The size of the file. */
    long bytes() {
        return disk.fileBytes();
    }
}
