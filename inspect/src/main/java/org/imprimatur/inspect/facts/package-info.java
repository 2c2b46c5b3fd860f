/**
 * What stands on the disk: one typed model, {@link org.imprimatur.inspect.facts.Facts}, and the
 * parsers that fill it. Nothing here judges; rules do.
 */
@NullMarked
package org.imprimatur.inspect.facts;

import org.jspecify.annotations.NullMarked;
