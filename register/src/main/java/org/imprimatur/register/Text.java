package org.imprimatur.register;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Pattern;

/** The checks that texts, numbers and instants of a statement have in common. */
final class Text {

    private static final Pattern INSTANT =
            Pattern.compile(
                    "[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?Z");
    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999Z");

    private Text() {}

    /** C0, C1 and delete, and half of a surrogate pair, which UTF-8 cannot say. */
    static boolean isControl(int point) {
        return Character.isISOControl(point)
                || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
    }

    /** A text on one line; its length counts Unicode code points. */
    static String line(String member, String text, int min, int max) {
        return text(member, text, min, max, false);
    }

    /** A text that may have line feeds. */
    static String block(String member, String text, int min, int max) {
        return text(member, text, min, max, true);
    }

    private static String text(String member, String text, int min, int max, boolean lineFeed) {
        int length = text.codePointCount(0, text.length());
        if (length < min || length > max) {
            throw new MalformedInput(
                    member,
                    "a text of %d to %d characters".formatted(min, max),
                    "%d characters".formatted(length));
        }
        if (min > 0 && text.isBlank()) {
            throw new MalformedInput(member, "a text that is not blank", "only spaces");
        }
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            if (isControl(point) && !(lineFeed && point == '\n')) {
                throw new MalformedInput(
                        member,
                        "a text without control characters"
                                + (lineFeed ? " but line feed" : " on one line"),
                        "the character U+%04X at position %d".formatted(point, i));
            }
            i += Character.charCount(point);
        }
        return text;
    }

    /** A mail address NAME@HOST. */
    static String mail(String member, String text) {
        line(member, text, 3, 254);
        int at = text.indexOf('@');
        if (at < 1
                || at != text.lastIndexOf('@')
                || at == text.length() - 1
                || text.codePoints().anyMatch(Character::isWhitespace)) {
            throw new MalformedInput(
                    member, "a mail address NAME@HOST", MalformedInput.quoted(text));
        }
        return text;
    }

    /** An owner that is a site. */
    static Owner site(Owner site) {
        if (site.kind() != Owner.Kind.SITE) {
            throw new MalformedInput("site", "an owner site:NAME", "'" + site + "'");
        }
        return site;
    }

    static String matching(String member, Pattern form, String expected, String text) {
        if (!form.matcher(text).matches()) {
            throw new MalformedInput(member, expected, MalformedInput.quoted(text));
        }
        return text;
    }

    /** So many lower-case hex digits. Digests are made at every turn, so no pattern is asked. */
    static String hex(String member, int digits, String expected, String text) {
        boolean good = text.length() == digits;
        for (int i = 0; good && i < digits; i++) {
            char one = text.charAt(i);
            good = one >= '0' && one <= '9' || one >= 'a' && one <= 'f';
        }
        if (!good) {
            throw new MalformedInput(member, expected, MalformedInput.quoted(text));
        }
        return text;
    }

    static long range(String member, long number, long min, long max) {
        if (number < min || number > max) {
            throw new MalformedInput(
                    member, "a number from %d to %d".formatted(min, max), Long.toString(number));
        }
        return number;
    }

    static <T> List<T> atMost(String member, List<T> items, int max) {
        if (items.size() > max) {
            throw new MalformedInput(
                    member, "at most %d items".formatted(max), items.size() + " items");
        }
        return List.copyOf(items);
    }

    /** Cut to the microseconds that the formats carry. */
    static Instant instant(String member, Instant instant) {
        if (instant.isBefore(FIRST) || instant.isAfter(LAST)) {
            throw new MalformedInput(member, "a year from 0000 to 9999", instant.toString());
        }
        return instant.truncatedTo(ChronoUnit.MICROS);
    }

    static Instant parseInstant(String text) {
        if (INSTANT.matcher(text).matches()) {
            try {
                return Instant.parse(text);
            } catch (DateTimeException e) {
                throw notAnInstant(text);
            }
        }
        throw notAnInstant(text);
    }

    private static MalformedInput notAnInstant(String text) {
        return MalformedInput.value("an instant such as 2026-11-21T01:02:03Z in UTC", text);
    }
}
