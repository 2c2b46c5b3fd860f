package org.imprimatur.node.driver;

import java.util.List;
import java.util.Optional;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.StatementId;

/** What a site may publish now: all approved images that stand. */
public interface Stock {

    /** All of it. An image that is not in the list is to be published nowhere. */
    List<Item> items();

    /**
     * Whether it can be told that an endorsement's file is not wanted: not before all was compared
     * once, and not while the endorsement's ledger is not in view as far as that.
     */
    boolean tells(Origin catalogue, StatementId endorsement);

    /**
     * One file.
     *
     * @param verified the verified copy; empty while there is none, or its endorsement is not in
     *     view: then what is published stays, and nothing is published anew
     */
    record Item(ImageFileName name, Sha512 digest, Optional<StoredImage> verified) {}
}
