/**
 * How an installed system is configured: what starts at boot, who is let in, what is written down.
 * Each reader evaluates its files as the program does that they are for.
 */
@NullMarked
package org.imprimatur.inspect.facts.config;

import org.jspecify.annotations.NullMarked;
