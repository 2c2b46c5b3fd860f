package org.imprimatur.node.driver;

import java.util.List;
import java.util.Optional;
import org.imprimatur.register.Sha512;

/** What a site may publish now: all approved images that stand. */
public interface Stock {

    /** All of it. An image that is not in the list is to be published nowhere. */
    List<Item> items();

    /**
     * One file.
     *
     * @param verified the verified copy; empty while there is none, or its endorsement is not in
     *     view: then what is published stays, and nothing is published anew
     */
    record Item(ImageFileName name, Sha512 digest, Optional<StoredImage> verified) {}
}
