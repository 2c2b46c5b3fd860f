/**
 * Searches any content for secrets: private keys, tokens, passwords, certificates of machines. Says
 * what was seen and where it begins, and never keeps or shows the secret.
 */
@NullMarked
package org.imprimatur.inspect.secrets;

import org.jspecify.annotations.NullMarked;
