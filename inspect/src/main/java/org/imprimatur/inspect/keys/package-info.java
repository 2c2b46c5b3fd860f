/** Finds and reads keys: private keys in any file, public keys of SSH. Never keeps a secret. */
@NullMarked
package org.imprimatur.inspect.keys;

import org.jspecify.annotations.NullMarked;
