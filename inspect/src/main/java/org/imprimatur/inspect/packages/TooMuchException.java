package org.imprimatur.inspect.packages;

import java.io.IOException;

/** A file asks for more than is granted, or for what is not supported: it may hold anything. */
final class TooMuchException extends IOException {

    private static final long serialVersionUID = 1;

    private final String reason;

    TooMuchException(String reason) {
        super(reason);
        this.reason = reason;
    }

    /** What it asks for: one sentence without the place. */
    String reason() {
        return reason;
    }
}
