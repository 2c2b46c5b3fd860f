package org.imprimatur.inspect.packages;

import org.imprimatur.inspect.facts.ConfigReader;

/**
 * A kind of package database of a distribution.
 *
 * <p>A reader looks only at the guest's files. A database that is absent adds nothing; what is
 * there and cannot be read, or breaks its format, is recorded by the {@link ConfigReader} as
 * missed.
 */
sealed interface PackageDatabase
        permits AlpmDatabase, ApkDatabase, DpkgDatabase, FlatpakAndSnap, RpmDatabase {

    /** Adds what is installed and, if the inventory wants them, the files of each package. */
    void read(ConfigReader reader, Inventory inventory);
}
