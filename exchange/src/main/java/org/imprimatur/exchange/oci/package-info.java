/**
 * Images and their bundles as artefacts in OCI registries and OCI image layouts. Whatever comes
 * from there is hostile until a bundle vouches for it. Only this package sees the ORAS SDK.
 */
@NullMarked
package org.imprimatur.exchange.oci;

import org.jspecify.annotations.NullMarked;
