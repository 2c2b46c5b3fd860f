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

    /**
     * The question about the image that is meant.
     *
     * @param converted the file that the site made of it, where that is started; else null
     */
    public DecisionRequest about(Sha512 digest, @Nullable Sha512 converted) {
        return new DecisionRequest(
                digest, converted, useClass, action, operator, consumer, host, contextualisation);
    }
}
