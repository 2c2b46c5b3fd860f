package org.imprimatur.node.transfer;

import java.io.IOException;
import java.io.InputStream;

/**
 * One place that may have an image's file. Nothing that it gives is believed; what it cannot give
 * is a {@link org.imprimatur.node.fetch.FetchFailed}, and what cannot be the image a {@link
 * WrongContent}.
 */
interface Location {

    /** What people know it by: no secrets. */
    String name();

    /** What counts as one host when connections are counted. */
    String host();

    /**
     * Whether several parts of the file may be asked for at once. Otherwise each is read as far as
     * it is wanted.
     */
    boolean inPieces();

    /**
     * Begins to read.
     *
     * @param to first byte that is not wanted; more may come
     */
    Opened open(long from, long to) throws IOException;

    /** Begins to read another file that stands beside it, with this behind its name. */
    InputStream beside(String suffix) throws IOException;

    /**
     * Bytes as they come; whoever gets them closes them.
     *
     * @param from where in the file they begin: as asked, or at 0 where it cannot be chosen
     * @param to where they end: as asked, or where the file ends
     */
    record Opened(long from, long to, InputStream stream) implements AutoCloseable {

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }
}
