/**
 * Which installed packages lack a patch: the feeds of vendors and of public databases, kept on disk
 * in one compact form, and matched against an image's packages in memory.
 *
 * <p>Each feed's format is read by a {@link org.imprimatur.inspect.advisories.FeedReader}; {@link
 * org.imprimatur.inspect.advisories.AdvisoryStore} keeps what they say; {@link
 * org.imprimatur.inspect.advisories.Patches} is what holds of one image.
 */
@NullMarked
package org.imprimatur.inspect.advisories;

import org.jspecify.annotations.NullMarked;
