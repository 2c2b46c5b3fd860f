/**
 * Pages rendered on the server: a record of what a page shows, and a template that can only print
 * it.
 */
@NullMarked
package org.imprimatur.node.web;

import org.jspecify.annotations.NullMarked;
