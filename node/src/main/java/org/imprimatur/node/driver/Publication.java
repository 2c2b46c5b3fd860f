package org.imprimatur.node.driver;

import java.time.Instant;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.StatementId;
import org.jspecify.annotations.Nullable;

/**
 * One verified image at one driver.
 *
 * @param driver the driver's name
 * @param name of the file, in the format in which it is published
 * @param digest of the endorsed image
 * @param catalogue the ledger of the endorsement that it is labelled with
 * @param why one sentence for people; empty where the state says all
 * @param driverId the driver's own id; null before there was one
 * @param converted SHA-512 of the file that is published, where it was made of the endorsed one
 * @param attempts how often the present step has failed in a row
 * @param retryAt not before then it is tried again; null for at once
 * @param changedAt when it came into this state
 */
public record Publication(
        Mark mark,
        String driver,
        ImageFileName name,
        Sha512 digest,
        Origin catalogue,
        StatementId endorsement,
        State state,
        String why,
        @Nullable String driverId,
        @Nullable Sha512 converted,
        int attempts,
        @Nullable Instant retryAt,
        Instant changedAt) {

    /** The states, by their names in formats. */
    public enum State {
        /** On its way there. */
        PUBLISHING("publishing"),
        /** It can be started from there. */
        PUBLISHED("published"),
        /** It could not be published just now; tried again. */
        FAILED("failed"),
        /** To be taken out of use, which was not possible yet; tried again. */
        WITHDRAWING("withdrawing"),
        /** Out of use, and kept aside there. */
        WITHDRAWN("withdrawn"),
        /** Nothing of it is there any more. */
        REMOVED("removed");

        private final String wire;

        State(String wire) {
            this.wire = wire;
        }

        /** The name in formats. */
        public String wire() {
            return wire;
        }

        /** Reads the name in formats. */
        static State parse(String text) {
            for (var state : values()) {
                if (state.wire.equals(text)) {
                    return state;
                }
            }
            throw new IllegalArgumentException("no state of a publication: " + text);
        }
    }

    /** A new one, of which nothing is there yet. */
    static Publication begin(
            Mark mark, String driver, ImageFileName name, StoredImage image, Instant now) {
        return new Publication(
                mark,
                driver,
                name,
                image.image(),
                image.catalogue(),
                image.candidate().id(),
                State.PUBLISHING,
                "",
                null,
                null,
                0,
                null,
                now);
    }

    /** Whether it is of that file. */
    boolean isOf(ImageFileName file, Sha512 content) {
        return name.equals(file) && digest.equals(content);
    }

    /** SHA-512 of the file that is published. */
    Sha512 published() {
        return converted == null ? digest : converted;
    }

    /** Whether it is labelled with the image's endorsement. */
    boolean says(StoredImage image) {
        return catalogue.equals(image.catalogue()) && endorsement.equals(image.candidate().id());
    }

    /** To be published, again or anew, with that endorsement as its label. */
    Publication again(StoredImage image, String because, Instant now) {
        return new Publication(
                mark,
                driver,
                name,
                digest,
                image.catalogue(),
                image.candidate().id(),
                State.PUBLISHING,
                because,
                driverId,
                converted,
                0,
                null,
                now);
    }

    /** It is there. */
    Publication published(String id, Instant now) {
        return at(State.PUBLISHED, "", id, 0, null, now);
    }

    /** It came into that state. */
    Publication now(State next, String because, Instant now) {
        return at(next, because, driverId, 0, null, now);
    }

    /** The present step failed, and is tried again then. */
    Publication failed(State next, String because, Instant retry, Instant now) {
        return at(next, because, driverId, attempts + 1, retry, next == state ? changedAt : now);
    }

    private Publication at(
            State next,
            String because,
            @Nullable String id,
            int failures,
            @Nullable Instant retry,
            Instant since) {
        return new Publication(
                mark,
                driver,
                name,
                digest,
                catalogue,
                endorsement,
                next,
                because,
                id,
                converted,
                failures,
                retry,
                since);
    }
}
