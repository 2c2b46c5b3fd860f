package org.imprimatur.node.follow;

import org.imprimatur.ledger.SignedNote;

/** What a node that follows a ledger makes of a checkpoint that it was shown elsewhere. */
public sealed interface Sighting {

    /** The ledger is not followed here. */
    record NotFollowed() implements Sighting {}

    /** The checkpoint is of a tree whose entries were all verified here, or of its beginning. */
    record Agrees() implements Sighting {}

    /** Not verified so far; asking again later may help. */
    record NotYet(String explanation) implements Sighting {}

    /**
     * The ledger has signed another root for the same size.
     *
     * @param seen the checkpoint that was verified here
     */
    record Contradicts(SignedNote seen, String explanation) implements Sighting {}
}
