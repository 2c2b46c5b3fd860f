/**
 * The command {@code imprimatur}: one class a command, each holding its options and calling the
 * modules; what several commands share stands beside them ({@link org.imprimatur.cli.NodeClient},
 * {@link org.imprimatur.cli.Signing}, {@link org.imprimatur.cli.Output}). {@link
 * org.imprimatur.cli.Main} maps every failure to one line and an exit status.
 */
@NullMarked
package org.imprimatur.cli;

import org.jspecify.annotations.NullMarked;
