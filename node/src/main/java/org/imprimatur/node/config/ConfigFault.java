package org.imprimatur.node.config;

/**
 * One thing that is wrong with a configuration.
 *
 * @param file where it is; empty where no file is at fault
 * @param line counted from 1; 0 where no line is at fault
 * @param member the member's name from the document's root; empty for the document itself
 * @param fault what is wrong
 * @param hint what would be right; empty where the fault says it
 */
public record ConfigFault(String file, int line, String member, String fault, String hint) {

    /** A fault of a file as a whole, or of no file. */
    static ConfigFault of(String file, int line, String fault) {
        return new ConfigFault(file, line, "", fault, "");
    }

    /** One line for the person who wrote the configuration. */
    @Override
    public String toString() {
        var text = new StringBuilder(file);
        if (line > 0) {
            text.append(':').append(line);
        }
        if (!text.isEmpty()) {
            text.append(": ");
        }
        if (!member.isEmpty()) {
            text.append('"').append(member).append("\" ");
        }
        text.append(fault);
        return hint.isEmpty() ? text.toString() : text.append("; ").append(hint).toString();
    }
}
