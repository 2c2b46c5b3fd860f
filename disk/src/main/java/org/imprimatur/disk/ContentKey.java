package org.imprimatur.disk;

/**
 * Names the stored content of a file: within one file system, two files with equal keys have equal
 * content, byte for byte. Different keys say nothing.
 *
 * @param high the first half of a cryptographic digest of where the content is stored
 * @param low the second half
 */
public record ContentKey(long high, long low) {}
