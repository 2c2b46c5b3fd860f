package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.imprimatur.inspect.rules.InvalidProfile;
import org.imprimatur.inspect.rules.LicencePolicy;
import org.imprimatur.inspect.rules.LicencePolicy.Verdict;
import org.imprimatur.inspect.rules.Parameter;
import org.imprimatur.inspect.rules.Profile;
import org.imprimatur.inspect.rules.Profiles;
import org.imprimatur.inspect.rules.RuleCatalogue;
import org.imprimatur.inspect.rules.Severity;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "profile",
        description = {
            "Profiles: which rules apply, how much each weighs, and what may be waived.",
            "One of your own is a YAML file that extends a shipped one."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur profile list",
            "  imprimatur profile show strict             all that it decides, as a profile",
            "  imprimatur profile check site.yaml         every fault in it, with its line",
            "  imprimatur inspect image.qcow2 --profile site.yaml"
        },
        subcommands = {
            ProfileCommand.Check.class,
            ProfileCommand.ListProfiles.class,
            ProfileCommand.Show.class
        })
final class ProfileCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "check, list or show?");
    }

    @Command(
            name = "check",
            description = {
                "Read a profile and the files that it extends, and tell every fault with its line.",
                "Exit status 2 when there is any."
            },
            footerHeading = "%nExamples:%n",
            footer = "  imprimatur profile check site.yaml")
    static final class Check implements Callable<Integer> {

        @Mixin private final Output output = new Output();

        @Parameters(paramLabel = "FILE", description = "The profile.")
        private @Nullable Path file;

        @Override
        public Integer call() throws IOException {
            var document = Output.object();
            var faults = document.putArray("faults");
            try {
                var profile = Profiles.read(Objects.requireNonNull(file));
                output.line("%s: valid", profile.id());
                output.line("  %s", profile.title());
                output.line("  sha256 %s", profile.digest());
                output.line("  %s", counts(profile));
                document.put("profile", profile.id()).put("profileDigest", profile.digest());
                output.document(document);
                return ExitCode.DONE.status();
            } catch (InvalidProfile bad) {
                for (var each : bad.faults()) {
                    output.line("%s", each);
                    faults.addObject()
                            .put("file", each.file())
                            .put("line", each.line())
                            .put("explanation", each.explanation());
                }
                output.document(document);
                return ExitCode.USAGE.status();
            }
        }
    }

    @Command(
            name = "list",
            description = "The profiles that are shipped.",
            footerHeading = "%nExamples:%n",
            footer = "  imprimatur profile list")
    static final class ListProfiles implements Callable<Integer> {

        @Mixin private final Output output = new Output();

        @Override
        public Integer call() {
            var document = Output.object();
            var list = document.putArray("profiles");
            RulesCommand.shipped()
                    .forEach(
                            (id, profile) -> {
                                output.line("%-15s %s (%s)", id, profile.title(), counts(profile));
                                list.addObject()
                                        .put("profile", id)
                                        .put("title", profile.title())
                                        .put("profileDigest", profile.digest());
                            });
            output.document(document);
            return ExitCode.DONE.status();
        }
    }

    @Command(
            name = "show",
            description = {
                "All that a profile decides, with what it takes over from those that it extends.",
                "The text form is a profile itself."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  imprimatur profile show egi",
                "  imprimatur profile show site.yaml --output json"
            })
    static final class Show implements Callable<Integer> {

        @Mixin private final Output output = new Output();

        @Parameters(paramLabel = "NAME|FILE", description = "The profile.")
        private String name = "";

        @Override
        public Integer call() throws IOException {
            var profile = ProfileOption.find(name);
            if (output.json()) {
                json(profile);
            } else {
                text(profile);
            }
            return ExitCode.DONE.status();
        }

        private void text(Profile profile) {
            output.line("# sha256 %s", profile.digest());
            output.line("name: %s", profile.name());
            output.line("version: %s", profile.version());
            output.line("title: '%s'", profile.title().replace("'", "''"));
            output.line("");
            output.line("rules:");
            new TreeMap<>(profile.severities())
                    .forEach((id, severity) -> output.line("  %s: %s", id, severity.label()));
            output.line("");
            output.line("parameters:");
            for (var each : Parameter.values()) {
                output.line(
                        "  %s: %s", each.label(), each.unit().text(profile.parameters().of(each)));
            }
            licences(profile.parameters().licences());
            var waivers = profile.waivers();
            output.line("");
            output.line("waivers:");
            if (!waivers.never().isEmpty()) {
                output.line("  never:");
                new TreeSet<>(waivers.never()).forEach(id -> output.line("    - %s", id));
            }
            output.line("  longest: %d days", waivers.longest().toDays());
            output.line("  shortest-reason: %d", waivers.shortestReason());
        }

        private void licences(LicencePolicy policy) {
            if (policy.verdicts().isEmpty()) {
                return;
            }
            output.line("");
            output.line("licences:");
            byVerdict(policy)
                    .forEach(
                            (verdict, patterns) -> {
                                output.line("  %s:", verdict.label());
                                patterns.forEach(
                                        each -> output.line("    - '%s'", each.replace("'", "''")));
                            });
        }

        private static Map<Verdict, List<String>> byVerdict(LicencePolicy policy) {
            var byVerdict = new TreeMap<Verdict, List<String>>(Comparator.reverseOrder());
            policy.verdicts()
                    .forEach(
                            (pattern, verdict) ->
                                    byVerdict
                                            .computeIfAbsent(verdict, _ -> new ArrayList<>())
                                            .add(pattern));
            return byVerdict;
        }

        private void json(Profile profile) {
            var document =
                    Output.object()
                            .put("profile", profile.id())
                            .put("profileDigest", profile.digest())
                            .put("title", profile.title());
            var rules = document.putObject("rules");
            new TreeMap<>(profile.severities())
                    .forEach((id, severity) -> rules.put(id, severity.label()));
            var parameters = document.putObject("parameters");
            for (var each : Parameter.values()) {
                parameters.put(each.label(), each.unit().text(profile.parameters().of(each)));
            }
            var licences = document.putObject("licences");
            byVerdict(profile.parameters().licences())
                    .forEach(
                            (verdict, patterns) -> {
                                var list = licences.putArray(verdict.label());
                                patterns.forEach(list::add);
                            });
            var waivers = document.putObject("waivers");
            var never = waivers.putArray("never");
            new TreeSet<>(profile.waivers().never()).forEach(never::add);
            waivers.put("longestDays", profile.waivers().longest().toDays())
                    .put("shortestReason", profile.waivers().shortestReason());
            output.document(document);
        }
    }

    private static String counts(Profile profile) {
        var text = new StringBuilder();
        for (var severity : Severity.values()) {
            long count =
                    profile.severities().values().stream().filter(each -> each == severity).count();
            text.append(count).append(' ').append(severity.label()).append(", ");
        }
        return text.append(RuleCatalogue.rules().size() - profile.severities().size())
                .append(" off")
                .toString();
    }
}
