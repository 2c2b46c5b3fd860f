package org.imprimatur.exchange;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;

/**
 * The leaf of a ledger: when a statement was admitted, and its envelope, byte for byte as it was
 * submitted ({@code docs/format.md}, "Ledger entry").
 */
public final class LedgerEntry {

    /** The most bytes that an entry may have. */
    public static final int MAX_BYTES = 65_535;

    private static final byte[] FIRST_LINE = "imprimatur/entry/v1\n".getBytes(US_ASCII);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT);
    private static final int TIME_LENGTH = "2026-11-21T01:02:03.123456Z".length();
    private static final int HEAD_LENGTH = FIRST_LINE.length + TIME_LENGTH + 1;

    private final Instant admittedAt;
    private final byte[] bytes;

    private LedgerEntry(Instant admittedAt, byte[] bytes) {
        this.admittedAt = admittedAt;
        this.bytes = bytes;
    }

    /**
     * Makes an entry.
     *
     * @param admittedAt whole microseconds
     * @throws IllegalArgumentException when the time is finer than that, or the entry would be too
     *     long
     */
    public static LedgerEntry of(Instant admittedAt, byte[] envelope) {
        if (!admittedAt.truncatedTo(ChronoUnit.MICROS).equals(admittedAt)) {
            throw new IllegalArgumentException("finer than a microsecond: " + admittedAt);
        }
        if (HEAD_LENGTH + envelope.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "an entry of %d bytes; expected at most %d"
                            .formatted(HEAD_LENGTH + envelope.length, MAX_BYTES));
        }
        var out = new ByteArrayOutputStream(HEAD_LENGTH + envelope.length);
        out.writeBytes(FIRST_LINE);
        out.writeBytes(time(admittedAt).getBytes(US_ASCII));
        out.write('\n');
        out.writeBytes(envelope);
        return new LedgerEntry(admittedAt, out.toByteArray());
    }

    /**
     * Reads an entry.
     *
     * @throws IllegalArgumentException when the bytes are anything else
     */
    public static LedgerEntry parse(byte[] bytes) {
        if (bytes.length < HEAD_LENGTH
                || bytes.length > MAX_BYTES
                || !Arrays.equals(FIRST_LINE, Arrays.copyOf(bytes, FIRST_LINE.length))
                || bytes[HEAD_LENGTH - 1] != '\n') {
            throw new IllegalArgumentException(
                    "not a ledger entry: it does not begin with \"imprimatur/entry/v1\" and a time, each on a line");
        }
        try {
            var time = new String(bytes, FIRST_LINE.length, TIME_LENGTH, US_ASCII);
            return new LedgerEntry(time(time), bytes.clone());
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "a ledger entry whose second line is not a time in UTC with six decimals", e);
        }
    }

    /** An admission time as entries have it. */
    static String time(Instant admittedAt) {
        return TIME.format(admittedAt.atOffset(ZoneOffset.UTC));
    }

    /**
     * Reads an admission time.
     *
     * @throws DateTimeException for another spelling
     */
    static Instant time(String text) {
        var admittedAt = LocalDateTime.parse(text, TIME).toInstant(ZoneOffset.UTC);
        if (!time(admittedAt).equals(text)) {
            throw new DateTimeException("not the one spelling of that time");
        }
        return admittedAt;
    }

    /** When the ledger admitted the statement. */
    public Instant admittedAt() {
        return admittedAt;
    }

    /** The envelope, exactly as it was submitted. */
    public byte[] envelope() {
        return Arrays.copyOfRange(bytes, HEAD_LENGTH, bytes.length);
    }

    /** The leaf's bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LedgerEntry that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** The time and the length. */
    @Override
    public String toString() {
        return "entry of " + admittedAt + ", " + bytes.length + " bytes";
    }
}
