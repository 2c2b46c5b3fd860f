package org.imprimatur.register;

import org.jspecify.annotations.Nullable;

/**
 * "May this operator run this image, in this class, here?"
 *
 * @param operator DN or name of who runs it, as the asking system knows it
 * @param host where it is to run; null where that is not known
 */
public record DecisionRequest(
        Sha512 image, UseClass useClass, Action action, String operator, @Nullable String host) {

    /** A new start, or a VM that runs already. */
    public enum Action {
        INSTANTIATE("instantiate"),
        CONTINUE("continue");

        private final String wire;

        Action(String wire) {
            this.wire = wire;
        }

        /** The name in formats. */
        public String wire() {
            return wire;
        }

        /** Reads the name in formats. */
        public static Action parse(String text) {
            for (var action : values()) {
                if (action.wire.equals(text)) {
                    return action;
                }
            }
            throw MalformedInput.value("instantiate or continue", text);
        }
    }

    public DecisionRequest {
        Text.line("operator", operator, 1, Person.MAX_NAME);
        if (host != null) {
            Text.line("host", host, 1, 255);
        }
    }
}
