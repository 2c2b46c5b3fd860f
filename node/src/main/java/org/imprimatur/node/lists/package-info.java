/**
 * HEPiX image lists: made from the ledger and signed by the node, or brought by endorsers who have
 * signed them, at the paths that subscribers of the Applications Database know.
 */
@NullMarked
package org.imprimatur.node.lists;

import org.jspecify.annotations.NullMarked;
