package org.imprimatur.node.fetch;

import java.io.IOException;

/** Nothing that could be used came back. Says nothing about what the other side has or has not. */
public final class FetchFailed extends IOException {

    private static final long serialVersionUID = 1;

    private final String explanation;

    /** A failure without a cause below it. */
    public FetchFailed(String explanation) {
        super(explanation);
        this.explanation = explanation;
    }

    FetchFailed(String explanation, Throwable cause) {
        super(explanation, cause);
        this.explanation = explanation;
    }

    /** One sentence for people, with the address. */
    public String explanation() {
        return explanation;
    }
}
