package org.imprimatur.inspect;

import java.io.IOException;

/** A bill of materials that is not in its format, or beyond a bound. Nothing of it is used. */
public final class MalformedSbom extends IOException {

    private static final long serialVersionUID = 1;

    MalformedSbom(String message) {
        super(message);
    }

    MalformedSbom(String message, Throwable cause) {
        super(message, cause);
    }
}
