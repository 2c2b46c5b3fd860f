/**
 * Witnesses, in both directions: this node cosigns the checkpoints of others (C2SP tlog-witness),
 * and asks others to cosign its own.
 */
@NullMarked
package org.imprimatur.node.witness;

import org.jspecify.annotations.NullMarked;
