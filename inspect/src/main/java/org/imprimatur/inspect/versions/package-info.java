/**
 * The orders in which the versions of packages follow each other: each world of packages has its
 * own.
 */
@NullMarked
package org.imprimatur.inspect.versions;

import org.jspecify.annotations.NullMarked;
