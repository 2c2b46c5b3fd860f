package org.imprimatur.cli;

/** What the command's exit status says; part of the interface, listed in {@code --help}. */
enum ExitCode {
    DONE(0, "done, permit, or clean"),
    NO(1, "the answer is no: findings at or above the threshold, a bad signature, a denial"),
    USAGE(2, "the command line or the configuration is wrong"),
    UNREADABLE(3, "an input is unreadable or corrupt"),
    UNREACHABLE(4, "the other side cannot be reached or does not work"),
    INTERNAL(70, "an internal error: please report it with the output of --debug");

    private final int status;
    private final String meaning;

    ExitCode(int status, String meaning) {
        this.status = status;
        this.meaning = meaning;
    }

    int status() {
        return status;
    }

    String meaning() {
        return meaning;
    }
}
