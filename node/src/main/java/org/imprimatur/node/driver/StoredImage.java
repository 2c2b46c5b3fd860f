package org.imprimatur.node.driver;

import java.nio.file.Path;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement.Endorsement;

/**
 * An approved image of which the site has a verified copy.
 *
 * @param file the copy; nobody writes to it
 * @param catalogue the ledger that its endorsement is in
 */
public record StoredImage(
        ImageFileName name, Path file, Origin catalogue, Recorded<Endorsement> endorsement) {

    /** SHA-512 of the file. */
    public Sha512 digest() {
        return endorsement.statement().image();
    }

    /** The length of the file. */
    public long bytes() {
        return endorsement.statement().disk().fileBytes();
    }

    /** The format of the file. */
    public String format() {
        return endorsement.statement().disk().format();
    }
}
