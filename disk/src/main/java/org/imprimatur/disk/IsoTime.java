package org.imprimatur.disk;

import java.time.LocalDate;

/**
 * Times as ISO 9660 writes them, in seconds from 1970 on. Impossible dates become possible ones.
 */
final class IsoTime {

    private IsoTime() {}

    /** Seven bytes (ECMA-119, 9.1.5). */
    static long ofBytes(byte[] bytes, int at) {
        return second(
                1900 + Bytes.u8(bytes, at),
                Bytes.u8(bytes, at + 1),
                Bytes.u8(bytes, at + 2),
                Bytes.u8(bytes, at + 3),
                Bytes.u8(bytes, at + 4),
                Bytes.u8(bytes, at + 5),
                bytes[at + 6]);
    }

    /** Sixteen digits and a byte (ECMA-119, 8.4.26.1). */
    static long ofDigits(byte[] bytes, int at) {
        return second(
                digits(bytes, at, 4),
                digits(bytes, at + 4, 2),
                digits(bytes, at + 6, 2),
                digits(bytes, at + 8, 2),
                digits(bytes, at + 10, 2),
                digits(bytes, at + 12, 2),
                bytes[at + 16]);
    }

    private static int digits(byte[] bytes, int at, int count) {
        int number = 0;
        for (int i = at; i < at + count; i++) {
            number = number * 10 + Math.clamp(bytes[i] - '0', 0, 9);
        }
        return number;
    }

    /**
     * @param zone the quarters of an hour by which the time is before UTC; out of range it is none,
     *     as for Linux
     */
    private static long second(
            int year, int month, int day, int hour, int minute, int second, int zone) {
        long days =
                LocalDate.of(year, Math.clamp(month, 1, 12), 1).toEpochDay() + Math.max(0, day - 1);
        return days * 86400
                + hour * 3600L
                + minute * 60L
                + second
                - (zone >= -52 && zone <= 52 ? zone * 900L : 0);
    }
}
