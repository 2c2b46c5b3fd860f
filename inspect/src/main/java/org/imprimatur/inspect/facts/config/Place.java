package org.imprimatur.inspect.facts.config;

/** A place in the image, and what was seen there; both for display. */
public record Place(String path, String detail) {}
