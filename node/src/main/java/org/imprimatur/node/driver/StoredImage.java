package org.imprimatur.node.driver;

import java.nio.file.Path;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement.Endorsement;

/**
 * An approved image of which the site has a verified copy: the endorsed file, or one that was made
 * of it and proven to hold the same disk.
 *
 * @param name of the file, as it is offered
 * @param file the copy; nobody writes to it
 * @param digest SHA-512 of the file
 * @param bytes the length of the file
 * @param format the format of the file
 * @param catalogue the ledger that its endorsement is in
 */
public record StoredImage(
        ImageFileName name,
        Path file,
        Sha512 digest,
        long bytes,
        String format,
        Origin catalogue,
        Recorded<Endorsement> endorsement) {

    /** The endorsed file itself. */
    public static StoredImage endorsed(
            Path file, Origin catalogue, Recorded<Endorsement> endorsement) {
        var statement = endorsement.statement();
        return new StoredImage(
                ImageFileName.of(statement),
                file,
                statement.image(),
                statement.disk().fileBytes(),
                statement.disk().format(),
                catalogue,
                endorsement);
    }

    /** The same disk in another file. */
    StoredImage converted(Path into, Sha512 sha512, long length, String as) {
        return new StoredImage(name.in(as), into, sha512, length, as, catalogue, endorsement);
    }

    /** The endorsed image, whatever the file is. */
    public Sha512 image() {
        return endorsement.statement().image();
    }

    /** Whether the file was made here, in another format than the endorsed one. */
    public boolean isConverted() {
        return !digest.equals(image());
    }
}
