package org.imprimatur.node.watch;

import java.time.Instant;
import java.util.Comparator;
import org.imprimatur.inspect.advisories.Urgency;
import org.jspecify.annotations.Nullable;

/**
 * A known flaw of a package that an image has.
 *
 * @param id {@code CVE-…} where it has one; {@link #NO_ID} for a security update of which nobody
 *     said what it is for
 * @param name the package, as the advisory names it
 * @param installed its version
 * @param fixed the version with the patch; empty where there is none yet
 * @param since when it became known here that the image has it
 * @param patchSince when it became known here that there is a patch for it; null where there is
 *     none
 */
public record OpenFlaw(
        String id,
        String name,
        String installed,
        String fixed,
        Urgency urgency,
        Instant since,
        @Nullable Instant patchSince) {

    static final Comparator<OpenFlaw> GRAVEST_FIRST =
            Comparator.comparing(OpenFlaw::urgency)
                    .thenComparing(OpenFlaw::name)
                    .thenComparing(OpenFlaw::id)
                    .thenComparing(OpenFlaw::installed);

    /** Of a newer version in a repository of security updates. */
    static final String NO_ID = "security update";

    public OpenFlaw {
        if (fixed.isEmpty() != (patchSince == null)) {
            throw new IllegalArgumentException("a patch is known since some moment");
        }
    }
}
