package org.imprimatur.node.http;

/** Thrown by handlers; becomes the response in one place. */
public final class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    /** Ends the request with this problem. */
    public ProblemException(Problem problem) {
        super(problem.code() + ": " + problem.detail(), null, false, false);
        this.problem = problem;
    }

    /** What to answer. */
    public Problem problem() {
        return problem;
    }
}
