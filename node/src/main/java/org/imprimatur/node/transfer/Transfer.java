package org.imprimatur.node.transfer;

import java.time.Instant;
import org.imprimatur.node.driver.ImageFileName;
import org.imprimatur.register.Sha512;
import org.jspecify.annotations.Nullable;

/**
 * Where an approved endorsement's file stands on its way into the store.
 *
 * @param why one sentence for people; empty where the state says all
 * @param attempts how often it has failed in a row
 * @param retryAt not before then it is tried again; null for at once
 * @param seen the file as it was verified; null where it is not offered
 */
public record Transfer(
        TransferKey key,
        State state,
        String why,
        ImageFileName name,
        Sha512 image,
        int attempts,
        @Nullable Instant retryAt,
        @Nullable Seen seen) {

    /** The same file in another state, to be seen to at once. */
    Transfer with(State other, String reason, @Nullable Seen now) {
        return new Transfer(key, other, reason, name, image, 0, null, now);
    }

    /** The states, by their names in formats. */
    public enum State {
        /** On its way. */
        TRANSFERRING("transferring"),
        /** Verified, and offered in the store. */
        AVAILABLE("available"),
        /** Not to be had just now; tried again. */
        FAILED("failed"),
        /** It was offered, and is no more. */
        WITHDRAWN("withdrawn");

        private final String wire;

        State(String wire) {
            this.wire = wire;
        }

        /** The name in formats. */
        public String wire() {
            return wire;
        }

        static State parse(String text) {
            for (var state : values()) {
                if (state.wire.equals(text)) {
                    return state;
                }
            }
            throw new IllegalArgumentException("no state of a transfer: " + text);
        }
    }
}
