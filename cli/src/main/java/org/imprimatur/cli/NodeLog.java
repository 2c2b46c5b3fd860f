package org.imprimatur.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/** What running nodes write to standard error: their own lines, one each, and others' warnings. */
final class NodeLog {

    private static final Logger ALL = Logger.getLogger("");

    // Kept, since the logging library forgets the level of a logger that nobody holds.
    private static final Logger OURS = Logger.getLogger("org.imprimatur");

    private NodeLog() {}

    /** From this level on the nodes' own lines are shown. */
    static void from(Level level) {
        ALL.setLevel(Level.WARNING);
        OURS.setLevel(level);
    }

    /** Must come before anything is logged. */
    static void oneLineEach() {
        System.setProperty(
                "java.util.logging.SimpleFormatter.format",
                "%1$tFT%1$tT.%1$tL%1$tz %4$s %3$s: %5$s%6$s%n");
    }
}
