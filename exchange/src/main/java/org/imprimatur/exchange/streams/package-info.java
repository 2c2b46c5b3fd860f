/**
 * simplestreams: the index by which Incus, LXD and tools for Ubuntu's images find images. Written
 * for endorsed images, and read with the doubts that those readers do not have.
 */
@NullMarked
package org.imprimatur.exchange.streams;

import org.jspecify.annotations.NullMarked;
