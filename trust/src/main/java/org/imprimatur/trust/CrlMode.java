package org.imprimatur.trust;

/** What a certification authority without a revocation list means. */
public enum CrlMode {
    /** Each authority in a chain must have a current revocation list; without one, refused. */
    REQUIRE,

    /**
     * An authority may be without a revocation list, which the verdict notes; but a list that is
     * there must be good: one that has expired or cannot be read refuses, for it may have hidden a
     * revocation.
     */
    IF_PRESENT
}
