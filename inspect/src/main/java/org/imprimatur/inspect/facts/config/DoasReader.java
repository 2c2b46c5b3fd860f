package org.imprimatur.inspect.facts.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Glob;
import org.imprimatur.inspect.facts.Shown;

/**
 * Reads doas.conf(5), word by word as doas does, for whom it asks for no password: {@code permit
 * [options] identity …}.
 */
final class DoasReader {

    private static final Set<String> OPTIONS = Set.of("nopass", "nolog", "persist", "keepenv");

    private static final int MAX_WORDS = 10_000;
    private static final int MAX_PLACES = 10_000;

    /**
     * A word of a rule.
     *
     * @param plain true if it may be a keyword or a brace, which quotes and backslashes prevent
     */
    private record Word(String text, boolean plain) {

        boolean is(String keyword) {
            return plain && text.equals(keyword);
        }

        /** As after a line that is joined to the next and ends in a blank. */
        boolean isNothing() {
            return plain && text.isEmpty();
        }
    }

    private final ConfigReader reader;
    private final String path;
    private final String text;
    private int at;
    private int line = 1;

    private DoasReader(ConfigReader reader, String path, String text) {
        this.reader = reader;
        this.path = path;
        this.text = text;
    }

    /** The rules by which somebody but root may act without a password. */
    static List<Place> read(ConfigReader reader) {
        var places = new ArrayList<Place>();
        var paths = new ArrayList<>(List.of("/etc/doas.conf"));
        paths.addAll(Glob.expand(reader, "/etc/doas.d/*.conf"));
        for (var path : paths) {
            var text = reader.text(path);
            if (text != null) {
                new DoasReader(reader, path, text).addTo(places);
            }
        }
        return places;
    }

    private void addTo(List<Place> places) {
        while (at < text.length()) {
            int first = line;
            var who = withoutPassword(rule());
            if (who.isEmpty() || who.equals("root")) {
                continue;
            }
            if (places.size() == MAX_PLACES) {
                reader.missed(path, "more than %d rules without a password".formatted(MAX_PLACES));
                return;
            }
            places.add(
                    new Place(
                            Shown.path(path),
                            "line %d: %s may act without a password"
                                    .formatted(first, Shown.text(who))));
        }
    }

    /** Whom the rule asks for no password; empty if nobody. */
    private static String withoutPassword(List<Word> rule) {
        if (rule.isEmpty() || !rule.getFirst().is("permit")) {
            return "";
        }
        boolean noPassword = false;
        int i = 1;
        while (i < rule.size()) {
            var word = rule.get(i++);
            noPassword |= word.is("nopass");
            if (word.is("setenv") && i < rule.size() && rule.get(i).is("{")) {
                while (i < rule.size() && !rule.get(i++).is("}")) {
                    // what is set matters to nobody
                }
            } else if (!word.plain || !OPTIONS.contains(word.text)) {
                return noPassword ? word.text : "";
            }
        }
        // There are nothing but options, unless somebody is called as one of them is.
        return noPassword ? rule.getLast().text : "";
    }

    /** The words of the next rule, which ends with its line. */
    private List<Word> rule() {
        var words = new ArrayList<Word>();
        int first = line;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\n') {
                at++;
                line++;
                break;
            } else if (c == '#') {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (c == ' ' || c == '\t' || c == '\r') {
                at++;
            } else {
                var word = c == '{' || c == '}' ? brace(c) : word();
                if (words.size() <= MAX_WORDS && !word.isNothing()) {
                    words.add(word);
                }
            }
        }
        if (words.size() > MAX_WORDS) {
            reader.missed(path, "line %d has more than %d words".formatted(first, MAX_WORDS));
        }
        return words;
    }

    private Word brace(char brace) {
        at++;
        return new Word(String.valueOf(brace), true);
    }

    /** One word; a backslash before the end of a line joins the next one to it. */
    private Word word() {
        var word = new StringBuilder();
        boolean quoted = false;
        boolean plain = true;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\\' && at + 1 < text.length()) {
                char next = text.charAt(++at);
                if (next == '\n') {
                    line++;
                } else {
                    plain &= next != '{' && next != '}';
                    word.append(next);
                }
            } else if (c == '"') {
                quoted = !quoted;
                plain = false;
            } else if (c == '\n' || !quoted && " \t\r{}#".indexOf(c) >= 0) {
                break;
            } else {
                word.append(c);
            }
        }
        return new Word(word.toString(), plain);
    }
}
