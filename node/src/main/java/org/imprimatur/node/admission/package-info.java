/** Decisions: whether an image may run, asked at each start and answered from memory. */
@NullMarked
package org.imprimatur.node.admission;

import org.jspecify.annotations.NullMarked;
