/**
 * The advisory watch: which known flaws the packages of endorsed images have, and since when that
 * is known here.
 */
@NullMarked
package org.imprimatur.node.watch;

import org.jspecify.annotations.NullMarked;
