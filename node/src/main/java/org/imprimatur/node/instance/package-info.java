/**
 * What runs at a site, and what ran: each instance with its image, its operator and its decision.
 */
@NullMarked
package org.imprimatur.node.instance;

import org.jspecify.annotations.NullMarked;
