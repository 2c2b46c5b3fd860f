/**
 * What the policy asks of an image: small pure rules from facts to findings, each with the clauses
 * it serves, and profiles that say how much each weighs.
 */
@NullMarked
package org.imprimatur.inspect.rules;

import org.jspecify.annotations.NullMarked;
