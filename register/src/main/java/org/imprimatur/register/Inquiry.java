package org.imprimatur.register;

import org.imprimatur.register.DecisionRequest.Action;
import org.jspecify.annotations.Nullable;

/**
 * A question as it is put: a {@link DecisionRequest} in which the image may have any of its names.
 */
public record Inquiry(
        ImageName image,
        UseClass useClass,
        Action action,
        String operator,
        @Nullable String consumer,
        @Nullable String host,
        @Nullable Sha256 contextualisation) {

    public Inquiry {
        DecisionRequest.check(operator, consumer, host);
    }

    /** The question about the file that is meant. */
    public DecisionRequest about(Sha512 digest) {
        return new DecisionRequest(
                digest, useClass, action, operator, consumer, host, contextualisation);
    }
}
