package org.imprimatur.inspect.advisories;

import java.time.Instant;

/**
 * A feed as the store has it. A verdict on patches means something only together with these.
 *
 * @param sha256 of the file that was fetched, lower-case hex
 * @param bytes its size
 * @param fetched when it was fetched
 * @param published how old its content is at least: the server's or the file's own date
 * @param records how many things it says
 */
public record FeedState(
        String name,
        FeedFormat format,
        String url,
        String sha256,
        long bytes,
        Instant fetched,
        Instant published,
        long records,
        boolean security) {}
