package org.imprimatur.inspect.rules;

/**
 * Something wrong with a profile.
 *
 * @param file where it stands
 * @param line counted from 1
 * @param explanation what was found, and what was expected
 */
public record ProfileFault(String file, int line, String explanation) {

    /** In the form that editors jump to. */
    @Override
    public String toString() {
        return "%s:%d: %s".formatted(file, line, explanation);
    }
}
