package org.imprimatur.node.fetch;

import java.io.IOException;

/** Nothing that could be used came back. Says nothing about what the other side has or has not. */
public final class FetchFailed extends IOException {

    private static final long serialVersionUID = 1;

    private final String explanation;
    private final int status;
    private final byte[] said;

    /** A failure without a cause below it. */
    public FetchFailed(String explanation) {
        this(explanation, 0);
    }

    /** An answer that is of no use, by its status or whatever came with it. */
    FetchFailed(String explanation, int status) {
        this(explanation, status, new byte[0]);
    }

    /** As above, with the beginning of what came with it. */
    FetchFailed(String explanation, int status, byte[] said) {
        super(explanation);
        this.explanation = explanation;
        this.status = status;
        this.said = said.clone();
    }

    FetchFailed(String explanation, Throwable cause) {
        this(explanation, 0, cause);
    }

    /** As above; the status is that of an answer which is of no use, 0 where there is none. */
    FetchFailed(String explanation, int status, Throwable cause) {
        super(explanation, cause);
        this.explanation = explanation;
        this.status = status;
        this.said = new byte[0];
    }

    /** Whether there was an answer, and it says that there is no such thing. */
    public boolean missing() {
        return status == 404 || status == 410;
    }

    /** Whether there was an answer at all, though of no use. */
    public boolean answered() {
        return status != 0;
    }

    /**
     * The beginning of what came with an answer of no use; empty for nothing. It may be anything.
     */
    public byte[] said() {
        return said.clone();
    }

    /** One sentence for people, with the address. */
    public String explanation() {
        return explanation;
    }
}
