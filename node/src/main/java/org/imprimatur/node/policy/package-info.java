/** The policy of a site: what it asks of an image before it runs, as its file says it. */
@NullMarked
package org.imprimatur.node.policy;

import org.jspecify.annotations.NullMarked;
