package org.imprimatur.inspect.rules;

import java.util.regex.Pattern;

/** Tells whether a command runs what it has fetched. Takes time in proportion to its length. */
final class FetchedCode {

    private static final String INTERPRETER = "(?:(?:ba|da|z|k)?sh|python[0-9.]*|perl|ruby)";

    /** What is fetched runs at once. */
    private static final Pattern AT_ONCE =
            Pattern.compile(
                    "\\b(?:curl|wget)\\b[^\\n;|]{0,500}\\|\\s*(?:sudo\\s+)?"
                            + INTERPRETER
                            + "\\b"
                            + "|\\b"
                            + INTERPRETER
                            + "\\s+-c\\s+[\"']?\\$\\((?:curl|wget)\\b"
                            + "|(?:\\b"
                            + INTERPRETER
                            + "|\\bsource|(?:^|\\s)\\.)\\s+<\\((?:curl|wget)\\b"
                            + "|\\beval\\s+[\"']?(?:\\$\\(|`)(?:curl|wget)\\b"
                            + "|\\bansible-pull\\b",
                    Pattern.MULTILINE);

    /** What is fetched is put into a file. */
    private static final Pattern INTO_FILE =
            Pattern.compile(
                    "\\b(?:curl|wget)\\b[^\\n;&|]{0,200}?\\s(?:-[A-Za-z]{0,8}[oO]|--output(?:-document)?|>)"
                            + "[ =]{0,4}[\"']?([^\\s\"';&|<>-][^\\s\"';&|<>]{0,200})");

    /** What stands before the name of a file that is run. */
    private static final Pattern RUNS =
            Pattern.compile(
                    "(?:^|[\\n;&|(]|\\b"
                            + INTERPRETER
                            + "(?:\\s+-[a-z]{1,4})?|\\bsource|\\bexec|\\bsudo|\\bnohup|(?:^|\\s)\\."
                            + "|\\bchmod\\s+[+0-7a-z]{1,8})\\s*[\"']?(?:\\./)?$");

    private static final int MOST = 50;
    private static final int BEFORE = 40;

    private FetchedCode() {}

    static boolean isIn(String command) {
        if (AT_ONCE.matcher(command).find()) {
            return true;
        }
        var fetched = INTO_FILE.matcher(command);
        for (int i = 0; i < MOST && fetched.find(); i++) {
            var file = fetched.group(1);
            int at = command.indexOf(file, fetched.end());
            for (int k = 0; k < MOST && at >= 0; k++) {
                var before = command.substring(Math.max(fetched.end(), at - BEFORE), at);
                if (RUNS.matcher(before).find()) {
                    return true;
                }
                at = command.indexOf(file, at + 1);
            }
        }
        return false;
    }
}
