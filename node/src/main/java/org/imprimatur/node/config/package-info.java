/**
 * Reading configuration: YAML whose every error names its line, its member and what would be right.
 */
@NullMarked
package org.imprimatur.node.config;

import org.jspecify.annotations.NullMarked;
