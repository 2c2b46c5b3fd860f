package org.imprimatur.register;

import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The names that the values of an enumeration have in formats. */
final class WireName {

    private WireName() {}

    /**
     * The value with this name.
     *
     * @param expected what there is, in words
     * @throws MalformedInput when none has it
     */
    static <E extends Enum<E>> E find(
            E[] values, Function<E, String> name, String text, Supplier<String> expected) {
        for (var value : values) {
            if (name.apply(value).equals(text)) {
                return value;
            }
        }
        throw MalformedInput.value(expected.get(), text);
    }

    /** The same where the names speak for themselves. */
    static <E extends Enum<E>> E find(E[] values, Function<E, String> name, String text) {
        return find(values, name, text, () -> "one of " + all(values, name));
    }

    /** Every name, in order. */
    static <E extends Enum<E>> String all(E[] values, Function<E, String> name) {
        return Arrays.stream(values).map(name).collect(Collectors.joining(", "));
    }
}
