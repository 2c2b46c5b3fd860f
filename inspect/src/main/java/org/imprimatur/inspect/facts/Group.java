package org.imprimatur.inspect.facts;

import java.util.List;

/** A group of {@code /etc/group} with its listed members (primary membership is in the account). */
public record Group(String name, long gid, List<String> members) {

    /** Copies the list. */
    public Group {
        members = List.copyOf(members);
    }
}
