package org.imprimatur.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** A site's decision, and reasons of decisions, in lines for people. */
final class DecisionText {

    private DecisionText() {}

    static boolean permits(JsonNode answer) {
        return answer.path("decision").asBoolean(false);
    }

    static void tell(Output output, JsonNode answer) {
        var context = answer.path("context");
        output.line("%s", permits(answer) ? "PERMIT" : "DENY");
        lines(context.path("reasons")).forEach(line -> output.line("  %s", line));
        if (!context.path("audited").isEmpty()) {
            output.line("  let pass, since the site only audits it:");
            lines(context.path("audited")).forEach(line -> output.line("    %s", line));
        }
        if (context.has("converted")) {
            output.line(
                    "  %s is a file that the site made of %s",
                    text(context, "converted"), text(context, "image"));
        }
        for (var obligation : context.path("obligations")) {
            output.line("  obligation: %s", obligation.asText());
        }
        if (context.has("id")) {
            output.line("  decision %s of %s", text(context, "id"), text(context, "at"));
        }
    }

    /** One line for each reason. */
    static List<String> lines(JsonNode reasons) {
        var lines = new ArrayList<String>();
        for (var reason : reasons) {
            var clauses = new ArrayList<String>();
            reason.path("clauses").forEach(clause -> clauses.add(clause.asText()));
            lines.add(
                    "%s: %s [%s]"
                            .formatted(
                                    text(reason, "code"),
                                    text(reason, "text"),
                                    String.join(", ", clauses)));
        }
        return lines;
    }

    private static String text(JsonNode object, String member) {
        return object.path(member).asText();
    }
}
