package org.imprimatur.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import org.imprimatur.inspect.context.ContextRule;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "rules",
        description = {
            "Every rule that contextualisations are judged by, with its weight and clauses.",
            "No profile weighs them. 'imprimatur rules show RULE' tells why, and what to do."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  imprimatur context rules", "  imprimatur rules show context.packages"})
final class ContextRulesCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();

    @Override
    public Integer call() {
        var document = Output.object();
        var list = document.putArray("rules");
        for (var rule : ContextRule.values()) {
            output.line(
                    "%-5s  %-22s %s (%s)",
                    rule.severity().label(),
                    rule.id(),
                    rule.title(),
                    String.join(", ", rule.clauses()));
            describe(list.addObject(), rule);
        }
        output.document(document);
        return ExitCode.DONE.status();
    }

    static ObjectNode describe(ObjectNode node, ContextRule rule) {
        node.put("id", rule.id()).put("title", rule.title());
        rule.clauses().forEach(node.putArray("clauses")::add);
        return node.put("severity", rule.severity().label());
    }
}
