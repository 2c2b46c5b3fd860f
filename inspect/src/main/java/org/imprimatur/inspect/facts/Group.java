package org.imprimatur.inspect.facts;

import java.util.List;
import java.util.Set;

/** A group of {@code /etc/group} with its listed members (primary membership is in the account). */
public record Group(String name, long gid, List<String> members) {

    private static final Set<String> ROOT =
            Set.of(
                    "sudo",
                    "admin",
                    "wheel",
                    "docker",
                    "lxd",
                    "incus-admin",
                    "microk8s",
                    "libvirt",
                    "disk",
                    "kmem",
                    "shadow",
                    "root");

    /** Copies the list. */
    public Group {
        members = List.copyOf(members);
    }

    /** True if the members of groups with this name are root whenever they wish. */
    public static boolean leadsToRoot(String name) {
        return ROOT.contains(name);
    }
}
