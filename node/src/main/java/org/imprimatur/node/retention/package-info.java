/** How long a site keeps what it has on record of decisions and instances. */
@NullMarked
package org.imprimatur.node.retention;

import org.jspecify.annotations.NullMarked;
