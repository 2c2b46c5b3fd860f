package org.imprimatur.inspect.packages;

import org.jspecify.annotations.Nullable;

/**
 * What a package says of a file: that it is its own.
 *
 * @param owner the package's name
 * @param digest of the content it shipped; null where it says none, or expects it to change
 * @param configuration true for a file that an administrator is meant to change
 * @param next what another package says of the same file, as both halves of a multi-architecture
 *     pair do
 */
record Claim(
        String owner,
        @Nullable ShippedDigest digest,
        boolean configuration,
        @Nullable Claim next) {}
