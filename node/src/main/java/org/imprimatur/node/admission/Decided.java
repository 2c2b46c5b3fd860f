package org.imprimatur.node.admission;

import java.time.Instant;
import java.util.UUID;
import org.imprimatur.node.driver.PublishedImages.Meant;
import org.imprimatur.register.Inquiry;
import org.imprimatur.register.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * A decision that is on record.
 *
 * @param meant what the name meant; null where that was not one image, and never in a permit
 * @param said what it said
 * @param policy the site policy that it rests on
 * @param view what was in view, by digest; null in decisions from before that was recorded
 */
public record Decided(
        UUID id,
        Instant at,
        boolean permitted,
        Inquiry asked,
        @Nullable Meant meant,
        Said said,
        Sha256 policy,
        @Nullable Sha256 view) {

    /**
     * The parts of a decision as they were given out, in JSON.
     *
     * @param audited null where nothing was let pass
     */
    public record Said(
            String reasons, @Nullable String audited, String obligations, String positions) {}
}
