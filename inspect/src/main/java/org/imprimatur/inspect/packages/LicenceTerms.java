package org.imprimatur.inspect.packages;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a package says of its licence, taken apart: licences that hold together, and licences among
 * which one may choose. Names that the SPDX list does not have stay the words that they are; so
 * does a text whose brackets do not match, as a whole.
 */
public sealed interface LicenceTerms {

    /** One licence, as an SPDX identifier (with its exception) where it is known. */
    record One(String name) implements LicenceTerms {}

    /** All of them hold. */
    record All(List<LicenceTerms> terms) implements LicenceTerms {}

    /** One of them may be chosen. */
    record Any(List<LicenceTerms> terms) implements LicenceTerms {}

    /** Takes a text apart at its words {@code and} and {@code or}, the first binding closer. */
    static LicenceTerms parse(String text) {
        return new Parser(text).whole();
    }

    /** Goes through the words of a text once. */
    final class Parser {

        /** A text of more words names no licence that anybody compares with. */
        private static final int MAX_WORDS = 400;

        private final String text;
        private final List<String> words = new ArrayList<>();
        private int next;
        private boolean unsound;

        private Parser(String text) {
            this.text = text.strip();
            var spaced = this.text.replace("(", " ( ").replace(")", " ) ").strip();
            words.addAll(List.of(spaced.split("\\s+", MAX_WORDS)));
        }

        private LicenceTerms whole() {
            var terms = any();
            boolean all = next == words.size() && words.size() < MAX_WORDS;
            return all && !unsound ? terms : named(text);
        }

        private LicenceTerms any() {
            var terms = new ArrayList<LicenceTerms>();
            do {
                terms.add(all());
            } while (taken("or"));
            return terms.size() == 1 ? terms.getFirst() : new Any(List.copyOf(terms));
        }

        private LicenceTerms all() {
            var terms = new ArrayList<LicenceTerms>();
            do {
                terms.add(one());
            } while (taken("and"));
            return terms.size() == 1 ? terms.getFirst() : new All(List.copyOf(terms));
        }

        private LicenceTerms one() {
            if (taken("(")) {
                var within = any();
                unsound |= !taken(")");
                return within;
            }
            var name = new StringBuilder();
            while (next < words.size() && !isSign(words.get(next))) {
                name.append(name.isEmpty() ? "" : " ").append(words.get(next++));
            }
            unsound |= name.isEmpty();
            return named(name.toString());
        }

        private boolean taken(String word) {
            boolean there = next < words.size() && words.get(next).equalsIgnoreCase(word);
            next += there ? 1 : 0;
            return there;
        }

        private static boolean isSign(String word) {
            return switch (word.toLowerCase(Locale.ROOT)) {
                case "and", "or", "(", ")" -> true;
                default -> false;
            };
        }

        private static LicenceTerms named(String text) {
            var bare = text.endsWith(",") ? text.substring(0, text.length() - 1) : text;
            return new One(Licences.expression(bare).orElse(bare));
        }
    }
}
