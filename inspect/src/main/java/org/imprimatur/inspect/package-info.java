/** What is on the disk and whether the policy allows it: facts, packages, findings, SBOM. */
@NullMarked
package org.imprimatur.inspect;

import org.jspecify.annotations.NullMarked;
