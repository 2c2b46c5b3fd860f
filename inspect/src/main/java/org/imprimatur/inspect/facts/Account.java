package org.imprimatur.inspect.facts;

import java.util.Set;

/**
 * An account of {@code /etc/passwd} with what its password field means.
 *
 * @param uid the number, or -1 where the field is not one
 * @param gid the primary group, or -1
 * @param aging how long the password and the account are good for
 */
public record Account(
        String name,
        long uid,
        long gid,
        String home,
        String shell,
        Password password,
        Aging aging) {

    /** Programs that end at once, or that give no shell: an account with one has no log-in. */
    private static final Set<String> NO_LOGIN =
            Set.of("nologin", "false", "true", "sync", "shutdown", "halt");

    /** First number that Debian gives to people, and the number of {@code nobody}. */
    private static final long FIRST_HUMAN = 1000;

    private static final long NOBODY = 65_534;

    /** True if a log-in ends in a program that takes commands. An empty field means /bin/sh. */
    public boolean hasLoginShell() {
        return !NO_LOGIN.contains(shell.substring(shell.lastIndexOf('/') + 1));
    }

    /** True if the number is one that is given to people and not to services. */
    public boolean isHuman() {
        return uid >= FIRST_HUMAN && uid != NOBODY;
    }
}
