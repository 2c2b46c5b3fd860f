package org.imprimatur.node.transfer;

import java.net.URI;
import java.time.Duration;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.FetchFailed;

/** Tells by an address in which way it is asked. */
final class Locations {

    /** A location that brings fewer bytes in the time that a site is patient is left. */
    private static final long LEAST_BYTES = 16 * 1024;

    private final Fetch fetch;
    private final Fetch.Patience patience;
    private final boolean filesAllowed;

    Locations(Fetch fetch, Duration stall, boolean filesAllowed) {
        this.fetch = fetch;
        this.patience = new Fetch.Patience(stall, LEAST_BYTES);
        this.filesAllowed = filesAllowed;
    }

    /**
     * The location at an address of an endorsement.
     *
     * @param bytes the size of the file that is endorsed
     * @throws FetchFailed when this site asks no such address
     */
    Location at(String address, long bytes) throws FetchFailed {
        var uri = URI.create(address);
        return switch (String.valueOf(uri.getScheme())) {
            case "http", "https" -> new HttpLocation(uri, bytes, fetch, patience);
            case "file" -> {
                if (!filesAllowed) {
                    throw new FetchFailed(
                            uri + " is a file, and this site reads none (allow-file-locations)");
                }
                yield new FileLocation(uri, bytes);
            }
            default -> throw new FetchFailed(address + " is no address that this site asks");
        };
    }
}
