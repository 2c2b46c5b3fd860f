/**
 * The software on a disk: readers of the package databases of distributions and of what language
 * package managers leave behind, which package each file belongs to, and the licences.
 *
 * <p>Each reader takes the guest's files and gives packages. What it cannot read it records as
 * missed, so that a database that nobody understood is never an empty one.
 */
@NullMarked
package org.imprimatur.inspect.packages;

import org.jspecify.annotations.NullMarked;
