/** Asking other servers over HTTP: every answer is bounded in bytes and in time. */
@NullMarked
package org.imprimatur.node.fetch;

import org.jspecify.annotations.NullMarked;
