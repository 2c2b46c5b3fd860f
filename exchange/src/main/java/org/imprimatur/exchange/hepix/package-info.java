/**
 * HEPiX image lists: the signed lists that vmcatcher, cloudkeeper and atrope subscribe to. They are
 * read as tolerantly as those programs need, judged strictly, and written so that all of them
 * accept them ({@code docs/format.md}, "HEPiX image list").
 */
@NullMarked
package org.imprimatur.exchange.hepix;

import org.jspecify.annotations.NullMarked;
