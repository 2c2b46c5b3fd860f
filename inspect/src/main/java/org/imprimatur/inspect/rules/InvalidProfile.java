package org.imprimatur.inspect.rules;

import java.util.List;

/** A profile that says what cannot be meant. It has at least one fault, each with its line. */
public final class InvalidProfile extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient List<ProfileFault> faults;

    InvalidProfile(List<ProfileFault> faults) {
        super(
                faults.getFirst()
                        + (faults.size() == 1
                                ? ""
                                : " (and %d more)".formatted(faults.size() - 1)));
        this.faults = List.copyOf(faults);
    }

    /** In the order of the lines. */
    public List<ProfileFault> faults() {
        return faults;
    }
}
