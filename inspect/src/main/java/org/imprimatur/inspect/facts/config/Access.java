package org.imprimatur.inspect.facts.config;

import java.util.List;

/**
 * Ways in that are not accounts with passwords or keys.
 *
 * @param pam stacks of every service
 * @param automatic places where somebody is logged in without being asked
 * @param cachedLogins places that let people in whom a central service would turn away
 * @param remoteFiles mounts that carry their own password
 * @param doas rules of doas(1) that ask for no password
 * @param polkit what polkit(8) is told to allow without one, but by what packages ship
 * @param trusted files that let users of other machines or realms in
 */
public record Access(
        List<PamStack> pam,
        List<Place> automatic,
        List<Place> cachedLogins,
        List<Place> remoteFiles,
        List<Place> doas,
        List<Place> polkit,
        List<Place> trusted) {

    /** Copies the lists. */
    public Access {
        pam = List.copyOf(pam);
        automatic = List.copyOf(automatic);
        cachedLogins = List.copyOf(cachedLogins);
        remoteFiles = List.copyOf(remoteFiles);
        doas = List.copyOf(doas);
        polkit = List.copyOf(polkit);
        trusted = List.copyOf(trusted);
    }

    Access withPolkit(List<Place> rules) {
        return new Access(pam, automatic, cachedLogins, remoteFiles, doas, rules, trusted);
    }
}
