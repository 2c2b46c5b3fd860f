package org.imprimatur.register;

import org.jspecify.annotations.Nullable;

/**
 * "May this operator run this image, in this class, here?"
 *
 * @param converted the file that is started, where the site made it of the image; null where it is
 *     the image's own
 * @param operator DN or name of who runs it, as the asking system knows it
 * @param consumer DN or name of who uses its services, where one is named (EGI-2.consumer)
 * @param host where it is to run; null where that is not known
 * @param contextualisation digest of what the VM is given besides the image; null where nothing is
 *     or it is not known (EGI-4.4)
 */
public record DecisionRequest(
        Sha512 image,
        @Nullable Sha512 converted,
        UseClass useClass,
        Action action,
        String operator,
        @Nullable String consumer,
        @Nullable String host,
        @Nullable Sha256 contextualisation) {

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
            return WireName.find(values(), Action::wire, text, () -> "instantiate or continue");
        }
    }

    /** A question about the image's own file. */
    public DecisionRequest(
            Sha512 image,
            UseClass useClass,
            Action action,
            String operator,
            @Nullable String consumer,
            @Nullable String host,
            @Nullable Sha256 contextualisation) {
        this(image, null, useClass, action, operator, consumer, host, contextualisation);
    }

    /** One that names neither a consumer nor a contextualisation either. */
    public DecisionRequest(
            Sha512 image,
            UseClass useClass,
            Action action,
            String operator,
            @Nullable String host) {
        this(image, useClass, action, operator, null, host, null);
    }

    public DecisionRequest {
        check(operator, consumer, host);
    }

    /** Refuses names that nobody has. */
    static void check(String operator, @Nullable String consumer, @Nullable String host) {
        Text.line("operator", operator, 1, Person.MAX_NAME);
        if (consumer != null) {
            Text.line("consumer", consumer, 1, Person.MAX_NAME);
        }
        if (host != null) {
            Text.line("host", host, 1, 255);
        }
    }
}
