/**
 * What a site's approvers see and say: which endorsed images there are, and which of them they
 * take.
 */
@NullMarked
package org.imprimatur.node.approval;

import org.jspecify.annotations.NullMarked;
