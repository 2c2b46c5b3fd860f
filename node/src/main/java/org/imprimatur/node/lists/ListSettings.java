package org.imprimatur.node.lists;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.imprimatur.register.Owner;
import org.imprimatur.trust.SigningKey;

/**
 * How a node serves image lists.
 *
 * @param url its address as users have it, without a slash at the end
 * @param key what the node signs its own lists with; without one there are only those of endorsers
 * @param creator name of who answers for the node's lists
 * @param email address of who answers for the node's lists
 * @param lifetime how long a list of the node is valid; it is signed anew when a quarter is left
 * @param byEndorsers the owners whose lists the node leaves to their endorsers
 * @param secluded the owners whose lists are given only to who holds a token
 * @param tokens the file of the tokens
 * @param files directory of the image files that the node offers
 */
public record ListSettings(
        String url,
        Optional<SigningKey> key,
        String creator,
        String email,
        Duration lifetime,
        Set<Owner> byEndorsers,
        Set<Owner> secluded,
        Path tokens,
        Optional<Path> files) {

    public ListSettings {
        byEndorsers = Set.copyOf(byEndorsers);
        secluded = Set.copyOf(secluded);
    }

    /** Whether the node signs the lists of an owner itself. */
    boolean signs(Owner owner) {
        return key.isPresent() && !byEndorsers.contains(owner);
    }
}
