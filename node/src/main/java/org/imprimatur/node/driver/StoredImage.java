package org.imprimatur.node.driver;

import java.io.IOException;
import java.nio.file.Path;
import org.imprimatur.disk.DiskImage;
import org.imprimatur.disk.Limits;
import org.imprimatur.register.Candidate;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Sha512;

/**
 * An approved image of which the site has a verified copy: the endorsed file, or one that was made
 * of it and proven to hold the same disk.
 *
 * @param name of the file, as it is offered
 * @param file the copy; nobody writes to it
 * @param digest SHA-512 of the file
 * @param bytes the length of the file
 * @param format the format of the file
 * @param candidate what speaks for the image
 */
public record StoredImage(
        ImageFileName name,
        Path file,
        Sha512 digest,
        long bytes,
        String format,
        Candidate candidate) {

    /** The endorsed, or listed, file itself. */
    public static StoredImage of(Path file, Candidate candidate) {
        return new StoredImage(
                ImageFileName.of(candidate),
                file,
                candidate.image(),
                candidate.fileBytes(),
                candidate.format(),
                candidate);
    }

    /** The ledger, or the list, that speaks for it. */
    public Origin catalogue() {
        return candidate.catalogue();
    }

    /** The same disk in another file. */
    StoredImage converted(Path into, Sha512 sha512, long length, String as) {
        return new StoredImage(name.in(as), into, sha512, length, as, candidate);
    }

    /**
     * The image, when its file needs no other. A file that was endorsed has been inspected; one
     * that is only listed may name another, such as one of the host's, which a hypervisor would
     * open for its guest.
     *
     * @throws DriverException when it names another, or cannot be opened
     */
    StoredImage selfContained() throws DriverException {
        if (candidate.disk() != null) {
            return this;
        }
        try (var _ = DiskImage.openDisk(file, Limits.DEFAULT)) {
            return this;
        } catch (IOException e) {
            throw new DriverException(
                    "nobody has inspected it, and it is not a disk of its own: " + e.getMessage(),
                    e);
        }
    }

    /** The endorsed image, whatever the file is. */
    public Sha512 image() {
        return candidate.image();
    }

    /** Whether the file was made here, in another format than the endorsed one. */
    public boolean isConverted() {
        return !digest.equals(image());
    }
}
