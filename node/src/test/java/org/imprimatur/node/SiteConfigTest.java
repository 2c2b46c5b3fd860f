package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.ConfigFault;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.node.instance.InstanceSettings;
import org.imprimatur.node.policy.SiteRules;
import org.imprimatur.register.Approving;
import org.imprimatur.register.Approving.Versions;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Condition;
import org.imprimatur.register.ContributorRule;
import org.imprimatur.register.Enforcement;
import org.imprimatur.register.Enforcement.Level;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Person;
import org.imprimatur.register.Reason;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.SitePolicy.AdvisoryLimit;
import org.imprimatur.register.SitePolicy.ClassPolicy;
import org.imprimatur.register.SitePolicy.Limits;
import org.imprimatur.register.SitePolicy.Worst;
import org.imprimatur.register.Urgency;
import org.imprimatur.register.UseClass;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiteConfigTest {

    @TempDir private Path directory;
    private Origin catalogue;
    private String good;

    @BeforeEach
    void make() {
        var trial = new Trial(directory, "catalogue.example/config");
        catalogue = trial.origin;
        var key = NoteSigner.generate(trial.origin.text(), new SecureRandom());
        var charter =
                new Charter(
                        trial.origin,
                        key.verifier().toString(),
                        trial.policy,
                        List.of(new Charter.Body(Trial.BIOMED, List.of(trial.appointer.person()))));
        good = new SiteTrial(trial, URI.create("http://127.0.0.1:1"), charter, "30s").siteYaml();
    }

    private SiteConfig read(String text, Origin own) {
        return SiteConfig.of(
                YamlMember.parse(directory.resolve("site.yaml").toString(), text),
                Optional.of(own));
    }

    private SiteConfig read(String text) {
        return read(text, SiteTrial.ORIGIN);
    }

    private void refused(String text, String... said) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(BadConfiguration.class)
                .hasMessageContainingAll(said);
    }

    @Test
    void aGoodFileIsRead() {
        var site = read(good);

        assertThat(site.policy().site()).isEqualTo(SiteTrial.ALPHA);
        assertThat(site.policy().staleness().usual()).isEqualTo(Duration.ofMinutes(15));
        assertThat(site.policy().classes()).hasSize(3);
        assertThat(site.policy().classes().get(UseClass.TRUSTED_PAYLOAD).approving())
                .isEqualTo(new Approving.None());
        assertThat(site.sources()).hasSize(1);
        assertThat(site.sources().getFirst().poll()).isEqualTo(Duration.ofSeconds(30));
        assertThat(site.store()).isEqualTo(directory.resolve("store"));
        assertThat(site.transfers().filesAllowed()).isFalse();
    }

    @Test
    void aLedgerMayHaveAStalenessOfItsOwn() {
        var origin = read(good).sources().getFirst().origin();
        var named = "max-staleness: {others: 20m, \"" + origin + "\": 2h}";

        var staleness = read(good.replace("max-staleness: 15m", named)).policy().staleness();

        assertThat(staleness.of(origin)).isEqualTo(Duration.ofHours(2));
        assertThat(staleness.of(new Origin("list:other"))).isEqualTo(Duration.ofMinutes(20));
        refused(
                good.replace("max-staleness: 15m", "max-staleness: {elsewhere.example: 2h}"),
                "\"max-staleness\" has \"elsewhere.example\", which is no ledger or list");
        refused(
                good.replace("max-staleness: 15m", named.replace("2h", "soon")),
                "is not a length of time");
    }

    @Test
    void theDigestOfThePolicyIsOfWhatItSaysNotOfHowItLooks() {
        var digest = read(good).policy().digest();

        assertThat(read(good + "# a remark\n").policy().digest()).isEqualTo(digest);
        assertThat(read(good.replace("store: store", "store: \"store\"")).policy().digest())
                .isEqualTo(digest);
        assertThat(read(good.replace("15m", "16m")).policy().digest()).isNotEqualTo(digest);
    }

    @Test
    void thePolicyIsReadAgainFromTheTextThatIsKept() {
        var site = read(good);

        assertThat(SiteRules.read(YamlMember.parse("kept", site.policyText())))
                .isEqualTo(site.policy());
    }

    @Test
    void nothingIsEndedUnlessTheSiteSaysWhenWhatAndHow() {
        assertThat(read(good).instances().termination()).isEmpty();
        var drivers = good + "drivers: [{name: cloud, kind: exec, program: [/bin/true]}]\n";
        var terminate = "instances: {terminate: {after: 10m, classes: [payload], driver: cloud}}\n";

        assertThat(read(drivers + terminate).instances().termination())
                .contains(
                        new InstanceSettings.Termination(
                                Duration.ofMinutes(10), Set.of(UseClass.PAYLOAD), "cloud"));
        refused(good + terminate, "\"instances.terminate.driver\"", "no such driver");
        refused(drivers + terminate.replace("[payload]", "[]"), "terminate.classes\"", "is empty");
        refused(drivers + terminate.replace("10m", "PT10M"), "\"instances.terminate.after\"");
        refused(drivers + "instances: {terminate: {}}\n", "\"after\"", "\"classes\"", "\"driver\"");
    }

    @Test
    void whatAClassAsksOfContributorsAndEndorsersIsRead() {
        var plain = read(good).policy().classes().get(UseClass.PAYLOAD);
        assertThat(plain.contributors()).isNull();
        assertThat(plain.endorsers()).isNull();

        var asking =
                read(good.replace(
                                "payload: {approval: required}",
                                "payload: {contributors: each, endorsers: {at-least: 2, of:"
                                        + " [\"vo:biomed\", \"site:alpha\"]}}"))
                        .policy()
                        .classes()
                        .get(UseClass.PAYLOAD);
        assertThat(asking.contributors()).isEqualTo(ContributorRule.EACH);
        assertThat(asking.endorsers())
                .isEqualTo(new SitePolicy.Endorsers(2, Set.of(Trial.BIOMED, SiteTrial.ALPHA)));

        var payload = "payload: {approval: required}";
        refused(good.replace(payload, "payload: {contributors: all}"), "\"classes.payload.contr");
        refused(
                good.replace(payload, "payload: {endorsers: {at-least: 1, of: [\"vo:a\"]}}"),
                "\"classes.payload.endorsers.at-least\"",
                "2 to 16");
        refused(
                good.replace(payload, "payload: {endorsers: {at-least: 2, of: []}}"),
                "\"classes.payload.endorsers.of\"",
                "is empty");
    }

    private ClassPolicy payload(String rules) {
        return read(good.replace("payload: {approval: required}", "payload: " + rules))
                .policy()
                .classes()
                .get(UseClass.PAYLOAD);
    }

    private AdvisoryLimit advisory(String limit) {
        return payload("{limits: {advisory: %s}}".formatted(limit)).limits().advisory();
    }

    @Test
    void howAClassApprovesAndWhatItLimitsIsRead() {
        var alice = "{subject: \"CN=Alice, O=Example\", issuer: \"CN=CA,O=Example\"}";
        var person = new Person("CN=Alice,O=Example", "CN=CA,O=Example");

        assertThat(payload("{}").approving()).isEqualTo(new Approving.Required(Versions.ASK));
        assertThat(payload("{approval: {mode: required, versions: same-endorser}}").approving())
                .isEqualTo(new Approving.Required(Versions.SAME_ENDORSER));
        assertThat(
                        payload(
                                        "{approval: {mode: automatic, endorsers: [%s], limits: {age: 30d}}}"
                                                .formatted(alice))
                                .approving())
                .isEqualTo(
                        new Approving.Automatic(
                                Set.of(person),
                                new Limits(null, Duration.ofDays(30), null, null),
                                List.of(),
                                Versions.ASK));
        assertThat(payload("{trusted-endorsers: [%s]}".formatted(alice)).named())
                .containsExactly(person);
        assertThat(
                        payload(
                                        "{limits: {worst-finding: warn, age: 90d, patched: 30d, advisory: 0d}}")
                                .limits())
                .isEqualTo(
                        new Limits(
                                Worst.WARN,
                                Duration.ofDays(90),
                                Duration.ofDays(30),
                                new AdvisoryLimit(Duration.ZERO, Urgency.HIGH)));
        assertThat(advisory("{after: 7d}"))
                .isEqualTo(new AdvisoryLimit(Duration.ofDays(7), Urgency.HIGH));
        assertThat(advisory("{after: 0d, urgency: low}"))
                .isEqualTo(new AdvisoryLimit(Duration.ZERO, Urgency.LOW));

        assertThat(payload("{conditions: {small: image.packages < 500}}").conditions())
                .extracting(Condition::name)
                .containsExactly("small");

        var payload = "payload: {approval: required}";
        refused(
                good.replace(payload, "payload: {conditions: {small: image.pakages < 500}}"),
                "\"classes.payload.conditions.small\" is no condition: line 1, column");
        refused(
                good.replace(
                        payload,
                        "payload: {approval: {mode: automatic, conditions: {wn: request.host == 'wn1'}}}"),
                "approval.conditions",
                "looks at the request");
        refused(good.replace(payload, "payload: {approval: {mode: perhaps}}"), "approval.mode");
        refused(
                good.replace(payload, "payload: {approval: {mode: required, limits: {}}}"),
                "approval.limits",
                "mode, versions");
        refused(good.replace(payload, "payload: {trusted-endorsers: []}"), "name at least one");
        refused(good.replace(payload, "payload: {limits: {age: 0d}}"), "limits.age");
        refused(
                good.replace(payload, "payload: {limits: {advisory: {urgency: grave, days: 7}}}"),
                "has no member \"after\"",
                "critical, high, moderate or low",
                "advisory.days\" is not known here");
        refused(good.replace(payload, "payload: {limits: {worst-finding: info}}"), "worst-finding");
    }

    @Test
    void aCheckThatIsNotEnforcedSaysWhy() {
        assertThat(read(good).policy().checks()).isEmpty();
        assertThat(
                        read(good
                                        + "checks: {image-too-old: {level: off, reason: none yet},"
                                        + " not-approved: {level: enforce}}\n")
                                .policy()
                                .checks())
                .containsEntry(Reason.Code.IMAGE_TOO_OLD, new Enforcement(Level.OFF, "none yet"))
                .containsEntry(Reason.Code.NOT_APPROVED, new Enforcement(Level.ENFORCE, ""));
        refused(good + "checks: {image-too-old: {level: audit}}\n", "has no member \"reason\"");
        refused(good + "checks: {colour: {level: audit, reason: x}}\n", "is not a check");
        refused(good + "checks: {image-too-old: {level: mild, reason: x}}\n", "enforce, audit");
        refused(
                good + "checks: {image-unknown: {level: off, reason: x}}\n",
                "\"checks.image-unknown.level\" is \"off\", which is too mild",
                "at most \"audit\"");
        refused(good + "checks: {image-blocked: {level: audit, reason: x}}\n", "always enforced");
    }

    @Test
    void eachErrorNamesLineMemberFaultAndRemedy() {
        refused(
                good.replace("max-staleness: 15m", "max-staleness: soon"),
                "site.yaml:4: \"max-staleness\" is not a length of time",
                "for example 15m");
        refused(good.replace("owner: \"site:alpha\"", "owner: \"vo:alpha\""), "is not a site");
        refused(good.replace(" payload: {approval", " cargo: {approval"), "\"classes.cargo\"");
        refused(good.replace("approval: none", "approval: maybe"), "\"none\", or a mapping");
        refused(
                good.replace(
                        "infrastructure: {trust: [\"vo:biomed\"]", "infrastructure: {trust: [x]"),
                "classes.infrastructure.trust[0]");
        refused(good.replace("http://127", "ftp://127"), "\"follow[0].url\"");
        refused(good.replace("charter: charter.json", "charter: none.json"), "cannot be read");
        refused(good.replace("charter: charter.json", "charter: policy.txt"), "follow[0].charter");
        refused(good.replace("[traceability]", "[\"No Such\"]"), "obligations[0]");
        refused(good.replace("stall-after: 1s", "stall-after: 0s"), "\"transfer.stall-after\"");
        assertThatThrownBy(() -> read(good, catalogue))
                .isInstanceOf(BadConfiguration.class)
                .hasMessageContaining("own ledger or is followed already");
    }

    @Test
    void everyErrorIsToldAtOnceInTheOrderOfTheLines() {
        var bad =
                good.replace("owner: \"site:alpha\"", "owner: alpha")
                        .replace("url: \"http", "url: \"ftp")
                        .replace("charter.json", "none.json")
                        .replace("poll: 30s", "pool: 30s")
                        .replace("15m", "soon")
                        .replace("stall-after: 1s", "stall-after: x, allow-file-locations: maybe")
                        .replace("approval: none", "approval: maybe")
                        .replace("[traceability]", "[a, A, B]")
                        .replace(" payload: {", " cargo: {");

        assertThatThrownBy(() -> read(bad + "colour: red\nsize: 3\n"))
                .isInstanceOfSatisfying(
                        BadConfiguration.class,
                        e -> {
                            assertThat(e.faults())
                                    .extracting(ConfigFault::member)
                                    .containsExactlyInAnyOrder(
                                            "owner",
                                            "follow[0].url",
                                            "follow[0].charter",
                                            "follow[0].pool",
                                            "max-staleness",
                                            "transfer.stall-after",
                                            "transfer.allow-file-locations",
                                            "classes.trusted-payload.approval",
                                            "classes.trusted-payload.obligations[1]",
                                            "classes.trusted-payload.obligations[2]",
                                            "classes.cargo",
                                            "colour",
                                            "size");
                            assertThat(e.faults()).extracting(ConfigFault::line).isSorted();
                            assertThat(e.faults())
                                    .allSatisfy(f -> assertThat(f.hint()).isNotEmpty());
                        });
    }
}
