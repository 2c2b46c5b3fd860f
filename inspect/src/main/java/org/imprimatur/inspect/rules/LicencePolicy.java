package org.imprimatur.inspect.rules;

import java.util.Collections;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.imprimatur.inspect.packages.LicenceTerms;

/**
 * What a profile says of licences (TVM-3.6, END-4.7, EGI-5.8).
 *
 * <p>A pattern is the name of a licence, in which {@code *} stands for any text and case means
 * nothing; one that begins with {@code area:} is for the part of an archive that a package comes
 * from. Of several patterns that match, the one with the most characters besides {@code *} holds,
 * and of equals the heavier verdict. What no pattern matches is allowed.
 *
 * @param verdicts by pattern, in order of pattern
 */
public record LicencePolicy(Map<String, Verdict> verdicts) {

    /** Allows everything. */
    public static final LicencePolicy NONE = new LicencePolicy(Map.of());

    /** What begins a pattern for the area of an archive. */
    public static final String AREA = "area:";

    static final int MAX_PATTERNS = 1000;
    static final int MAX_PATTERN = 120;

    /** How software under a licence may be in an image, the lightest first. */
    public enum Verdict {
        /** Without a word. */
        ALLOW,
        /** If the endorser declares why. */
        DECLARE,
        /** Not at all. */
        DENY;

        /** As profiles write it. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        Verdict heavier(Verdict other) {
            return compareTo(other) >= 0 ? this : other;
        }

        Verdict lighter(Verdict other) {
            return compareTo(other) <= 0 ? this : other;
        }
    }

    /** Which of two patterns holds: the greater one. */
    private static final Comparator<Map.Entry<String, Verdict>> STRENGTH =
            (one, other) -> {
                int letters = Integer.compare(letters(one.getKey()), letters(other.getKey()));
                return letters != 0 ? letters : one.getValue().compareTo(other.getValue());
            };

    /** Copies the map, patterns in lower case, and refuses what is too much. */
    public LicencePolicy {
        var all = new TreeMap<String, Verdict>();
        verdicts.forEach((pattern, verdict) -> all.put(lower(pattern), verdict));
        verdicts = Collections.unmodifiableSortedMap(all);
        if (verdicts.size() > MAX_PATTERNS
                || verdicts.keySet().stream()
                        .anyMatch(each -> each.isEmpty() || each.length() > MAX_PATTERN)) {
            throw new IllegalArgumentException("patterns beyond what a profile may have");
        }
    }

    /** What holds for the area of an archive; empty for none. */
    Verdict ofArea(String area) {
        return area.isEmpty() ? Verdict.ALLOW : of(AREA + area);
    }

    /** What holds for a text in which a package says its licence. */
    Verdict ofText(String licence) {
        return of(LicenceTerms.parse(licence));
    }

    /** All of them have to be allowed, or one where there is a choice. */
    private Verdict of(LicenceTerms terms) {
        return switch (terms) {
            case LicenceTerms.One(var name) -> of(name);
            case LicenceTerms.All(var all) ->
                    all.stream().map(this::of).reduce(Verdict.ALLOW, Verdict::heavier);
            case LicenceTerms.Any(var any) ->
                    any.stream().map(this::of).reduce(Verdict.DENY, Verdict::lighter);
        };
    }

    private Verdict of(String name) {
        var lower = lower(name);
        return verdicts.entrySet().stream()
                .filter(each -> matches(each.getKey(), lower))
                .max(STRENGTH)
                .map(Map.Entry::getValue)
                .orElse(Verdict.ALLOW);
    }

    /** An area is matched by patterns for areas alone. */
    private static boolean matches(String pattern, String name) {
        return pattern.startsWith(AREA) == name.startsWith(AREA) && fits(pattern, name);
    }

    /** Each part between asterisks has to come after the one before it; the ends are fixed. */
    private static boolean fits(String pattern, String name) {
        var parts = pattern.split("\\*", -1);
        if (parts.length == 1) {
            return name.equals(pattern);
        }
        var last = parts[parts.length - 1];
        int at = parts[0].length();
        if (!name.startsWith(parts[0])) {
            return false;
        }
        for (int i = 1; i < parts.length - 1; i++) {
            int found = name.indexOf(parts[i], at);
            if (found < 0) {
                return false;
            }
            at = found + parts[i].length();
        }
        return name.length() - last.length() >= at && name.endsWith(last);
    }

    static String lower(String pattern) {
        return pattern.toLowerCase(Locale.ROOT);
    }

    private static int letters(String pattern) {
        return (int) pattern.chars().filter(c -> c != '*').count();
    }
}
