package org.imprimatur.node.driver;

import java.io.IOException;

/**
 * A place outside did not do what it was asked for. The message is one sentence, without secrets.
 */
public final class DriverException extends IOException {

    private static final long serialVersionUID = 1;

    /** What was asked, and what came of it. */
    public DriverException(String message) {
        super(message);
    }

    /** As above, with what lies below it. */
    public DriverException(String message, Throwable cause) {
        super(message, cause);
    }
}
