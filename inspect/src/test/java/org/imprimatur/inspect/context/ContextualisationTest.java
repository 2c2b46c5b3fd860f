package org.imprimatur.inspect.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.imprimatur.inspect.context.Medium.Item;
import org.imprimatur.inspect.rules.Severity;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Clauses;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContextualisationTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "site-interfaces",
                "packages",
                "kernel-and-libraries",
                "the-images-programs",
                "accounts-and-root",
                "logging-and-monitoring",
                "fetched-code",
                "unclear",
                "odd-separators",
                "not-a-script"
            })
    @Clause("WLCG-6")
    void eachLineOfAScriptIsObjectedToByTheRulesThatItNames(String name) throws IOException {
        var script = resource(name);

        var report = Contextualisation.check(medium("epilog.sh", script));

        assertThat(told(report)).containsExactlyElementsOf(expected(script));
    }

    @Test
    void whatSpeaksToOtherMachinesIsObjectedToBeforeTheNetworkIsThereAndNotAfter()
            throws IOException {
        var script = resource("early-network");

        assertThat(told(Contextualisation.check(medium("prolog.sh", script))))
                .containsExactlyElementsOf(expected(script));
        assertThat(Contextualisation.check(medium("epilog.sh", script)).findings()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(ContextRule.class)
    void eachRuleHasNothingAgainstItsGoodExampleAndObjectsToItsBadOne(ContextRule rule) {
        assertThat(rule.id()).matches("context\\.[a-z-]+");
        assertThat(rule.title()).isNotBlank();
        assertThat(rule.rationale()).endsWith(".");
        assertThat(rule.remedy()).endsWith(".");
        assertThat(rule.clauses()).contains("WLCG-6");
        assertThat(Clauses.all().keySet()).containsAll(rule.clauses());
        assertThat(ContextRule.of(rule.id())).contains(rule);
        if (rule.bad().isEmpty()) {
            return;
        }
        assertThat(Contextualisation.check(medium("prolog.sh", rule.bad())).findings())
                .extracting(ContextFinding::rule)
                .contains(rule);
        assertThat(Contextualisation.check(medium("prolog.sh", rule.good())).findings())
                .extracting(ContextFinding::rule)
                .doesNotContain(rule);
    }

    @Test
    void aMediumWithoutEitherScriptSaysWhichNamesAreThere() {
        var none = Contextualisation.check(medium("Prolog.sh", "true"));
        var upper = Contextualisation.check(medium("EPILOG.SH", "true"));

        assertThat(none.findings()).singleElement().satisfies(this::isMissing);
        assertThat(none.findings().getFirst().evidence()).contains("Prolog.sh");
        assertThat(upper.findings().getFirst().evidence()).contains("EPILOG.SH");
        assertThat(Contextualisation.check(medium("readme", "x")).findings())
                .singleElement()
                .satisfies(this::isMissing);
        assertThat(Contextualisation.check(medium("epilog.sh", "true")).findings()).isEmpty();
    }

    private void isMissing(ContextFinding finding) {
        assertThat(finding.rule()).isEqualTo(ContextRule.MISSING);
    }

    @Test
    void aScriptMustBeTextInARegularFileOnTheMedium() {
        assertThat(file(new Item.Other("a directory"))).contains("a directory");
        assertThat(file(new Item.Large(1 << 20))).contains("1048576 bytes");
        assertThat(file(new Item.Link("/etc/passwd"))).contains("out of the medium");
        assertThat(file(new Item.Link("../prolog.sh"))).contains("out of the medium");
        assertThat(file(new Item.Link("prolog.sh"))).contains("out of the medium, or nowhere");
        assertThat(file(content("\177ELF\2\1\1\0"))).contains("no text");
        assertThat(file(content("date\r\nlogger x\r\n"))).contains("carriage return");
    }

    private static String file(Item item) {
        var report = Contextualisation.check(new Medium(Map.of("prolog.sh", item), List.of()));
        assertThat(report.findings()).singleElement();
        assertThat(report.findings().getFirst().rule()).isEqualTo(ContextRule.FILE);
        return report.findings().getFirst().evidence();
    }

    @Test
    void aScriptInAnotherLanguageIsNotJudgedAndSaysSo() {
        var report =
                Contextualisation.check(medium("prolog.sh", "#!/usr/bin/env python3\nimport os\n"));

        assertThat(told(report)).containsExactly("1 context.unclear");
        assertThat(report.isComplete()).isFalse();
        assertThat(report.hasFindings(Severity.BLOCK)).isTrue();
    }

    @Test
    void whatAScriptRunsOnTheMediumIsJudgedToo() {
        var files = new HashMap<String, Item>();
        files.put("prolog.sh", content("here=$(dirname \"$0\")\n. \"$here/lib/common.sh\"\n"));
        files.put("epilog.sh", content("sh /mnt/context/late.sh\nexec \"$here\"/link\n"));
        files.put("lib", new Item.Other("a directory"));
        files.put("lib/common.sh", content(". \"$(dirname \"$0\")/more.sh\"\n"));
        files.put("lib/more.sh", content("CONF=/etc/x\ncurl https://site.example/\n"));
        files.put("late.sh", content("ssh host\napt-get install x\n"));
        files.put("link", new Item.Link("late.sh"));
        files.put("not-run.sh", content("apt-get install x\n"));

        var report = Contextualisation.check(new Medium(files, List.of()));

        assertThat(report.scripts())
                .containsExactly(
                        "epilog.sh", "late.sh", "lib/common.sh", "lib/more.sh", "prolog.sh");
        assertThat(report.findings())
                .extracting(each -> each.file() + " " + each.line() + " " + each.rule().id())
                .containsExactly("late.sh 2 context.packages", "lib/more.sh 2 context.network");
        assertThat(report.isComplete()).isTrue();
    }

    @Test
    void aScriptOfBothIsJudgedAsRunBeforeTheNetwork() {
        var files = new HashMap<String, Item>();
        files.put("prolog.sh", content(". ./b.sh\n"));
        files.put("epilog.sh", content(". ./a.sh\n. ./b.sh"));
        files.put("a.sh", content("ping host\n"));
        files.put("b.sh", content("sh ./a.sh\n"));

        assertThat(Contextualisation.check(new Medium(files, List.of())).findings())
                .extracting(each -> each.file() + " " + each.rule().id())
                .containsExactly("a.sh context.network");
    }

    @Test
    void aSecretIsToldByItsLineAndNotShown() {
        var token = "glpat-" + "k3JdP0sVbT9qLmZx7RwY";
        var report =
                Contextualisation.check(
                        medium("epilog.sh", "date\ntoken=" + token + "\nexport A\n"));

        assertThat(told(report)).contains("2 context.secret");
        assertThat(report.toString()).doesNotContain(token);
    }

    @Test
    void whatCouldNotBeReadOfTheMediumIsUnclear() {
        var report =
                Contextualisation.check(
                        new Medium(
                                Map.of("epilog.sh", content("date\n")),
                                List.of(new Medium.Unread("/x", "beyond the end"))));

        assertThat(report.findings())
                .containsExactly(
                        new ContextFinding(ContextRule.UNCLEAR, "/x", 0, "beyond the end"));
    }

    @Test
    void aScriptThatLeadsToItselfIsReadOnce() {
        var report = Contextualisation.check(medium("epilog.sh", ". ./epilog.sh\n"));

        assertThat(report.scripts()).containsExactly("epilog.sh");
        assertThat(report.findings()).isEmpty();
    }

    @Test
    void scriptsThatLeadToVeryManyOrVeryDeepAreNotAllRead() {
        var many = new HashMap<String, Item>();
        var deep = new HashMap<String, Item>();
        deep.put("epilog.sh", content(". ./0.sh\n"));
        var all = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            all.append(". ./%d.sh\n".formatted(i));
            many.put(i + ".sh", content("date\n"));
            deep.put(i + ".sh", content(". ./%d.sh\n".formatted(i + 1)));
        }
        many.put("epilog.sh", content(all.toString()));

        var ofMany = Contextualisation.check(new Medium(many, List.of()));
        var ofDeep = Contextualisation.check(new Medium(deep, List.of()));

        assertThat(ofMany.scripts()).hasSize(64);
        assertThat(ofMany.isComplete()).isFalse();
        assertThat(ofDeep.scripts()).hasSizeLessThan(20);
        assertThat(ofDeep.isComplete()).isFalse();
    }

    @Test
    void scriptsThatAreLargeTogetherAreNotAllRead() {
        var files = new HashMap<String, Item>();
        var all = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            all.append(". ./%d.sh\n".formatted(i));
            files.put(i + ".sh", content("# large\n".repeat(32_000)));
        }
        files.put("epilog.sh", content(all.toString()));

        assertThat(Contextualisation.check(new Medium(files, List.of())).findings())
                .extracting(ContextFinding::rule)
                .contains(ContextRule.FILE);
    }

    static Medium medium(String name, String script) {
        return new Medium(Map.of(name, content(script)), List.of());
    }

    static Item content(String text) {
        return new Item.Content(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String resource(String name) throws IOException {
        try (var in = ContextualisationTest.class.getResourceAsStream(name + ".sh")) {
            return new String(
                    Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Each line and the rules that its last comment names. */
    private static List<String> expected(String script) {
        var expected = new ArrayList<String>();
        var lines = script.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            int comment = lines.get(i).lastIndexOf("# context.");
            if (comment >= 0) {
                for (var rule : lines.get(i).substring(comment + 2).split(" ", -1)) {
                    expected.add(i + 1 + " " + rule);
                }
            }
        }
        return sorted(expected.stream());
    }

    private static List<String> told(ContextReport report) {
        return sorted(
                report.findings().stream()
                        .map(each -> each.line() + " " + each.rule().id())
                        .distinct());
    }

    private static List<String> sorted(Stream<String> lines) {
        return lines.sorted().toList();
    }
}
