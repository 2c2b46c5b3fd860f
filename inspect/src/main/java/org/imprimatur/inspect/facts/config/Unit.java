package org.imprimatur.inspect.facts.config;

import java.util.List;

/**
 * Something that the init system starts by itself, or is kept from starting.
 *
 * @param name as in {@code ssh.service}, for display
 * @param path of the file that counts, for display
 * @param state as {@code systemctl is-enabled} calls it
 * @param start what makes it run
 * @param commands what it runs; empty for units that run nothing
 * @param listens the addresses of a socket, as written
 * @param environment assignments of variables for the commands, as written; may hold secrets
 * @param environmentFiles the files with further ones, in order, as written
 */
public record Unit(
        String name,
        String path,
        State state,
        Start start,
        List<String> commands,
        List<String> listens,
        List<String> environment,
        List<String> environmentFiles) {

    /** Copies the lists. */
    public Unit {
        commands = List.copyOf(commands);
        listens = List.copyOf(listens);
        environment = List.copyOf(environment);
        environmentFiles = List.copyOf(environmentFiles);
    }

    /** Whether the unit is switched on (systemctl(1), is-enabled). */
    public enum State {
        ENABLED,
        LINKED,
        ALIAS,
        STATIC,
        INDIRECT,
        DISABLED,
        /** Made at boot from a script of System V init, or by a generator. */
        GENERATED,
        MASKED,
        NOT_FOUND;

        /** The word that systemctl prints. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    /** What makes a unit run. */
    public enum Start {
        /** The boot itself. */
        BOOT,
        /** A timer, socket or path that the boot starts. */
        TRIGGER,
        /** Nothing that the configuration says. */
        NEVER
    }

    /** True if it runs without anybody asking for it. */
    public boolean runs() {
        return start != Start.NEVER;
    }

    /** The name without what stands behind the last dot. */
    public String stem() {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? name : name.substring(0, dot);
    }
}
