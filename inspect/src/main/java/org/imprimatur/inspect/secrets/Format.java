package org.imprimatur.inspect.secrets;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A kind of secret that is told by a text in front of it.
 *
 * @param literals the texts by which it is found, each of at least four bytes
 * @param need how many bytes from the text on the test may look at
 * @param test tells it from things that only look alike
 */
record Format(List<String> literals, int need, Test test) {

    /** Enough for every token. */
    static final int TOKEN = 2 << 10;

    /** Looks at a place where one of the literals stands. */
    @FunctionalInterface
    interface Test {

        /** What begins here, {@code end} being the end of the literal; null if it is nothing. */
        @Nullable Sighting at(Window window, int start, int end);
    }

    Format {
        literals = List.copyOf(literals);
        if (need > SecretSearch.AHEAD) {
            throw new IllegalArgumentException("no window has " + need + " bytes");
        }
    }
}
