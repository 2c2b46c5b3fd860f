package org.imprimatur.inspect.advisories;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/**
 * Reads one format of feed. Implementations read from beginning to end with little memory, bound
 * what one record may take, and throw {@link MalformedFeed} when the feed is at fault.
 */
interface FeedReader {

    /**
     * Gives each thing the feed says to the sink.
     *
     * @param in the content, not compressed any more, unless as an archive
     */
    void read(InputStream in, Feed feed, Consumer<Advisory> sink) throws IOException;
}
