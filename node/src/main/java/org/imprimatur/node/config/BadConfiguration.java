package org.imprimatur.node.config;

/** A configuration that cannot be used; the message names file, line, member, fault and remedy. */
public final class BadConfiguration extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** One line for the person who wrote the configuration. */
    public BadConfiguration(String message) {
        super(message);
    }
}
