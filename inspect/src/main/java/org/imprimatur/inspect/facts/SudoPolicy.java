package org.imprimatur.inspect.facts;

import java.util.List;

/**
 * What sudo lets people do (sudoers(5)), with user aliases resolved.
 *
 * @param rules who may run what as whom
 * @param unauthenticated {@code Defaults} that turn the question for a password off
 */
public record SudoPolicy(List<Rule> rules, List<Unauthenticated> unauthenticated) {

    /** Copies the lists. */
    public SudoPolicy {
        rules = List.copyOf(rules);
        unauthenticated = List.copyOf(unauthenticated);
    }

    /**
     * One command that some users may run.
     *
     * @param users names, {@code %group}, {@code #uid}, {@code ALL}; {@code !} before it excepts
     * @param runAs whom the command runs as, as written; empty means root
     * @param noPassword true if no password is asked
     */
    public record Rule(
            List<String> users,
            String hosts,
            String runAs,
            boolean noPassword,
            String command,
            String file,
            int line) {

        /** Copies the list. */
        public Rule {
            users = List.copyOf(users);
        }
    }

    /**
     * {@code Defaults !authenticate}.
     *
     * @param scope whom it is for as written, as in {@code :alice}; empty for everybody
     */
    public record Unauthenticated(String scope, String file, int line) {}
}
