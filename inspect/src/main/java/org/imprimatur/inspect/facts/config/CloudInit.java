package org.imprimatur.inspect.facts.config;

import java.util.List;

/**
 * How a copy of the image learns who it is.
 *
 * @param installed whether cloud-init is there
 * @param disabledBy what keeps cloud-init from running, for display; empty if nothing does
 * @param otherAgents units of other contextualisation that run
 * @param dataSources where cloud-init asks, as configured; empty for all that it knows
 * @param settings what it was told that matters, worst case first
 */
public record CloudInit(
        boolean installed,
        String disabledBy,
        List<String> otherAgents,
        List<String> dataSources,
        List<Setting> settings) {

    /** Copies the lists. */
    public CloudInit {
        otherAgents = List.copyOf(otherAgents);
        dataSources = List.copyOf(dataSources);
        settings = List.copyOf(settings);
    }

    /** True if a copy is told who it is at its boot. */
    public boolean contextualises() {
        return installed && disabledBy.isEmpty() || !otherAgents.isEmpty();
    }

    /** A setting with the file it stands in, for display, without secrets. */
    public record Setting(Kind kind, String path, String detail) {}

    /** What a setting means. */
    public enum Kind {
        /** {@code ssh_pwauth}: passwords are accepted by SSH. */
        PASSWORD_LOGIN,
        /** {@code disable_root: false}: root logs in with the user's key. */
        ROOT_LOGIN,
        /** {@code ssh_deletekeys: false}: all copies keep one host key. */
        KEEPS_HOST_KEYS,
        /** A password that every copy gets. */
        PASSWORD,
        /** A public key that every copy accepts. */
        AUTHORIZED_KEY,
        /** A private key that every copy gets. */
        HOST_KEY,
        /** A user other than the distribution's own. */
        USER,
        /** A user that may become root. */
        ROOT_USER,
        /** Commands that run at each first boot, or a place from which they are fetched. */
        COMMANDS
    }
}
