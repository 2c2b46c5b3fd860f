/**
 * The node's outbox: what is news for those who answer for images, whom it is for, and how they are
 * told, once and not too often.
 */
@NullMarked
package org.imprimatur.node.notice;

import org.jspecify.annotations.NullMarked;
