package org.imprimatur.node.http;

import java.io.IOException;

/** Reads a request, asks the node, and says what to answer. Runs in a virtual thread of its own. */
@FunctionalInterface
public interface Handler {

    /**
     * Answers one request.
     *
     * @throws ProblemException for every answer that is not a success
     * @throws IOException when the client's bytes stop coming
     */
    Answer handle(Request request) throws IOException;
}
