package org.imprimatur.node.watch;

import java.time.Instant;
import java.util.Comparator;
import org.imprimatur.inspect.advisories.Urgency;
import org.imprimatur.inspect.facts.Shown;
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

    /** How much of each of its texts is kept; four times that is a key's largest part. */
    private static final int MOST_TEXT = 200;

    public OpenFlaw {
        if (fixed.isEmpty() != (patchSince == null)) {
            throw new IllegalArgumentException("a patch is known since some moment");
        }
    }

    /**
     * One that was found now, whose texts are those of a feed and of a bill of materials; since
     * when it is known is not known yet.
     */
    static OpenFlaw found(String id, String name, String installed, String fixed, Urgency urgency) {
        return new OpenFlaw(
                kept(id),
                kept(name),
                kept(installed),
                kept(fixed),
                urgency,
                Instant.EPOCH,
                fixed.isEmpty() ? null : Instant.EPOCH);
    }

    private static String kept(String text) {
        return Shown.characters(text, MOST_TEXT);
    }

    /**
     * The urgency that it counts with where somebody asks for flaws that are at least so urgent.
     * One of which nobody says how grave it is counts with the mildest, and not with none.
     */
    org.imprimatur.register.Urgency countedAs() {
        return switch (urgency) {
            case CRITICAL -> org.imprimatur.register.Urgency.CRITICAL;
            case HIGH -> org.imprimatur.register.Urgency.HIGH;
            case MODERATE -> org.imprimatur.register.Urgency.MODERATE;
            case LOW, UNKNOWN -> org.imprimatur.register.Urgency.LOW;
        };
    }
}
