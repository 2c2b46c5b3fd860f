package org.imprimatur.inspect.rules;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Tells whether an interpreter is given its code when it is called, so that its input is data to it
 * (python(1), perlrun(1), ruby(1)). Where that is not sure the answer is no, as for every shell:
 * what a shell does with its input cannot be told from its code. Takes time in proportion to the
 * length of the command.
 */
final class GivenCode {

    private static final String GAP = "(?:[ \\t]|\\\\\\n)++";

    /** Nothing may be joined to the text, but the end of a text around it may follow. */
    private static final String END = "(?=[\"']?(?:[\\s|;&)<>]|\\z))";

    private static final String CODE = GAP + "('[^']*+'|\"[^\"\\\\$`]*+\")" + END;

    /** None of {@code -i}, which has Python go on with its input as code. */
    private static final String PYTHON_OPTION = "[bBEIOPqsSuv]";

    private static final String PYTHON =
            "python[0-9.]*+(?:" + GAP + "-" + PYTHON_OPTION + "{1,9}+(?=\\s))*+" + GAP + "-";

    /** Modules of Python that show or change the form of what they read. */
    private static final String MODULE =
            "(?:ast|base64|encodings\\.rot_13|gzip|json(?:\\.tool)?|quopri|tokenize)";

    private static final String NO_MORE_CODE = "(?![^|;\\n]{0,2000}\\s-\\w{0,12}[eE])";

    private static final List<Pattern> CALLS =
            List.of(
                    Pattern.compile(PYTHON + PYTHON_OPTION + "{0,9}+m" + GAP + MODULE + END + "()"),
                    Pattern.compile(PYTHON + PYTHON_OPTION + "{0,9}+c" + CODE),
                    Pattern.compile(
                            "perl[0-9.]*+(?:"
                                    + GAP
                                    + "-(?:[aclnpswW0-7]{1,12}+|M[\\w:]{1,60}+(?:=[\\w:,]{1,100}+)?)"
                                    + "(?=\\s))*+"
                                    + GAP
                                    + "-[aclnpswW0-7]{0,12}+[eE]"
                                    + CODE
                                    + NO_MORE_CODE),
                    Pattern.compile(
                            "ruby[0-9.]*+(?:"
                                    + GAP
                                    + "-(?:[alnpw]{1,12}+|r[a-z_]{1,60}+)(?=\\s))*+"
                                    + GAP
                                    + "-[alnpw]{0,12}+e"
                                    + CODE
                                    + NO_MORE_CODE));

    /** What code may run its input with, in any of the languages. */
    private static final Pattern RUNS_MORE =
            Pattern.compile(
                    "[^\\x00-\\x7f]|`|%x|__|pickle|yaml\\.(?!safe)|/dev/(?:stdin|fd)|/proc/|/bin/"
                            + "|(?<![a-zA-Z])(?:eval|exec|compile|system|syscall|popen|open|spawn"
                            + "|fork|subprocess|runpy|pty|code|pdb|builtins|globals|locals|vars"
                            + "|getattr|import_module|importlib|ctypes|cffi|marshal|shelve|dill|qx|send"
                            + "|public_send|method|binding|instance_|class_|module_|Marshal|Open3"
                            + "|(?:ba|da|a|z|k)?sh\\b|python|perl|ruby)"
                            + "|(?<![.\\w])(?:load|require|do)\\s*[\"'$(/]"
                            + "|[/}|!#]\\w{0,5}ee");

    private GivenCode() {}

    /** Whether the call of an interpreter that begins there, and ends before the end, gives it. */
    static boolean isAt(String command, int at, int end) {
        for (var call : CALLS) {
            var matcher = call.matcher(command).region(at, end).useTransparentBounds(true);
            matcher.useAnchoringBounds(false);
            if (matcher.lookingAt()) {
                return !RUNS_MORE.matcher(matcher.group(1)).find();
            }
        }
        return false;
    }
}
