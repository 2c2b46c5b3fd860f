/** Benchmarks; a figure in a document names one of them. */
@NullMarked
package org.imprimatur.bench;

import org.jspecify.annotations.NullMarked;
