/** The command: thin, one class a command. */
@NullMarked
package org.imprimatur.cli;

import org.jspecify.annotations.NullMarked;
