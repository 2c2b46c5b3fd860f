package org.imprimatur.node.store;

/** The store cannot be used: the message says what is wrong with it and what to do. */
public final class StoreException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** A fault with no cause below it. */
    public StoreException(String message) {
        super(message);
    }

    /** A fault and what led to it. */
    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
