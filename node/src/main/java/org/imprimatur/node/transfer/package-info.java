/**
 * Bringing approved image files into the site's store: from several sources, verified before
 * visible.
 */
@NullMarked
package org.imprimatur.node.transfer;

import org.jspecify.annotations.NullMarked;
