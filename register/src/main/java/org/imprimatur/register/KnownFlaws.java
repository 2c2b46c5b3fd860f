package org.imprimatur.register;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a site knows of flaws in what images have installed, from the advisories that its node
 * watches (TVM-3.8). It is asked by the digest of the package list that an endorsement names, and
 * what it answers never changes.
 */
public interface KnownFlaws {

    /** Of a node that watches no advisories: it knows of no flaw, and none is asked for. */
    KnownFlaws NOT_WATCHED =
            new KnownFlaws() {
                @Override
                public @Nullable AsOf asOf() {
                    return null;
                }

                @Override
                public Optional<Flaw> oldest(Sha256 sbom, Urgency atLeast) {
                    return Optional.empty();
                }

                @Override
                public Optional<String> doubt(Sha256 sbom, Instant at) {
                    return Optional.empty();
                }
            };

    /**
     * A flaw of an installed package, for which there is a patch.
     *
     * @param id of the flaw, such as {@code CVE-2024-3094}
     * @param name of the package, as the advisory has it
     * @param installed the version with the flaw
     * @param fixed the version with the patch
     * @param since when the node first knew of the patch
     */
    record Flaw(
            String id,
            String name,
            String installed,
            String fixed,
            Urgency urgency,
            Instant since) {}

    /**
     * Which of all states of knowledge it is, so that the same is known when a decision is made
     * again.
     *
     * @param revision counts them
     * @param feedAge how old a feed of advisories may be
     */
    record AsOf(long revision, Duration feedAge) {}

    /** Which state it is; null where the node watches no advisories. */
    @Nullable AsOf asOf();

    /**
     * Of the flaws in these packages that are at least so urgent, the one whose patch is known for
     * longest.
     */
    Optional<Flaw> oldest(Sha256 sbom, Urgency atLeast);

    /**
     * Why it cannot be told at a moment whether these are all the flaws in these packages, in a
     * clause such as "its package list cannot be read"; empty where it can.
     */
    Optional<String> doubt(Sha256 sbom, Instant at);
}
