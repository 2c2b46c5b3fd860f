package org.imprimatur.inspect.facts.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Glob;
import org.imprimatur.inspect.facts.Shown;

/**
 * Finds what polkit(8) is told to allow without a password, where a system's own rules are; those
 * of vendors lie elsewhere. Rules in JavaScript cannot be evaluated: one that has a yes to give is
 * told, whoever it gives it to. Of entries of pklocalauthority(8) those are told that say yes to
 * whoever is logged in from wherever.
 */
final class PolkitReader {

    private static final List<String> RULES =
            List.of("/etc/polkit-1/rules.d/*.rules", "/usr/local/share/polkit-1/rules.d/*.rules");

    /** In {@code 10-vendor.d} of the second is what packages ship. */
    private static final List<String> ENTRIES =
            List.of(
                    "/etc/polkit-1/localauthority/*/*.pkla",
                    "/var/lib/polkit-1/localauthority/[2-9]*/*.pkla");

    private static final Pattern YES = Pattern.compile("\\.\\s{0,20}YES\\b|([\"'`])(?:YES|yes)\\1");

    private static final Set<String> ROOT = Set.of("unix-user:root", "unix-user:0");
    private static final int MAX_PLACES = 10_000;

    private final ConfigReader reader;
    private final List<Place> places = new ArrayList<>();

    private PolkitReader(ConfigReader reader) {
        this.reader = reader;
    }

    /** The rules by which somebody but root may do something without a password. */
    static List<Place> read(ConfigReader reader) {
        var polkit = new PolkitReader(reader);
        for (var pattern : RULES) {
            Glob.expand(reader, pattern).forEach(polkit::rules);
        }
        for (var pattern : ENTRIES) {
            Glob.expand(reader, pattern).forEach(polkit::entries);
        }
        return polkit.places;
    }

    private void rules(String path) {
        var text = reader.text(path);
        if (text == null) {
            return;
        }
        var yes = YES.matcher(text);
        int line = 1;
        int seen = 0;
        for (int at = 0; yes.find(); ) {
            for (; at < yes.start(); at++) {
                line += text.charAt(at) == '\n' ? 1 : 0;
            }
            if (line != seen && !isComment(text, at)) {
                add(path, line, "somebody");
            }
            seen = line;
        }
    }

    /** Whether its line begins as a comment and nothing ends that (ECMA-262, line terminators). */
    private static boolean isComment(String text, int at) {
        var before = text.substring(text.lastIndexOf('\n', at) + 1, at);
        return before.stripLeading().startsWith("//")
                && before.indexOf('\r') < 0
                && before.indexOf("\u00e2\u0080") < 0;
    }

    /** Groups of lines {@code key=value}: to whom, what, and what is answered. */
    private void entries(String path) {
        var who = "";
        int yes = 0;
        int number = 0;
        for (var text : reader.lines(path)) {
            number++;
            var line = text.strip();
            int sign = line.indexOf('=');
            if (line.startsWith("[")) {
                entry(path, yes, who);
                who = "";
                yes = 0;
            } else if (sign > 0) {
                var value = line.substring(sign + 1).strip();
                switch (line.substring(0, sign).strip()) {
                    case "Identity" -> who = value;
                    case "ResultAny" -> yes = value.equals("yes") ? number : 0;
                    default -> {
                        // what is allowed, and what those at the machine itself are answered
                    }
                }
            }
        }
        entry(path, yes, who);
    }

    private void entry(String path, int line, String who) {
        boolean others =
                Arrays.stream(who.split(";"))
                        .map(String::strip)
                        .anyMatch(each -> !each.isEmpty() && !ROOT.contains(each));
        if (line > 0 && others) {
            add(path, line, Shown.text(who));
        }
    }

    private void add(String path, int line, String who) {
        if (places.size() == MAX_PLACES) {
            reader.missed(path, "more than %d rules without a password".formatted(MAX_PLACES));
        } else if (places.size() < MAX_PLACES) {
            places.add(
                    new Place(
                            Shown.path(path),
                            "line %d: polkit lets %s do something without a password"
                                    .formatted(line, who)));
        }
    }
}
