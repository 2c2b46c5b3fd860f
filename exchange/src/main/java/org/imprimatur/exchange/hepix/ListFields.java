package org.imprimatur.exchange.hepix;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The values of lists: what each may be, read as tolerantly as lists in use need it. */
final class ListFields {

    /** The form of times that every reader takes, with a zero for each digit. */
    private static final String EXACT = "0000-00-00T00:00:00Z";

    private static final int UUID_LENGTH = 36;

    private static final Pattern INSTANT =
            Pattern.compile(
                    "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?"
                            + "(Z|[+-][0-9]{2}:[0-9]{2})");

    private static final int MAX_LINE = 4096;
    private static final int MAX_BLOCK = 65_536;

    private ListFields() {}

    /** A text on one line; a number counts as its digits. Empty when it is neither. */
    static Optional<String> line(@Nullable JsonNode node) {
        return text(node).filter(text -> text.length() <= MAX_LINE && !hasControl(text, false));
    }

    /** A text that may have lines. */
    static Optional<String> block(@Nullable JsonNode node) {
        return text(node).filter(text -> text.length() <= MAX_BLOCK && !hasControl(text, true));
    }

    private static Optional<String> text(@Nullable JsonNode node) {
        if (node == null || !(node.isTextual() || node.isIntegralNumber())) {
            return Optional.empty();
        }
        return Optional.of(node.asText());
    }

    /** C0, C1, delete and half surrogate pairs; a terminal or a log would act on them. */
    private static boolean hasControl(String text, boolean lines) {
        for (int i = 0; i < text.length(); ) {
            if (isPlain(text.charAt(i))) {
                i++;
                continue;
            }
            int point = text.codePointAt(i);
            boolean white = lines && (point == '\n' || point == '\r' || point == '\t');
            if ((Character.isISOControl(point) && !white)
                    || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE)) {
                return true;
            }
            i += Character.charCount(point);
        }
        return false;
    }

    /** A visible character of ASCII or a blank, which nearly all are. */
    private static boolean isPlain(char one) {
        return one >= ' ' && one <= '~';
    }

    /** An instant from year 0 to 9999, cut to seconds; fractions and offsets are taken. */
    static Optional<Instant> instant(@Nullable JsonNode node) {
        if (node == null || !node.isTextual()) {
            return Optional.empty();
        }
        var text = node.asText();
        try {
            if (isExact(text)) {
                return Optional.of(exact(text));
            }
            if (!INSTANT.matcher(text).matches()) {
                return Optional.empty();
            }
            var time =
                    OffsetDateTime.parse(text, DateTimeFormatter.ISO_OFFSET_DATE_TIME)
                            .toInstant()
                            .truncatedTo(ChronoUnit.SECONDS);
            return Optional.of(time);
        } catch (DateTimeException e) {
            // The thirtieth of February has the form of a date, too.
            return Optional.empty();
        }
    }

    /** Whether a text has the form {@code 2026-11-21T01:02:03Z}, digit by digit. */
    static boolean isExact(String text) {
        if (text.length() != EXACT.length()) {
            return false;
        }
        for (int i = 0; i < EXACT.length(); i++) {
            char wanted = EXACT.charAt(i);
            char found = text.charAt(i);
            if (wanted == '0' ? found < '0' || found > '9' : found != wanted) {
                return false;
            }
        }
        return true;
    }

    /** The instant in such a text: lists have one for each image, and formatters are slow. */
    private static Instant exact(String text) {
        return LocalDateTime.of(
                        digits(text, 0, 4),
                        digits(text, 5, 7),
                        digits(text, 8, 10),
                        digits(text, 11, 13),
                        digits(text, 14, 16),
                        digits(text, 17, 19))
                .toInstant(ZoneOffset.UTC);
    }

    private static int digits(String text, int from, int to) {
        return Integer.parseInt(text, from, to, 10);
    }

    static Optional<UUID> uuid(@Nullable JsonNode node) {
        if (node == null || !node.isTextual() || node.asText().length() != UUID_LENGTH) {
            return Optional.empty();
        }
        var text = node.asText();
        for (int i = 0; i < UUID_LENGTH; i++) {
            boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
            if (dash ? text.charAt(i) != '-' : !isHex(text.charAt(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(UUID.fromString(text));
    }

    /** Whether a character is a hex digit, in capitals or not. */
    static boolean isHex(char one) {
        return (one >= '0' && one <= '9')
                || (one >= 'a' && one <= 'f')
                || (one >= 'A' && one <= 'F');
    }

    /** A whole number, as such or in digits, within a range. */
    static Optional<Long> number(@Nullable JsonNode node, long min, long max) {
        if (node == null) {
            return Optional.empty();
        }
        long number;
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            number = node.longValue();
        } else if (node.isBigDecimal() && isSmallInteger(node.decimalValue())) {
            number = node.decimalValue().longValueExact();
        } else if (node.isTextual() && node.asText().matches("[0-9]{1,18}")) {
            number = Long.parseLong(node.asText());
        } else {
            return Optional.empty();
        }
        return number < min || number > max ? Optional.empty() : Optional.of(number);
    }

    /** Whether a decimal is an integer of 64 bits, found without writing out its digits. */
    private static boolean isSmallInteger(BigDecimal number) {
        return number.scale() == 0 && number.precision() <= 18;
    }
}
