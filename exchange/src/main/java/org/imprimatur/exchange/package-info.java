/** What enters and leaves the house as files. */
@NullMarked
package org.imprimatur.exchange;

import org.jspecify.annotations.NullMarked;
