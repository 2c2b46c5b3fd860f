package org.imprimatur.exchange.hepix;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * What is found of one image of a list.
 *
 * @param position its place in the list, from 0
 * @param identifier its UUID, where it has one
 * @param version its version, where it has one
 * @param title its title, where it has one
 * @param ramBytes how much memory it wants, in bytes, whatever unit the list has
 * @param objections why it is unusable; none when it may be used
 * @param warnings what other readers would stumble over
 */
public record ImageVerdict(
        int position,
        Optional<UUID> identifier,
        Optional<String> version,
        Optional<String> title,
        OptionalLong ramBytes,
        List<ListVerifier.Reason> objections,
        List<String> warnings) {

    public ImageVerdict {
        objections = List.copyOf(objections);
        warnings = List.copyOf(warnings);
    }

    /** Whether the image may be used, as far as the list says. */
    public boolean usable() {
        return objections.isEmpty();
    }
}
