package org.imprimatur.inspect.secrets;

import java.util.ArrayList;
import java.util.List;

/** Every kind of secret that is told by a text in front of it. */
final class Formats {

    private Formats() {}

    static List<Format> all() {
        var all = new ArrayList<Format>();
        all.addAll(KeyFormats.all());
        all.addAll(TokenFormats.all());
        all.addAll(PasswordFormats.all());
        return List.copyOf(all);
    }

    /** The texts of all formats, in their order. */
    static Literals literals(List<Format> formats) {
        return new Literals(
                formats.stream().flatMap(format -> format.literals().stream()).toList());
    }

    /** The format of each of these texts. */
    static Format[] ofLiterals(List<Format> formats) {
        return formats.stream()
                .flatMap(format -> format.literals().stream().map(_ -> format))
                .toArray(Format[]::new);
    }
}
