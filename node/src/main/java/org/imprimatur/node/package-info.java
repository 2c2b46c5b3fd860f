/** The server, wired by hand in one method. */
@NullMarked
package org.imprimatur.node;

import org.jspecify.annotations.NullMarked;
