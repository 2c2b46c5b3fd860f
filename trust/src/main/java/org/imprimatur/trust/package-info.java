/** Who said it: X.509 identities, trust anchors, signing keys and signed envelopes. */
@NullMarked
package org.imprimatur.trust;

import org.jspecify.annotations.NullMarked;
