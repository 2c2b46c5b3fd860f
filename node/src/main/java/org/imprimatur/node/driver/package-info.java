/** Where approved images are put for those who run them: here, a directory. */
@NullMarked
package org.imprimatur.node.driver;

import org.jspecify.annotations.NullMarked;
