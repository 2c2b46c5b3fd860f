package org.imprimatur.inspect.facts;

import java.util.HashSet;
import java.util.List;
import org.imprimatur.inspect.secrets.SecretKind;

/**
 * Which certificates matter. Certificates are public, and systems are full of them; one that is
 * bound to a machine or a person tells of a key, or was left behind beside it.
 */
final class Certificates {

    private static final String GRID = "/etc/grid-security/";
    private static final String AUTHORITIES = GRID + "certificates/";

    private Certificates() {}

    /** All other secrets, and of the certificates those of the grid and those beside a key. */
    static List<FoundSecret> relevant(List<FoundSecret> secrets, List<FoundKey> keys) {
        var besideKeys = new HashSet<String>();
        for (var key : keys) {
            if (key.vendor().isEmpty()) {
                besideKeys.add(directory(key.place()));
            }
        }
        return secrets.stream()
                .filter(
                        each ->
                                each.kind() != SecretKind.CERTIFICATE
                                        || isOfGrid(each.path())
                                        || besideKeys.contains(directory(each.place())))
                .toList();
    }

    private static boolean isOfGrid(String path) {
        return path.contains(GRID) && !path.contains(AUTHORITIES);
    }

    private static String directory(String path) {
        return path.substring(0, path.lastIndexOf('/') + 1);
    }
}
