/**
 * Metadata documents of the StratusLab Marketplace: read and judged as evidence, and written
 * ({@code docs/format.md}, "StratusLab documents").
 */
@NullMarked
package org.imprimatur.exchange.stratuslab;

import org.jspecify.annotations.NullMarked;
