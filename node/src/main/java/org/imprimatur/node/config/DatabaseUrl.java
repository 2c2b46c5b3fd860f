package org.imprimatur.node.config;

/** Where an external PostgreSQL is; never printed, since it may hold a password. */
public record DatabaseUrl(String url) {

    /** Takes {@code jdbc:postgresql:} URLs only. */
    public DatabaseUrl {
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException("does not begin with jdbc:postgresql:");
        }
    }

    @Override
    public String toString() {
        return "jdbc:postgresql:…";
    }
}
