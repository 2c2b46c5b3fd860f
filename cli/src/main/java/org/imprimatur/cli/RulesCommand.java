package org.imprimatur.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.inspect.context.ContextRule;
import org.imprimatur.inspect.rules.Nearest;
import org.imprimatur.inspect.rules.Parameter;
import org.imprimatur.inspect.rules.Profile;
import org.imprimatur.inspect.rules.Profiles;
import org.imprimatur.inspect.rules.Rule;
import org.imprimatur.inspect.rules.RuleCatalogue;
import org.imprimatur.register.Clauses;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "rules",
        description = "The rules that images are judged by.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur rules list",
            "  imprimatur rules list --profile strict --output json | jq -r '.rules[].id'",
            "  imprimatur rules show sudo.nopasswd        why it matters, and what to do about it"
        },
        subcommands = {RulesCommand.ListRules.class, RulesCommand.Show.class})
final class RulesCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(Objects.requireNonNull(spec).commandLine(), "list or show?");
    }

    @Command(
            name = "list",
            description = "Every rule, with what it weighs in a profile and the clauses it serves.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  imprimatur rules list",
                "  imprimatur rules list --profile site.yaml --output json"
            })
    static final class ListRules implements Callable<Integer> {

        @Mixin private final Output output = new Output();

        @Option(
                names = "--profile",
                paramLabel = "NAME|FILE",
                defaultValue = ProfileOption.DEFAULT,
                description = "Whose severities (default: ${DEFAULT-VALUE}).")
        private String name = ProfileOption.DEFAULT;

        @Override
        public Integer call() throws IOException {
            var profile = ProfileOption.find(name);
            var document = Output.object();
            document.put("profile", profile.id()).put("profileDigest", profile.digest());
            var list = document.putArray("rules");
            for (var rule : RuleCatalogue.rules()) {
                output.line(
                        "%-5s  %-30s %s (%s)",
                        weight(profile, rule),
                        rule.id(),
                        rule.title(),
                        String.join(", ", rule.clauses()));
                describe(list.addObject(), rule).put("severity", weight(profile, rule));
            }
            output.document(document);
            return ExitCode.DONE.status();
        }
    }

    @Command(
            name = "show",
            description = "One rule: why it matters, what to do, its clauses, where it applies.",
            footerHeading = "%nExamples:%n",
            footer = "  imprimatur rules show ssh.host-key")
    static final class Show implements Callable<Integer> {

        @Mixin private final Output output = new Output();

        @Parameters(paramLabel = "RULE", description = "Id of the rule.")
        private String id = "";

        @Override
        public Integer call() {
            var ofContext = ContextRule.of(id);
            if (ofContext.isPresent()) {
                show(ofContext.get());
                return ExitCode.DONE.status();
            }
            var rule = RuleCatalogue.rule(id).orElseThrow(() -> unknown(id));
            var document = describe(Output.object(), rule);
            explain(document, rule.rationale(), rule.remedy(), rule.clauses());
            output.line("");
            output.line("Severity:");
            var severities = document.putObject("severities");
            shipped()
                    .forEach(
                            (name, profile) -> {
                                output.line("  %-16s %s", name, weight(profile, rule));
                                severities.put(name, weight(profile, rule));
                            });
            parameters(rule, document);
            output.document(document);
            return ExitCode.DONE.status();
        }

        private void show(ContextRule rule) {
            var document = ContextRulesCommand.describe(Output.object(), rule);
            explain(document, rule.rationale(), rule.remedy(), rule.clauses());
            output.line("");
            output.line(
                    "Severity: %s; of contextualisations, in no profile", rule.severity().label());
            if (!rule.bad().isEmpty()) {
                output.line("");
                output.line("  not   %s", rule.bad());
                output.line("  but   %s", rule.good());
                document.put("bad", rule.bad()).put("good", rule.good());
            }
            output.document(document);
        }

        private void explain(
                ObjectNode document, String rationale, String remedy, List<String> clauses) {
            document.put("rationale", rationale).put("remedy", remedy);
            output.line("%s: %s", document.path("id").asText(), document.path("title").asText());
            output.line("");
            output.line("  why     %s", rationale);
            output.line("  remedy  %s", remedy);
            output.line("");
            output.line("Clauses:");
            var texts = document.putObject("clauseTexts");
            for (var clause : clauses) {
                var text = Objects.requireNonNull(Clauses.all().get(clause)).requirement();
                output.line("  %-12s %s", clause, text);
                texts.put(clause, text);
            }
        }

        private void parameters(Rule rule, ObjectNode document) {
            var list = document.putArray("parameters");
            var of = parametersOf(rule);
            if (!of.isEmpty()) {
                output.line("");
                output.line("Parameters:");
            }
            for (var each : of) {
                var unit = each.unit();
                output.line(
                        "  %s: %s (from %s to %s)",
                        each.label(),
                        unit.text(each.initial()),
                        unit.text(each.least()),
                        unit.text(each.most()));
                output.line("    %s", each.meaning());
                list.addObject()
                        .put("name", each.label())
                        .put("default", unit.text(each.initial()))
                        .put("least", unit.text(each.least()))
                        .put("most", unit.text(each.most()))
                        .put("meaning", each.meaning());
            }
        }
    }

    /** What a rule weighs, in the words of profiles. */
    static String weight(Profile profile, Rule rule) {
        var severity = profile.severities().get(rule.id());
        return severity == null ? "off" : severity.label();
    }

    /** The shipped profiles by their ids, the default first. */
    static Map<String, Profile> shipped() {
        var shipped = new LinkedHashMap<String, Profile>();
        for (var name : Profiles.SHIPPED) {
            var profile = Profiles.shipped(name).orElseThrow();
            shipped.put(profile.id(), profile);
        }
        return shipped;
    }

    static List<Parameter> parametersOf(Rule rule) {
        return Arrays.stream(Parameter.values())
                .filter(each -> each.rule().equals(rule.id()))
                .toList();
    }

    private static CommandFailure unknown(String id) {
        var hint = Nearest.of(id, RuleCatalogue.rules().stream().map(Rule::id).toList());
        return new CommandFailure(
                ExitCode.USAGE,
                "there is no rule '%s'; %s"
                        .formatted(
                                id,
                                hint.map("did you mean %s?"::formatted)
                                        .orElse("imprimatur rules list has them")));
    }

    private static ObjectNode describe(ObjectNode node, Rule rule) {
        node.put("id", rule.id()).put("title", rule.title());
        var clauses = node.putArray("clauses");
        rule.clauses().forEach(clauses::add);
        return node;
    }
}
