package org.imprimatur.inspect.facts;

/** A file that belongs to one machine or to the making of the image, not to every copy of it. */
public record Leftover(Kind kind, String path, String detail) {

    /** What kind of thing was left. */
    public enum Kind {
        /** Commands that somebody typed. */
        HISTORY,
        /** The machine-id(5) of one machine. */
        MACHINE_ID,
        /** A seed of random numbers, or the secret of systemd's credentials. */
        RANDOM_SEED,
        /** What cloud-init remembers of an earlier boot. */
        CLOUD_STATE,
        /** A password hash outside {@code /etc/shadow}. */
        PASSWORD_HASH,
        /** What an installer wrote down or was told. */
        INSTALLER,
        /** The memory of a program or kernel that fell, or what a database wrote out. */
        DUMP,
        /** The log of an earlier boot, or the mail that it sent. */
        LOG,
        /** A file in a directory for temporary files. */
        TEMPORARY,
        /** What tools of the image's makers kept for themselves. */
        BUILD_CACHE
    }
}
