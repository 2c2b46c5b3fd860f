package org.imprimatur.inspect.facts;

import java.util.ArrayList;
import java.util.List;

/**
 * File name patterns as glob(7) has them, without braces: {@code *}, {@code ?}, {@code [a-z]},
 * {@code [!a]}, and {@code \} before a character that is meant as it stands.
 */
public final class Glob {

    private static final int MAX_MATCHES = 1000;

    private Glob() {}

    /** The existing paths that an absolute pattern names, in the order of their bytes. */
    public static List<String> expand(ConfigReader reader, String pattern) {
        List<String> bases = List.of("");
        for (var component : pattern.split("/", -1)) {
            if (component.isEmpty()) {
                continue;
            }
            var next = new ArrayList<String>();
            for (var base : bases) {
                if (hasWildcard(component)) {
                    for (var name : reader.names(base.isEmpty() ? "/" : base)) {
                        boolean hidden = name.startsWith(".") && !component.startsWith(".");
                        if (!hidden && matches(component, name)) {
                            next.add(base + "/" + name);
                        }
                    }
                } else {
                    next.add(base + "/" + component);
                }
                if (next.size() > MAX_MATCHES) {
                    reader.missed(pattern, "names more than %d files".formatted(MAX_MATCHES));
                    return List.of();
                }
            }
            bases = next;
        }
        var existing = new ArrayList<String>();
        for (var path : bases) {
            if (!path.isEmpty() && reader.kind(path) != null) {
                existing.add(path);
            }
        }
        existing.sort(null);
        return existing;
    }

    private static boolean hasWildcard(String component) {
        return component.indexOf('*') >= 0
                || component.indexOf('?') >= 0
                || component.indexOf('[') >= 0;
    }

    /** Matches without recursion: on failure only the last star takes one character more. */
    public static boolean matches(String pattern, String name) {
        int p = 0;
        int n = 0;
        int star = -1;
        int starName = 0;
        while (n < name.length()) {
            int next = p < pattern.length() ? matchOne(pattern, p, name.charAt(n)) : -1;
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                starName = n;
            } else if (next > 0) {
                p = next;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++starName;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /** Where the pattern goes on after one character matched; -1 if it did not match. */
    private static int matchOne(String pattern, int p, char c) {
        switch (pattern.charAt(p)) {
            case '?':
                return p + 1;
            case '\\':
                if (p + 1 < pattern.length()) {
                    return pattern.charAt(p + 1) == c ? p + 2 : -1;
                }
                break;
            case '[':
                int end = pattern.indexOf(']', p + 2);
                if (end > 0) {
                    int i = p + 1;
                    boolean negated = pattern.charAt(i) == '!' || pattern.charAt(i) == '^';
                    if (negated) {
                        i++;
                        end = Math.max(end, pattern.indexOf(']', i + 1));
                    }
                    return inClass(pattern, i, end, c) != negated ? end + 1 : -1;
                }
                break;
            default:
                break;
        }
        return pattern.charAt(p) == c ? p + 1 : -1;
    }

    private static boolean inClass(String pattern, int from, int to, char c) {
        for (int i = from; i < to; i++) {
            if (i + 2 < to && pattern.charAt(i + 1) == '-') {
                if (c >= pattern.charAt(i) && c <= pattern.charAt(i + 2)) {
                    return true;
                }
                i += 2;
            } else if (pattern.charAt(i) == c) {
                return true;
            }
        }
        return false;
    }
}
