/**
 * What an image file really contains: containers, partitions and file systems, read only and
 * bounded.
 */
@NullMarked
package org.imprimatur.disk;

import org.jspecify.annotations.NullMarked;
