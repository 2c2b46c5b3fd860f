package org.imprimatur.inspect;

/** The parts of an inspection. Some run beside each other. */
public enum Stage {
    /** Open the container and look into the volumes. */
    OPEN,
    /** Visit every entry of every file system; counts entries. */
    LIST,
    /** Read configuration and the package database. */
    FACTS,
    /** Search the content of every file; counts bytes. */
    SCAN,
    /** Look into the free space of every volume; counts bytes. */
    FREE_SPACE,
    /** Digest the disk as a guest sees it; counts bytes. */
    CONTENT_TREE,
    /** Digest the image file; counts bytes. */
    FILE_DIGEST
}
