package org.imprimatur.inspect.facts;

import java.io.IOException;

/** A place in the image exists, or may exist, but could not be read. */
public final class UnreadableException extends IOException {

    private final String reason;

    /** Why the place could not be read: one sentence without the place itself. */
    public UnreadableException(String reason) {
        super(reason);
        this.reason = reason;
    }

    /** Why the place could not be read. */
    public String reason() {
        return reason;
    }
}
