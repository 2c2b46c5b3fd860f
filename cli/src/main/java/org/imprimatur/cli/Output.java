package org.imprimatur.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/**
 * How a command answers: text for people, or one JSON document. Answers go to standard output and
 * nothing else does; what is only for the eye goes to standard error.
 */
final class Output {

    enum Form {
        TEXT,
        JSON
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            defaultValue = "text",
            description = "text (for people, the default) or json (one document).")
    private Form form = Form.TEXT;

    @Spec(Target.MIXEE)
    private @Nullable CommandSpec command;

    boolean json() {
        return form == Form.JSON;
    }

    PrintWriter out() {
        return Objects.requireNonNull(command).commandLine().getOut();
    }

    PrintWriter err() {
        return Objects.requireNonNull(command).commandLine().getErr();
    }

    /** A line of the answer, in text form only. */
    void line(String format, @Nullable Object... arguments) {
        if (!json()) {
            out().println(format.formatted(arguments));
        }
    }

    /** The whole answer, in JSON form only. A mapper takes long to make, and text needs none. */
    void document(JsonNode document) {
        if (json()) {
            var mapper = new JsonMapper();
            try {
                out().println(mapper.writerWithDefaultPrettyPrinter().writeValueAsString(document));
            } catch (JsonProcessingException e) {
                throw new AssertionError("a tree can be written", e);
            }
        }
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** Whether a person looks at standard error, so that progress and colours make sense. */
    static boolean watched() {
        var console = System.console();
        return console != null && console.isTerminal();
    }

    /** Colours only for a terminal, and not where NO_COLOR asks for none. */
    static boolean coloured() {
        var none = System.getenv("NO_COLOR");
        return (none == null || none.isEmpty()) && watched();
    }
}
