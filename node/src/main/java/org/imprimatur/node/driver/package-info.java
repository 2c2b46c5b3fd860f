/**
 * Where approved images are put for those who run them: the site's own verified copies in a
 * directory ({@code DirectoryStore}), and what is published from it at {@linkplain
 * org.imprimatur.node.driver.Driver drivers}.
 */
@NullMarked
package org.imprimatur.node.driver;

import org.jspecify.annotations.NullMarked;
