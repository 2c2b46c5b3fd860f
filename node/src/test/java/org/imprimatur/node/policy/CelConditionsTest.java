package org.imprimatur.node.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.imprimatur.node.Trial;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.Candidate;
import org.imprimatur.register.Condition;
import org.imprimatur.register.DecisionRequest;
import org.imprimatur.register.DecisionRequest.Action;
import org.imprimatur.register.ListedImage;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.UseClass;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CelConditionsTest {

    // The image is made by the clock, so it is judged by the clock too.
    private static final Instant NOW = Instant.now().plusSeconds(60);
    private static Endorsement endorsement;

    @BeforeAll
    static void make(@TempDir Path directory) {
        var trial = new Trial(directory, "catalogue.example/cel");
        endorsement = trial.endorsement(trial.endorser, "an image");
    }

    private static Condition condition(String expression) {
        var conditions =
                CelConditions.read(
                        YamlMember.parse(
                                "site.yaml", "one: |\n  " + expression.replace("\n", "\n  ")));
        assertThat(conditions).hasSize(1);
        return conditions.getFirst();
    }

    private static String against(String expression) {
        return against(
                expression,
                new Candidate.Endorsed(
                        new Origin("catalogue.example/cel"),
                        new Recorded<>(
                                3,
                                StatementId.parse("ab".repeat(32)),
                                endorsement,
                                NOW.minus(Duration.ofDays(2)))));
    }

    private static Candidate listed() {
        return new Candidate.Listed(
                new Origin("list:biomed"),
                endorsement.owner(),
                endorsement.signer(),
                new ListedImage(
                        StatementId.parse("cd".repeat(32)),
                        endorsement.guid(),
                        endorsement.version(),
                        endorsement.image(),
                        "Debian",
                        "qcow2",
                        1000,
                        "kvm",
                        new Candidate.Software("Debian", "12", "x86_64"),
                        "https://images.example/debian.qcow2",
                        null,
                        1,
                        NOW.minus(Duration.ofDays(2)),
                        endorsement.signer(),
                        null));
    }

    private static String against(String expression, Candidate candidate) {
        return condition(expression)
                .against(
                        new Condition.Facts(
                                candidate,
                                new DecisionRequest(
                                        endorsement.image(),
                                        UseClass.PAYLOAD,
                                        Action.INSTANTIATE,
                                        "CN=Olga",
                                        "wn1"),
                                NOW));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "true",
                "image.owner == 'vo:biomed'",
                "image.packages < 100000 && image.waivers == 0",
                "image.complete && image.blocking.all(rule, rule != 'ssh.host-key')",
                "now - endorsement.at < duration('72h')",
                "image.made < now",
                "image.patched == timestamp('1970-01-01T00:00:00Z')",
                "image.system.matches('^[A-Z].*')",
                "request.operator.startsWith('CN=') && request.host in ['wn1', 'wn2']",
                "request.consumer == '' && request.contextualisation == ''",
                "endorsement.catalogue == 'catalogue.example/cel'",
                "size(image.locations) >= 0 &&\nimage.fileBytes > 0"
            })
    void whatHoldsStandsAgainstNothing(String expression) {
        assertThat(against(expression)).isNull();
    }

    @Test
    void whatDoesNotHoldIsToldWithTheExpression() {
        assertThat(against("image.owner ==\n'vo:atlas'"))
                .isEqualTo("it is false: image.owner == 'vo:atlas'");
    }

    @Test
    void whatCannotBeEvaluatedDoesNotHold() {
        assertThat(against("image.packages / (image.waivers - image.waivers) > 0"))
                .startsWith("it cannot be evaluated: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "image.owner == 'vo:biomed' && endorsement.catalogue == 'list:biomed'",
                "image.system == 'Debian' && image.architecture == 'x86_64'",
                "image.fileBytes == 1000 && image.format == 'qcow2' && image.tag == ''",
                "image.locations == ['https://images.example/debian.qcow2']",
                "now - endorsement.at < duration('72h') && endorsement.by.startsWith('CN=')"
            })
    void whatAListSaysIsAskedForAsOfAnEndorsement(String expression) {
        assertThat(against(expression, listed())).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "image.packages < 100000",
                "!(image.packages > 100000)",
                "image.waivers == 0",
                "image.complete || !image.complete",
                "image.blocking.all(rule, false)",
                "image.made < now",
                "image.patched == timestamp('1970-01-01T00:00:00Z')",
                "image.kind != 'combined'",
                "image.diskBytes > 0 && image.tool != 'x' && image.profile != 'x'",
                "image.builder == '' && endorsement.team == '' && size(image.contributors) == 0"
            })
    void whatAListCannotSayMeetsNoConditionWhicheverWayItAsks(String expression) {
        assertThat(against(expression)).as("of an endorsed image").isNull();
        assertThat(against(expression, listed()))
                .isEqualTo("it asks for what is not known here: " + expression);
    }

    @Test
    void noConditionRunsForLong() {
        var tens = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]";
        var slow = "%s.all(a, %1$s.all(b, %1$s.all(c, %1$s.all(d, a + b + c + d >= 0))))";

        assertThat(against(slow.formatted(tens))).startsWith("it cannot be evaluated: ");
        assertThatThrownBy(() -> condition("1 == 1 && ".repeat(500) + "true"))
                .isInstanceOf(BadConfiguration.class);
        assertThatThrownBy(() -> condition("(".repeat(100) + "true" + ")".repeat(100)))
                .isInstanceOf(BadConfiguration.class);
    }

    @Test
    void whatLooksAtTheRequestIsKnown() {
        assertThat(condition("image.packages > 1").looksAtRequest()).isFalse();
        assertThat(condition("image.packages > 1 || request.host == ''").looksAtRequest()).isTrue();
    }

    @Test
    void eachMistakeIsToldWithItsPlace() {
        assertThatThrownBy(
                        () ->
                                CelConditions.read(
                                        YamlMember.parse(
                                                "site.yaml",
                                                """
                                                number: image.packages
                                                name: image.pakages < 5
                                                type: image.packages < 'five'
                                                syntax: image.packages <
                                                Wrong: "true"
                                                """)))
                .isInstanceOfSatisfying(
                        BadConfiguration.class,
                        e -> {
                            assertThat(e.faults()).hasSize(5);
                            assertThat(e.faults())
                                    .allSatisfy(f -> assertThat(f.hint()).isNotEmpty());
                            assertThat(e.getMessage())
                                    .contains("site.yaml:1: \"number\" is no condition: line 1")
                                    .contains("site.yaml:2: \"name\" is no condition: line 1")
                                    .contains("undeclared reference to 'image'")
                                    .contains("site.yaml:5: \"Wrong\" is not a name");
                        });
    }
}
