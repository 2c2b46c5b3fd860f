package org.imprimatur.inspect.rules;

import java.util.List;
import java.util.Optional;

/** The limits that rules compare with: all of them, each with its default and its range. */
public enum Parameter {
    /** The largest disk that is no burden to those who copy it. */
    MAX_DISK(
            "max-disk-size",
            Unit.BYTES,
            100L << 30,
            1L << 30,
            1L << 50,
            "disk.large",
            "The largest disk that is no burden to those who copy it."),
    /** How much a package manager may leave behind. */
    MAX_CACHE(
            "max-package-cache",
            Unit.BYTES,
            64L << 20,
            0,
            1L << 50,
            "disk.package-cache",
            "How much package managers may leave behind of what they fetched."),
    /** How much may lie in files that belong to no package. */
    MAX_UNPACKAGED(
            "max-unpackaged-data",
            Unit.BYTES,
            2L << 30,
            0,
            1L << 50,
            "disk.unpackaged-data",
            "How much may be stored in files that belong to no package."),
    /** How much of what was deleted may still lie in the free space of a volume. */
    MAX_DELETED(
            "max-deleted-data",
            Unit.BYTES,
            16L << 20,
            0,
            1L << 50,
            "disk.deleted-data",
            "How much of the free space of a volume may hold something other than zeros."),
    /** How long before the end of support an image is warned of. */
    END_OF_LIFE_NOTICE(
            "end-of-life-notice",
            Unit.DAYS,
            90,
            0,
            3650,
            "os.end-of-life-near",
            "How long before the end of the vendor's support a finding tells of it."),
    /** How old what is known of patches may be. */
    MAX_FEED_AGE(
            "max-feed-age",
            Unit.DAYS,
            14,
            0,
            3650,
            "patch.stale",
            "How old the oldest feed of advisories may be that speaks of the image.");

    /** What a parameter counts. */
    public enum Unit {
        BYTES,
        DAYS;

        /**
         * The amount that a text names: {@code 64 MiB}, {@code 90 days}; empty if it names none.
         */
        Optional<Long> parse(String text) {
            var number = text.replaceFirst(" ?[A-Za-z]+$", "");
            if (!number.matches("[0-9]{1,12}") || number.equals(text)) {
                return Optional.empty();
            }
            long amount = Long.parseLong(number);
            int shift =
                    switch (this) {
                        case BYTES ->
                                switch (text.substring(number.length()).strip()) {
                                    case "bytes" -> 0;
                                    case "KiB" -> 10;
                                    case "MiB" -> 20;
                                    case "GiB" -> 30;
                                    case "TiB" -> 40;
                                    default -> -1;
                                };
                        case DAYS ->
                                switch (text.substring(number.length()).strip()) {
                                    case "day", "days" -> 0;
                                    default -> -1;
                                };
                    };
            return shift < 0 || amount > Long.MAX_VALUE >> shift
                    ? Optional.empty()
                    : Optional.of(amount << shift);
        }

        /** As profiles write it, in the largest unit that leaves no rest. */
        public String text(long amount) {
            return switch (this) {
                case DAYS -> amount + (amount == 1 ? " day" : " days");
                case BYTES -> {
                    var names = List.of("bytes", "KiB", "MiB", "GiB", "TiB");
                    int unit = 0;
                    long left = amount;
                    while (left != 0 && left % 1024 == 0 && unit < names.size() - 1) {
                        left /= 1024;
                        unit++;
                    }
                    yield left + " " + names.get(unit);
                }
            };
        }

        String example() {
            return switch (this) {
                case BYTES -> "a size such as 64 MiB (bytes, KiB, MiB, GiB, TiB)";
                case DAYS -> "a time such as 90 days";
            };
        }
    }

    private final String label;
    private final Unit unit;
    private final long initial;
    private final long least;
    private final long most;
    private final String rule;
    private final String meaning;

    Parameter(
            String label,
            Unit unit,
            long initial,
            long least,
            long most,
            String rule,
            String meaning) {
        this.label = label;
        this.unit = unit;
        this.initial = initial;
        this.least = least;
        this.most = most;
        this.rule = rule;
        this.meaning = meaning;
    }

    /** As profiles call it. */
    public String label() {
        return label;
    }

    /** What it counts. */
    public Unit unit() {
        return unit;
    }

    /** What holds where a profile says nothing, in its unit. */
    public long initial() {
        return initial;
    }

    /** The smallest value it may have. */
    public long least() {
        return least;
    }

    /** The largest value it may have. */
    public long most() {
        return most;
    }

    /** The rule that compares with it. */
    public String rule() {
        return rule;
    }

    /** What it means, for a person. */
    public String meaning() {
        return meaning;
    }
}
