package org.imprimatur.cli;

/** Ends a command with one clear line on standard error and an exit status. */
final class CommandFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final ExitCode exit;
    private final String explanation;

    CommandFailure(ExitCode exit, String explanation) {
        super(explanation);
        this.exit = exit;
        this.explanation = explanation;
    }

    CommandFailure(ExitCode exit, String explanation, Throwable cause) {
        super(explanation, cause);
        this.exit = exit;
        this.explanation = explanation;
    }

    ExitCode exit() {
        return exit;
    }

    /** What went wrong and what to do next, for a person. */
    String explanation() {
        return explanation;
    }
}
