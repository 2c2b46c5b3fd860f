/**
 * Whether a contextualisation, which a site gives its machines on a CD, keeps within what sites may
 * do: {@code prolog.sh} and {@code epilog.sh} are read as a shell would read them, and judged.
 */
@NullMarked
package org.imprimatur.inspect.context;

import org.jspecify.annotations.NullMarked;
