package org.imprimatur.inspect.context;

import java.util.List;

/**
 * What a shell script is made of.
 *
 * @param commands every simple command, in the order in which they end
 * @param faults what was not understood
 * @param code the text with blanks in place of its comments
 */
record ShellScript(List<ShellCommand> commands, List<Fault> faults, String code) {

    /** A place that was not understood, so that nobody may say that all was judged. */
    record Fault(int line, String reason) {}

    ShellScript {
        commands = List.copyOf(commands);
        faults = List.copyOf(faults);
    }
}
