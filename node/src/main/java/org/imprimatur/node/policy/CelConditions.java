package org.imprimatur.node.policy;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.imprimatur.node.config.Faults;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.BlockingFinding;
import org.imprimatur.register.Candidate;
import org.imprimatur.register.Condition;
import org.imprimatur.register.Contributor;
import org.imprimatur.register.DecisionRequest;
import org.imprimatur.register.InspectionSummary.Completeness;
import org.imprimatur.register.Statement.Endorsement;
import org.jspecify.annotations.Nullable;

/**
 * Conditions in CEL, the Common Expression Language: typed, without side effects, compiled when the
 * site's file is read, and evaluated in bounded time. The variables are those of {@code
 * docs/site.md}, "Conditions".
 */
final class CelConditions {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
    private static final String OF_REQUEST = "request.";
    private static final String NOW = "now";

    private static final CelOptions OPTIONS =
            CelOptions.current()
                    .maxExpressionCodePointSize(2000)
                    .maxParseRecursionDepth(32)
                    .comprehensionMaxIterations(1000)
                    .evaluateCanonicalTypesToNativeValues(true)
                    .build();

    /** Every variable with its type. */
    private static final Map<String, CelType> VARIABLES = variables();

    private static final CelCompiler COMPILER = compiler();
    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.standardCelRuntimeBuilder().setOptions(OPTIONS).build();

    private CelConditions() {}

    private static Map<String, CelType> variables() {
        var variables = new HashMap<String, CelType>();
        for (var name :
                List.of(
                        "image.digest",
                        "image.owner",
                        "image.guid",
                        "image.version",
                        "image.tag",
                        "image.title",
                        "image.format",
                        "image.kind",
                        "image.system",
                        "image.systemVersion",
                        "image.architecture",
                        "image.tool",
                        "image.profile",
                        "image.builder",
                        "endorsement.by",
                        "endorsement.issuer",
                        "endorsement.team",
                        "endorsement.catalogue",
                        "request.operator",
                        "request.consumer",
                        "request.host",
                        "request.action",
                        "request.contextualisation")) {
            variables.put(name, SimpleType.STRING);
        }
        for (var name :
                List.of("image.fileBytes", "image.diskBytes", "image.packages", "image.waivers")) {
            variables.put(name, SimpleType.INT);
        }
        for (var name : List.of("image.made", "image.patched", "endorsement.at", NOW)) {
            variables.put(name, SimpleType.TIMESTAMP);
        }
        variables.put("image.complete", SimpleType.BOOL);
        for (var name : List.of("image.blocking", "image.contributors", "image.locations")) {
            variables.put(name, ListType.create(SimpleType.STRING));
        }
        return Map.copyOf(variables);
    }

    private static CelCompiler compiler() {
        var builder =
                CelCompilerFactory.standardCelCompilerBuilder()
                        .setOptions(OPTIONS)
                        .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                        .setResultType(SimpleType.BOOL);
        VARIABLES.forEach(builder::addVar);
        return builder.build();
    }

    /** Reads conditions by their names. */
    static List<Condition> read(YamlMember member) {
        var faults = new Faults();
        var conditions = new ArrayList<Condition>();
        // By name, as in the text that is kept.
        new TreeMap<>(member.members())
                .forEach(
                        (name, expression) ->
                                faults.check(() -> conditions.add(condition(name, expression))));
        faults.complete();
        return conditions;
    }

    private static Condition condition(String name, YamlMember member) {
        if (!NAME.matcher(name).matches()) {
            throw member.wrong(
                    "is not a name for a condition", "lower-case letters, digits and '-'");
        }
        try {
            var ast = COMPILER.compile(member.text()).getAst();
            return new Compiled(
                    name,
                    member.text(),
                    reads(ast, variable -> variable.startsWith(OF_REQUEST)),
                    reads(ast, NOW::equals),
                    RUNTIME.createProgram(ast));
        } catch (CelValidationException e) {
            throw member.wrong(
                    "is no condition: "
                            + e.getErrors().stream()
                                    .map(CelConditions::told)
                                    .collect(Collectors.joining("; ")),
                    "an expression of CEL, true or false, over the variables of the site's guide, for"
                            + " example image.packages < 500");
        } catch (CelEvaluationException e) {
            throw member.wrong("is no condition: " + e.getMessage(), "write it more simply");
        }
    }

    private static String told(CelIssue issue) {
        var place = issue.getSourceLocation();
        return "line %d, column %d: %s"
                .formatted(place.getLine(), place.getColumn() + 1, issue.getMessage().strip());
    }

    private static boolean reads(CelAbstractSyntaxTree ast, Predicate<String> variable) {
        return ast.getReferenceMap().values().stream()
                .anyMatch(reference -> variable.test(reference.name()));
    }

