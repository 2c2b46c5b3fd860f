package org.imprimatur.inspect;

/** Hears how far an inspection is. Several threads may call at once. */
@FunctionalInterface
public interface ProgressListener {

    /** Hears nothing. */
    ProgressListener NONE = (_, _, _) -> {};

    /**
     * How much of a stage is done.
     *
     * @param total how much there is to do, or 0 while nobody knows
     */
    void progress(Stage stage, long done, long total);
}
