package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.imprimatur.inspect.context.ContextRule;
import org.imprimatur.inspect.rules.Profile;
import org.imprimatur.inspect.rules.Profiles;
import org.imprimatur.inspect.rules.RuleCatalogue;
import org.imprimatur.inspect.rules.WaiverRules;
import org.imprimatur.register.BlockingFinding;
import org.imprimatur.register.Waiver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Rules and profiles on the command line, and what profiles say of waivers. */
class ProfileCommandTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    private static final String SITE =
            """
            name: site
            version: 3
            title: Our site's images
            extends: egi/1
            rules:
              sudo.user: off
            """;

    @TempDir private Path home;

    private String file(String text) throws IOException {
        return Files.writeString(home.resolve("site.yaml"), text).toString();
    }

    @Test
    void everyRuleIsListedWithItsSeverityTitleAndClauses() throws IOException {
        var ran = Ran.of("rules", "list");

        assertThat(ran.status()).isZero();
        assertThat(ran.out().lines()).hasSize(RuleCatalogue.rules().size());
        assertThat(ran.out())
                .containsPattern(
                        "(?m)^block +ssh.host-key +An SSH host key is in the image \\(END-4.2.d2");

        var json =
                JSON.readTree(Ran.of("rules", "list", "--profile", file(SITE), "-o", "json").out());
        assertThat(json.path("profile").asText()).isEqualTo("site/3");
        assertThat(json.path("rules")).hasSize(RuleCatalogue.rules().size());
        assertThat(json.path("rules"))
                .filteredOn(rule -> rule.path("id").asText().equals("sudo.user"))
                .extracting(rule -> rule.path("severity").asText())
                .containsExactly("off");
    }

    @Test
    void aRuleIsShownWithItsReasonItsClausesItsSeveritiesAndItsParameters() throws IOException {
        var ran = Ran.of("rules", "show", "disk.large");

        assertThat(ran.status()).isZero();
        assertThat(ran.out())
                .contains(
                        "why ",
                        "remedy ",
                        "PROC-A2",
                        "max-disk-size: 100 GiB (from 1 GiB to 1024 TiB)")
                .containsPattern("jspg-2010/1 +off")
                .containsPattern("egi/1 +warn");

        var json = JSON.readTree(Ran.of("rules", "show", "disk.large", "-o", "json").out());
        assertThat(json.at("/severities/egi~11").asText()).isEqualTo("warn");
        assertThat(json.at("/clauseTexts/PROC-A2").asText()).isNotEmpty();
        assertThat(json.at("/parameters/0/default").asText()).isEqualTo("100 GiB");
    }

    @Test
    void aRuleThatIsNotThereIsRefusedWithTheOneThatWasMeant() {
        var ran = Ran.of("rules", "show", "ssh.hostkey");

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err())
                .contains("there is no rule 'ssh.hostkey'; did you mean ssh.host-key?");
    }

    @Test
    void aGoodProfileIsCheckedWithStatusZero() throws IOException {
        var ran = Ran.of("profile", "check", file(SITE));

        assertThat(ran.status()).isZero();
        assertThat(ran.out()).contains("site/3: valid", "sha256 ", "1 off");
    }

    @Test
    void aBadProfileIsCheckedWithEveryFaultAndStatusTwo() throws IOException {
        var bad = file(SITE + "  sudo.nopaswd: warn\n  ssh.host-key: maybe\n");
        var ran = Ran.of("profile", "check", bad);

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.out().lines())
                .satisfiesExactly(
                        line ->
                                assertThat(line)
                                        .contains("site.yaml:7: ", "did you mean 'sudo.nopasswd'?"),
                        line -> assertThat(line).contains("site.yaml:8: ", "no severity 'maybe'"));

        var json = JSON.readTree(Ran.of("profile", "check", bad, "-o", "json").out());
        assertThat(json.path("faults"))
                .extracting(each -> each.path("line").asInt())
                .containsExactly(7, 8);

        var used = Ran.of("inspect", "no-image.raw", "--profile", bad);
        assertThat(used.status()).isEqualTo(2);
        assertThat(used.err()).contains("site.yaml:7: ", "(and 1 more)");
    }

    @Test
    void aProfileThatIsNotThereIsToldApart() {
        assertThat(Ran.of("profile", "check", home + "/none.yaml").status()).isEqualTo(3);
        var ran = Ran.of("inspect", "no-image.raw", "--profile", "stict");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err())
                .contains("there is no profile 'stict'; did you mean strict", "egi/1", ".yaml");
    }

    @Test
    void theShippedProfilesAreListed() throws IOException {
        var ran = Ran.of("profile", "list");

        assertThat(ran.out().lines()).hasSize(Profiles.SHIPPED.size());
        assertThat(ran.out()).contains("egi/1", "jspg-2010/1", "site-worker/1", "strict/1");
        assertThat(
                        JSON.readTree(Ran.of("profile", "list", "-o", "json").out())
                                .at("/profiles/0/profileDigest")
                                .asText())
                .isEqualTo(Profile.EGI_1.digest());
    }

    @Test
    void whatIsShownOfAProfileIsThatProfile() throws IOException {
        for (var name : Profiles.SHIPPED) {
            var shipped = Profiles.shipped(name).orElseThrow();
            var shown = Ran.of("profile", "show", name).out();
            var again = Profiles.read(Path.of(file(shown.replaceFirst("name: ", "name: my-"))));

            assertThat(again.severities()).isEqualTo(shipped.severities());
            assertThat(again.waivers()).isEqualTo(shipped.waivers());
            assertThat(again.parameters().licences()).isEqualTo(shipped.parameters().licences());
            assertThat(shown).contains("# sha256 " + shipped.digest());
        }
        var json = JSON.readTree(Ran.of("profile", "show", "strict", "-o", "json").out());
        assertThat(json.at("/waivers/longestDays").asInt()).isEqualTo(30);
        assertThat(json.at("/rules/sudo.user").asText()).isEqualTo("block");
        assertThat(json.at("/licences/declare"))
                .extracting(each -> each.asText())
                .contains("area:non-free-firmware");
    }

    @Test
    void theHelpHasExamplesTheExitStatusesAndTheFormsOfOutput() {
        for (var words :
                List.of(
                        "rules list",
                        "rules show",
                        "profile list",
                        "profile show",
                        "profile check")) {
            var ran = Ran.of((words + " --help").split(" "));

            assertThat(ran.status()).isZero();
            assertThat(ran.out())
                    .contains("Examples:", "  imprimatur " + words, "Exit status:", "--output");
        }
        assertThat(Ran.of("rules", "--help").out()).contains("Examples:", "list", "show");
        assertThat(Ran.of("profile", "--help").out())
                .contains("Examples:", "check", "list", "show");
        assertThat(Ran.of("profile").status()).isEqualTo(2);
    }

    private static WaiverOptions options(String... words) {
        var options = new WaiverOptions();
        new CommandLine(options)
                .registerConverter(Instant.class, new Converters.InstantConverter())
                .parseArgs(words);
        return options;
    }

    @Test
    void waiversThatTheProfileForbidsAreRefused() {
        var allowed = new WaiverRules(Set.of("ssh.host-key"), Duration.ofDays(30), 10);

        for (var words :
                List.of(
                        new String[] {"--waive", "ssh.host-key=a test image only"},
                        new String[] {"--waive", "sudo.user=because"},
                        new String[] {"--waive-all", "because"},
                        new String[] {
                            "--waive",
                            "sudo.user=a test image only",
                            "--waive-until",
                            "2027-11-21T00:00:00Z"
                        })) {
            assertThatThrownBy(() -> options(words).check(allowed, NOW))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageStartingWith("by the profile, ");
        }
        options("--waive", "sudo.user=a test image only").check(allowed, NOW);
        options().check(allowed, NOW);
    }

    @Test
    void waivingAllLeavesOutWhatNobodyMayWaiveAndEndsWhenTheProfileSays() {
        var allowed = new WaiverRules(Set.of("ssh.host-key"), Duration.ofDays(30), 10);
        var blocking =
                List.of(
                        new BlockingFinding("ssh.host-key", "/etc/ssh/ssh_host_rsa_key"),
                        new BlockingFinding("sudo.nopasswd", "/etc/sudoers"));

        var waivers = options("--waive-all", "a test image only").waivers(blocking, allowed, NOW);

        assertThat(waivers)
                .containsExactly(
                        new Waiver(
                                "sudo.nopasswd",
                                null,
                                "a test image only",
                                NOW.plus(Duration.ofDays(30))));
        assertThat(options("--waive-all", "x").waivers(blocking, WaiverRules.DEFAULT, NOW))
                .extracting(Waiver::expires)
                .containsOnly(NOW.plus(Duration.ofDays(90)));
    }

    /** Writes docs/rules.md, and so keeps it true. */
    @Test
    void theTableOfRulesIsWritten() throws IOException {
        var text =
                new StringBuilder(
                        """
                        # Rules

                        Written by the build from the catalogue; do not edit. What each rule objects to, what it weighs in each shipped
                        profile (`-`: it does not apply), and the clauses it serves. `imprimatur rules show RULE` tells why and what to do.

                        """);
        var shipped = RulesCommand.shipped();
        text.append(
                "| rule | objects to | %s | clauses |\n"
                        .formatted(String.join(" | ", shipped.keySet())));
        text.append("| --- | --- |").append(" --- |".repeat(shipped.size() + 1)).append('\n');
        for (var rule : RuleCatalogue.rules()) {
            var weights = new ArrayList<String>();
            shipped.values()
                    .forEach(
                            each ->
                                    weights.add(
                                            RulesCommand.weight(each, rule).replace("off", "-")));
            text.append(
                    "| `%s` | %s | %s | %s |\n"
                            .formatted(
                                    rule.id(),
                                    rule.title(),
                                    String.join(" | ", weights),
                                    String.join(", ", rule.clauses())));
        }
        text.append(
                "\n## Parameters\n\n| parameter | rule | default | range | meaning |\n| --- | --- | --- | --- | --- |\n");
        for (var each : org.imprimatur.inspect.rules.Parameter.values()) {
            text.append(
                    "| `%s` | `%s` | %s | %s to %s | %s |\n"
                            .formatted(
                                    each.label(),
                                    each.rule(),
                                    each.unit().text(each.initial()),
                                    each.unit().text(each.least()),
                                    each.unit().text(each.most()),
                                    each.meaning()));
        }
        text.append(
                "\n## Contextualisation\n\nWhat `imprimatur context check` objects to; no profile weighs it.\n\n| rule | objects to | weighs | clauses | not | but |\n| --- | --- | --- | --- | --- | --- |\n");
        for (var each : ContextRule.values()) {
            text.append(
                    "| `%s` | %s | %s | %s | %s | %s |\n"
                            .formatted(
                                    each.id(),
                                    each.title(),
                                    each.severity().label(),
                                    String.join(", ", each.clauses()),
                                    code(each.bad()),
                                    code(each.good())));
        }
        var file = Path.of(System.getProperty("imprimatur.root")).resolve("docs/rules.md");

        Files.writeString(file, text.toString());

        assertThat(file)
                .content()
                .contains("`ssh.host-key`", "`max-feed-age`", "`context.packages`");
    }

    private static String code(String line) {
        return line.isEmpty() ? "" : "`" + line.replace("|", "\\|") + "`";
    }
}
