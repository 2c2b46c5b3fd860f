package org.imprimatur.disk;

/** A name in a directory and the number of the inode it stands for. */
public record DirectoryEntry(FileName name, long inode) {}
