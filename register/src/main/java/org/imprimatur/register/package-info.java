/**
 * The vocabulary of the policies as values, the register that statements build, and its rules.
 * Pure: no I/O, no clock.
 */
@NullMarked
package org.imprimatur.register;

import org.jspecify.annotations.NullMarked;
