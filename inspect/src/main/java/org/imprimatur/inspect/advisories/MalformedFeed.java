package org.imprimatur.inspect.advisories;

import java.io.IOException;

/** A feed that is not in its format, or beyond a bound. Nothing of it is used. */
public final class MalformedFeed extends IOException {

    private static final long serialVersionUID = 1;

    MalformedFeed(String message) {
        super(message);
    }

    MalformedFeed(String message, Throwable cause) {
        super(message, cause);
    }
}
