package org.imprimatur.register;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;
import org.imprimatur.register.Candidate.Software;
import org.jspecify.annotations.Nullable;

/**
 * One version of an image as a signed list has it, or had it.
 *
 * @param id names it at this site, see {@link #id(UUID, Guid, Version, Sha512)}
 * @param title for people
 * @param format of the file, such as {@code qcow2}
 * @param fileBytes size of the file
 * @param hypervisor for which the list says it is
 * @param location where the list says that the file is
 * @param until when it ends by itself; null for never
 * @param from the number of the first state of the list that had it, from 1
 * @param since when the site took that state
 * @param introducer who had signed that state
 * @param gone null while the list has it
 */
public record ListedImage(
        StatementId id,
        Guid guid,
        Version version,
        Sha512 image,
        String title,
        String format,
        long fileBytes,
        String hypervisor,
        Software software,
        String location,
        @Nullable Instant until,
        long from,
        Instant since,
        Person introducer,
        @Nullable Gone gone) {

    private static final Pattern FORMAT = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");

    /**
     * That a list has it no more.
     *
     * @param version of the list, the first without it
     * @param at when the site took that state
     */
    public record Gone(String version, Instant at) {}

    public ListedImage {
        Text.matching("format", FORMAT, "1 to 32 lower-case letters, digits or '-'", format);
        Text.range("fileBytes", fileBytes, 1, 1L << 53);
        Text.range("from", from, 1, Long.MAX_VALUE);
    }

    /**
     * The id of a version of an image in a list: what an approval names. It stays the same while
     * list, image, version and file do, whatever else the list says of them.
     *
     * @param list the list's own identifier
     */
    public static StatementId id(UUID list, Guid image, Version version, Sha512 file) {
        return new StatementId(
                Sha256.of(
                        "imprimatur-listed-image/v1\n%s\n%s\n%s\n%s\n"
                                .formatted(list, image, version, file.hex())
                                .getBytes(StandardCharsets.UTF_8)));
    }

    /** Whether its end has come. */
    public boolean ended(Instant at) {
        return until != null && !at.isBefore(until);
    }
}
