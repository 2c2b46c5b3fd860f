package org.imprimatur.inspect.facts;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads passwd(5), shadow(5) and group(5). */
final class AccountFiles {

    private static final int MAX_ENTRIES = 100_000;

    /** A line of shadow(5) without the account. */
    record Shadow(Password password, Aging aging) {

        private static final Shadow NONE = new Shadow(new Password.None(), Aging.NONE);
    }

    private AccountFiles() {}

    static List<Account> accounts(ConfigReader reader) {
        Map<String, Shadow> shadow = shadow(reader, "/etc/shadow");
        var accounts = new ArrayList<Account>();
        for (var line : bounded(reader, "/etc/passwd")) {
            var field = line.split(":", -1);
            // NIS markers and lines with too few fields are skipped by the system as well.
            if (field.length < 7 || field[0].isEmpty() || field[0].startsWith("+")) {
                continue;
            }
            var entry =
                    field[1].equals("x")
                            ? shadow.getOrDefault(field[0], Shadow.NONE)
                            : new Shadow(Password.ofField(field[1]), Aging.NONE);
            accounts.add(
                    new Account(
                            field[0],
                            number(field[2]),
                            number(field[3]),
                            field[5],
                            field[6],
                            entry.password,
                            entry.aging));
        }
        return accounts;
    }

    /**
     * What is said of passwords, by account. Where an account stands twice, the more dangerous one
     * is kept.
     */
    static Map<String, Shadow> shadow(ConfigReader reader, String path) {
        var passwords = new HashMap<String, Shadow>();
        for (var line : bounded(reader, path)) {
            var field = line.split(":", -1);
            if (field.length >= 2 && !field[0].isEmpty()) {
                passwords.merge(
                        field[0],
                        new Shadow(Password.ofField(field[1]), Aging.ofFields(field)),
                        AccountFiles::worse);
            }
        }
        return passwords;
    }

    /** How many accounts have passwords of the past in a file of pam_pwhistory(8). */
    static long oldPasswords(ConfigReader reader, String path) {
        long count = 0;
        for (var line : bounded(reader, path)) {
            var field = line.split(":", 4);
            if (field.length == 4 && hasHash(field[3].split(",", -1))) {
                count++;
            }
        }
        return count;
    }

    private static boolean hasHash(String[] fields) {
        for (var each : fields) {
            if (Password.ofField(each).hasHash()) {
                return true;
            }
        }
        return false;
    }

    static List<Group> groups(ConfigReader reader) {
        var groups = new ArrayList<Group>();
        for (var line : bounded(reader, "/etc/group")) {
            var field = line.split(":", -1);
            if (field.length >= 4 && !field[0].isEmpty()) {
                var members = new ArrayList<String>();
                for (var member : field[3].split(",", -1)) {
                    if (!member.isBlank()) {
                        members.add(member.strip());
                    }
                }
                groups.add(new Group(field[0], number(field[2]), members));
            }
        }
        return groups;
    }

    private static Shadow worse(Shadow first, Shadow second) {
        return danger(second.password) > danger(first.password) ? second : first;
    }

    private static int danger(Password password) {
        return switch (password) {
            case Password.Empty _ -> 3;
            case Password.Usable _ -> 2;
            case Password.LockedHash _ -> 1;
            case Password.None _ -> 0;
        };
    }

    private static List<String> bounded(ConfigReader reader, String path) {
        var lines = reader.lines(path);
        if (lines.size() > MAX_ENTRIES) {
            reader.missed(path, "has %d lines, more than %d".formatted(lines.size(), MAX_ENTRIES));
            return lines.subList(0, MAX_ENTRIES);
        }
        return lines;
    }

    /** Also reads numbers as glibc does: leading zeros and a plus sign are no obstacle. */
    private static long number(String text) {
        try {
            return text.length() > 20 ? -1 : Long.parseLong(text.strip());
        } catch (NumberFormatException _) {
            return -1; // an account without a number cannot be used by the system either
        }
    }
}
