package org.imprimatur.inspect.rules;

/**
 * One thing a rule objects to: the place, and what was found there without secrets.
 *
 * @param path the place in the image, for display; empty for the image as a whole
 */
record Objection(String path, String evidence) {}
