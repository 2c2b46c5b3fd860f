/** What the node counts, in Prometheus' terms. */
@NullMarked
package org.imprimatur.node.metrics;

import org.jspecify.annotations.NullMarked;
