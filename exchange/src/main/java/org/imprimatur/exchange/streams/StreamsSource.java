package org.imprimatur.exchange.streams;

import java.io.IOException;
import java.util.Optional;

/** Where an index is served, or a directory with the same files. */
@FunctionalInterface
public interface StreamsSource {

    /**
     * A small file, whole.
     *
     * @param path relative, made of plain names
     * @param limit the most bytes that are wanted; one more comes of a larger file
     * @return empty where there is none
     */
    Optional<byte[]> read(String path, int limit) throws IOException;
}
