package org.imprimatur.inspect.versions;

import java.util.ArrayList;
import java.util.List;

/**
 * Alpine's order: {@code 1.2.3c_rc4-r5}. Numbers, at most one letter, suffixes before ({@code
 * _alpha}, {@code _beta}, {@code _pre}, {@code _rc}) or after ({@code _cvs}, {@code _svn}, {@code
 * _git}, {@code _hg}, {@code _p}) the release, and the build. A number with a leading zero after a
 * dot is a fraction.
 */
final class ApkOrder {

    private static final List<String> BEFORE = List.of("alpha", "beta", "pre", "rc");
    private static final List<String> AFTER = List.of("cvs", "svn", "git", "hg", "p");

    /** In the order in which a longer version beats a shorter one. */
    private enum Kind {
        BEFORE_RELEASE,
        END,
        NUMBER,
        LETTER,
        AFTER_RELEASE,
        SUFFIX_NUMBER,
        BUILD
    }

    /** Parts of a kind compare by text as numbers, or by rank. */
    private record Part(Kind kind, String number, int rank) {}

    private ApkOrder() {}

    static int compare(String one, String other) {
        List<Part> left = parts(one.strip());
        List<Part> right = parts(other.strip());
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            Part a = left.get(i);
            Part b = right.get(i);
            int order = a.kind() == b.kind() ? samePart(a, b) : otherKind(a.kind(), b.kind());
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(left.size(), right.size());
    }

    private static int samePart(Part a, Part b) {
        int ranks = Integer.compare(a.rank(), b.rank());
        return ranks != 0 ? ranks : number(a.number(), b.number());
    }

    private static int number(String a, String b) {
        boolean fraction = a.startsWith(".") || b.startsWith(".");
        if (!fraction) {
            return Digits.compare(a, b);
        }
        String left = a.startsWith(".") ? a.substring(1) : a;
        String right = b.startsWith(".") ? b.substring(1) : b;
        return Integer.signum(left.compareTo(right));
    }

    /** A pre-release is older than the end; otherwise the part that may come earlier is newer. */
    private static int otherKind(Kind a, Kind b) {
        if (a == Kind.BEFORE_RELEASE || b == Kind.BEFORE_RELEASE) {
            return a == Kind.BEFORE_RELEASE ? -1 : 1;
        }
        if (a == Kind.END || b == Kind.END) {
            return a == Kind.END ? -1 : 1;
        }
        return a.compareTo(b) < 0 ? 1 : -1;
    }

    private static List<Part> parts(String text) {
        var parts = new ArrayList<Part>();
        int at = 0;
        boolean dotted = false;
        while (at < text.length()) {
            char sign = text.charAt(at);
            if (Digits.is(sign)) {
                int end = Digits.end(text, at);
                String digits = text.substring(at, end);
                boolean fraction = dotted && sign == '0' && digits.length() > 1;
                parts.add(new Part(Kind.NUMBER, fraction ? "." + digits : digits, 0));
                at = end;
            } else if (sign == '.') {
                dotted = true;
                at++;
                continue;
            } else if (sign == '_') {
                at = suffix(text, at + 1, parts);
            } else if (text.startsWith("-r", at)) {
                int end = Digits.end(text, at + 2);
                parts.add(new Part(Kind.BUILD, text.substring(at + 2, end), 0));
                at = end;
            } else {
                parts.add(new Part(Kind.LETTER, "", sign));
                at++;
            }
            dotted = false;
        }
        parts.add(new Part(Kind.END, "", 0));
        return parts;
    }

    private static int suffix(String text, int from, List<Part> parts) {
        int end = from;
        while (end < text.length() && text.charAt(end) >= 'a' && text.charAt(end) <= 'z') {
            end++;
        }
        String name = text.substring(from, end);
        int before = BEFORE.indexOf(name);
        parts.add(
                before >= 0
                        ? new Part(Kind.BEFORE_RELEASE, "", before)
                        : new Part(Kind.AFTER_RELEASE, "", AFTER.indexOf(name)));
        int digits = Digits.end(text, end);
        if (digits > end) {
            parts.add(new Part(Kind.SUFFIX_NUMBER, text.substring(end, digits), 0));
        }
        return digits;
    }
}