    /** A condition that is ready to be asked. Equal when it asks the same. */
    private static final class Compiled implements Condition {

        private final String name;
        private final String text;
        private final boolean looksAtRequest;
        private final boolean looksAtMoment;
        private final CelRuntime.Program program;

        Compiled(
                String name,
                String text,
                boolean looksAtRequest,
                boolean looksAtMoment,
                CelRuntime.Program program) {
            this.name = name;
            this.text = text;
            this.looksAtRequest = looksAtRequest;
            this.looksAtMoment = looksAtMoment;
            this.program = program;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public boolean looksAtRequest() {
            return looksAtRequest;
        }

        @Override
        public boolean looksAtMoment() {
            return looksAtMoment;
        }

        @Override
        public @Nullable String against(Facts facts) {
            try {
                var result = program.eval(name -> Optional.ofNullable(value(facts, name)));
                if (result.equals(true)) {
                    return null;
                }
                // Anything but true and false depends on a variable that has no value.
                return (result.equals(false)
                                ? "it is false: "
                                : "it asks for what is not known here: ")
                        + text.replaceAll("\\s+", " ");
            } catch (CelEvaluationException e) {
                return "it cannot be evaluated: "
                        + String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
            }
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Compiled that
                    && that.name.equals(name)
                    && that.text.equals(text);
        }

        @Override
        public int hashCode() {
            return Objects.hash(name, text);
        }

        @Override
        public String toString() {
            return name + ": " + text;
        }
    }

    /**
     * The value of a variable; null where there is none. Nothing is worked out that nobody reads.
     */
    private static @Nullable Object value(Condition.Facts facts, String name) {
        return name.startsWith(OF_REQUEST)
                ? ofRequest(facts.request(), name)
                : ofCandidate(facts, name);
    }

    private static @Nullable Object ofRequest(@Nullable DecisionRequest request, String name) {
        if (request == null) {
            return null;
        }
        var contextualisation = request.contextualisation();
        return switch (name) {
            case "request.operator" -> request.operator();
            case "request.consumer" -> orEmpty(request.consumer());
            case "request.host" -> orEmpty(request.host());
            case "request.action" -> request.action().wire();
            case "request.contextualisation" ->
                    contextualisation == null ? "" : contextualisation.toString();
            default -> null;
        };
    }

    /** Of a listed image only what lists say: a condition on anything else is not met. */
    private static @Nullable Object ofCandidate(Condition.Facts facts, String name) {
        var candidate = facts.candidate();
        return switch (name) {
            case "image.digest" -> candidate.image().toString();
            case "image.owner" -> candidate.owner().toString();
            case "image.guid" -> candidate.guid().toString();
            case "image.version" -> candidate.version().text();
            case "image.tag" -> candidate.tag() == null ? "" : candidate.tag().text();
            case "image.title" -> candidate.title();
            case "image.format" -> candidate.format();
            case "image.system" -> candidate.software().name();
            case "image.systemVersion" -> candidate.software().version();
            case "image.architecture" -> candidate.software().architecture();
            case "image.fileBytes" -> candidate.fileBytes();
            case "image.locations" -> candidate.locations();
            case "endorsement.by" -> candidate.signer().subject();
            case "endorsement.issuer" -> candidate.signer().issuer();
            case "endorsement.catalogue" -> candidate.catalogue().text();
            case "endorsement.at" -> candidate.since();
            case NOW -> facts.at();
            default ->
                    switch (candidate) {
                        case Candidate.Endorsed(_, var entry) ->
                                ofEndorsement(entry.statement(), name);
                        case Candidate.Listed _ -> null;
                    };
        };
    }

    private static @Nullable Object ofEndorsement(Endorsement statement, String name) {
        var details = statement.details();
        var inspection = statement.inspection();
        var act = details.team();
        var generation = details.generation();
        var contributors = details.contributors();
        return switch (name) {
            case "image.kind" -> statement.lineage().kind().wire();
            case "image.packages" -> statement.system().packages();
            case "image.diskBytes" -> statement.disk().virtualBytes();
            case "image.tool" -> inspection.tool();
            case "image.profile" -> inspection.profile();
            case "image.builder" -> generation == null ? "" : generation.builder();
            case "image.complete" -> inspection.completeness() == Completeness.COMPLETE;
            case "image.blocking" ->
                    inspection.blocking().stream().map(BlockingFinding::rule).toList();
            case "image.waivers" -> (long) statement.waivers().size();
            case "image.contributors" ->
                    contributors == null
                            ? List.of()
                            : contributors.stream().map(Contributor::name).toList();
            case "image.made" -> statement.generatedAt();
            case "image.patched" ->
                    details.patchedAt() == null ? Instant.EPOCH : details.patchedAt();
            case "endorsement.team" -> act == null ? "" : act.team().name();
            default -> null;
        };
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
