package org.imprimatur.inspect.facts;

import java.time.LocalDate;

/**
 * What the other fields of shadow(5) say about a password, in days since 1970; -1 where a field is
 * empty.
 *
 * @param changed when it was last changed; 0 asks for a change at the next log-in
 * @param maximum how many days it may be used before it has to be changed
 * @param inactive how many days after that a log-in may still change it
 * @param expires from which day on the account is closed
 */
public record Aging(long changed, long maximum, long inactive, long expires) {

    /** Nothing is said: the password is good for ever. */
    public static final Aging NONE = new Aging(-1, -1, -1, -1);

    /** No honest date is beyond it, and every number before it is a date. */
    private static final long LAST = 3_000_000;

    /** Reads the fields behind the password; those that are not numbers say nothing. */
    static Aging ofFields(String[] field) {
        return new Aging(day(field, 2), day(field, 4), day(field, 6), day(field, 7));
    }

    private static long day(String[] field, int index) {
        var text = index < field.length ? field[index].strip() : "";
        if (!text.matches("[0-9]{1,9}")) {
            return -1;
        }
        long day = Long.parseLong(text);
        return day > LAST ? -1 : day;
    }

    /** Whether nobody can log in any more, by password or by key (pam_unix(8), sshd(8)). */
    public boolean isClosed(LocalDate today) {
        long day = today.toEpochDay();
        boolean expired = expires >= 0 && day >= expires;
        boolean aged =
                changed > 0 && maximum >= 0 && inactive >= 0 && day - changed > maximum + inactive;
        return expired || aged;
    }

    /** Whether the next log-in has to set a new password. */
    public boolean isToBeChanged(LocalDate today) {
        return !isClosed(today)
                && (changed == 0
                        || changed > 0 && maximum >= 0 && today.toEpochDay() - changed > maximum);
    }
}
