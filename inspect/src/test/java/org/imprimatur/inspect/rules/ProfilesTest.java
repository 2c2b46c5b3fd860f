package org.imprimatur.inspect.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.imprimatur.disk.Unread;
import org.imprimatur.inspect.facts.Facts;
import org.imprimatur.inspect.facts.Found;
import org.imprimatur.inspect.facts.ImageShape;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class ProfilesTest {

    @SuppressWarnings("unused") // by name, below
    private static final List<String> SHIPPED = Profiles.SHIPPED;

    private static final String HEAD = "name: site\nversion: 1\ntitle: A site\nextends: egi/1\n";

    @TempDir private Path home;

    private static Path directory() {
        try {
            return Path.of(
                    Objects.requireNonNull(ProfilesTest.class.getResource("profiles/bad")).toURI());
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Profile shipped(String name) {
        return Profiles.shipped(name).orElseThrow();
    }

    private Profile read(String text) throws IOException {
        return Profiles.read(Files.writeString(home.resolve("site.yaml"), text));
    }

    /** Each file says in its last line which fault is to be told. */
    @TestFactory
    Stream<DynamicTest> aBadProfileIsRefusedWithTheLineAndTheReason() throws IOException {
        try (var files = Files.list(directory())) {
            return files
                    .filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList()
                    .stream()
                    .map(
                            file ->
                                    DynamicTest.dynamicTest(
                                            file.getFileName().toString(), () -> refused(file)));
        }
    }

    private static void refused(Path file) throws IOException {
        var last = Files.readAllLines(file).getLast();
        var expected = last.substring("# fault ".length());

        var refusal = catchThrowableOfType(InvalidProfile.class, () -> Profiles.read(file));

        assertThat(refusal.faults())
                .anySatisfy(
                        fault ->
                                assertThat(fault.line() + ": " + fault.explanation())
                                        .startsWith(expected));
    }

    @Test
    void allFaultsAreToldAtOnceInTheOrderOfTheLines() {
        var file = directory().resolve("several-faults.yaml");

        var refusal = catchThrowableOfType(InvalidProfile.class, () -> Profiles.read(file));

        assertThat(refusal.faults()).extracting(ProfileFault::line).containsExactly(2, 5, 6);
        assertThat(refusal)
                .hasMessageContaining("several-faults.yaml:2: ")
                .hasMessageContaining("2 more");
    }

    @ParameterizedTest
    @FieldSource("SHIPPED")
    void aShippedProfileIsWholeAndReadAsAnyReaderOfYamlReadsIt(String name) {
        ProfileFuzz.compare(Profiles.text(name));

        assertThat(Profiles.text(name)).startsWith("# ");
        assertThat(shipped(name).name()).isEqualTo(name);
        assertThat(shipped(shipped(name).id())).isEqualTo(shipped(name));
        assertThat(Profiles.shipped(name + "/0")).isEmpty();
        assertThat(shipped(name).severities())
                .containsEntry(RuleCatalogue.INCOMPLETE, Severity.BLOCK);
    }

    @Test
    void theDefaultProfileIsReadOnce() {
        assertThat(shipped("egi")).isSameAs(Profile.EGI_1);
        assertThat(shipped("egi/1")).isSameAs(Profile.EGI_1);
    }

    @Test
    void whatIsReadWithoutFaultIsReadAsAnyReaderOfYamlReadsIt() throws IOException {
        var seeds = new TreeMap<String, String>();
        for (var name :
                List.of("../site.yaml", "../project.yaml", "a-name-twice.yaml", "an-alias.yaml")) {
            seeds.put(name, Files.readString(directory().resolve(name)));
        }
        var random = new Random(20261121);
        var marks = "abc:-#'\"[]{},&*!|>%@` \n\\?~=.0\u00a0\u3000";
        for (var seed : seeds.values()) {
            for (int round = 0; round < 1500; round++) {
                var text = new StringBuilder(seed);
                for (int change = 0; change < 3; change++) {
                    int at = random.nextInt(text.length());
                    var mark = String.valueOf(marks.charAt(random.nextInt(marks.length())));
                    text.replace(at, at + random.nextInt(2), mark);
                }
                ProfileFuzz.fuzzerTestOneInput(text.toString().getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void theDefaultNamesEveryRuleAndEveryParameter() {
        assertThat(Profile.EGI_1.severities().keySet())
                .isEqualTo(new TreeSet<>(RuleCatalogue.rules().stream().map(Rule::id).toList()));
        assertThat(Profile.EGI_1.parameters().values().keySet())
                .containsExactlyInAnyOrder(Parameter.values());
        for (var each : Parameter.values()) {
            assertThat(Profile.EGI_1.parameters().of(each))
                    .as(each.label())
                    .isEqualTo(each.initial());
            assertThat(RuleCatalogue.rule(each.rule())).as(each.rule()).isPresent();
        }
    }

    @Test
    void jspg2010AsksForTheDutiesOfThatTextAndForNothingElse() {
        var duties =
                RuleCatalogue.rules().stream()
                        .filter(
                                rule ->
                                        rule.clauses().stream()
                                                .anyMatch(id -> id.startsWith("TVM-")))
                        .map(Rule::id)
                        .toList();

        assertThat(shipped("jspg-2010").severities().keySet())
                .containsExactlyInAnyOrderElementsOf(duties);
        assertThat(shipped("jspg-2010").parameters().licences())
                .as("both say the same of licences")
                .isEqualTo(Profile.EGI_1.parameters().licences());
    }

    @Test
    void strictIsNowhereMilderThanTheDefault() {
        var strict = shipped("strict");

        assertThat(strict.severities().keySet()).isEqualTo(Profile.EGI_1.severities().keySet());
        Profile.EGI_1
                .severities()
                .forEach(
                        (id, severity) ->
                                assertThat(strict.severities().get(id).atLeast(severity))
                                        .as(id)
                                        .isTrue());
        assertThat(strict.waivers().longest()).isLessThan(Profile.EGI_1.waivers().longest());
    }

    @Test
    void aSitesOwnWorkerNodesMayHaveItsKeysAndMustKeepLogs() {
        var worker = shipped("site-worker").severities();

        assertThat(worker)
                .containsEntry("ssh.authorized-keys", Severity.WARN)
                .containsEntry("workload.agent", Severity.INFO)
                .containsEntry("logging.none", Severity.BLOCK)
                .containsEntry("logging.time", Severity.BLOCK)
                .containsEntry("ssh.host-key", Severity.BLOCK);
    }

    /** A practice is a file with a version: it is read, extended, and named in what it decides. */
    @Test
    @Clause("TVM-4.6")
    void aProfileOfOnesOwnExtendsAnotherAndChangesWhatIsJudged() throws IOException {
        var project = Profiles.read(directory().resolve("../project.yaml"));

        assertThat(project.id()).isEqualTo("project/1");
        assertThat(project.severities())
                .containsEntry("sudo.user", Severity.INFO)
                .containsEntry("leftover.log", Severity.WARN)
                .containsEntry("logging.none", Severity.BLOCK)
                .containsEntry("account.root-password", Severity.BLOCK);
        assertThat(project.parameters().of(Parameter.MAX_DISK)).isEqualTo(20L << 30);
        assertThat(project.waivers())
                .isEqualTo(
                        new WaiverRules(
                                java.util.Set.of("ssh.host-key", "sudo.nopasswd", "key.private"),
                                Duration.ofDays(30),
                                15));
        var site = Profiles.read(directory().resolve("../site.yaml"));
        assertThat(site.id()).isEqualTo("site-a/2.1");
        assertThat(site.title()).isEqualTo("Site \"A\": images of ours");
        assertThat(site.severities()).doesNotContainKey("sudo.user");
    }

    @Test
    @Clause("TVM-4.6")
    void theRulesCompareWithTheParametersOfTheProfile() throws IOException {
        var found = new Found();
        found.image(
                new ImageShape(
                        Instant.parse("2026-11-21T00:00:00Z"),
                        "a.raw",
                        "raw",
                        1,
                        30L << 30,
                        0,
                        0,
                        false,
                        List.of(),
                        0));
        var facts = Facts.ofNoSystem(found);
        var small =
                read(HEAD + "rules:\n  disk.large: block\nparameters:\n  max-disk-size: 20 GiB\n");

        assertThat(RuleCatalogue.judge(Profile.EGI_1, facts, List.of())).isEmpty();
        assertThat(RuleCatalogue.judge(small, facts, List.of()))
                .singleElement()
                .satisfies(
                        finding -> {
                            assertThat(finding.rule().id()).isEqualTo("disk.large");
                            assertThat(finding.severity()).isEqualTo(Severity.BLOCK);
                        });
        var off = read(HEAD + "rules:\n  disk.large: off\nparameters:\n  max-disk-size: 20 GiB\n");
        assertThat(RuleCatalogue.judge(off, facts, List.of())).isEmpty();
    }

    @Test
    @Clause("TVM-4.6")
    void aProfileThatNamesNoRulesStillBlocksWhatWasNotRead() throws IOException {
        var bare = read("name: bare\nversion: 1\ntitle: Nothing\n");

        assertThat(bare.severities()).isEqualTo(Map.of(RuleCatalogue.INCOMPLETE, Severity.BLOCK));
        assertThat(RuleCatalogue.incomplete(bare, List.of(new Unread("p1", "damaged"))))
                .extracting(Finding::severity)
                .containsExactly(Severity.BLOCK);
    }

    @Test
    @Clause("TVM-4.6")
    void theDigestTellsEveryChangeOfWhatIsDecidedAndNothingElse() throws IOException {
        var digests = new TreeSet<String>();
        var changes =
                List.of(
                        "",
                        "rules:\n  sudo.user: block\n",
                        "rules:\n  sudo.user: off\n",
                        "parameters:\n  max-disk-size: 101 GiB\n",
                        "licences:\n  deny: [MIT]\n",
                        "licences:\n  declare: [MIT]\n",
                        "waivers:\n  never: [sudo.user]\n",
                        "waivers:\n  longest: 10 days\n",
                        "waivers:\n  shortest-reason: 5\n");
        for (var change : changes) {
            digests.add(read(HEAD + change).digest());
        }
        assertThat(digests).hasSize(changes.size()).doesNotContain(Profile.EGI_1.digest());

        var plain = read(HEAD).digest();
        assertThat(read("# why\n" + HEAD + "rules:\n  sudo.user: warn # as it is\n").digest())
                .isEqualTo(plain);
        assertThat(read(HEAD.replace("version: 1", "version: 2")).digest()).isNotEqualTo(plain);
    }

    @Test
    void whatAnotherFileDecidesIsPartOfTheDigest() throws IOException {
        var base = home.resolve("base.yaml");
        var mine = "name: mine\nversion: 1\ntitle: Mine\nextends: base.yaml\n";
        Files.writeString(base, HEAD);
        var before = read(mine).digest();
        Files.writeString(base, HEAD + "rules:\n  sudo.user: off\n");

        assertThat(read(mine).digest()).isNotEqualTo(before);
    }

    @Test
    void aLongChainIsRefused() throws IOException {
        Files.writeString(home.resolve("p0.yaml"), HEAD);
        for (int i = 1; i <= ProfileReader.MAX_EXTENDS + 1; i++) {
            Files.writeString(
                    home.resolve("p%d.yaml".formatted(i)),
                    "name: p%d\nversion: 1\ntitle: P\nextends: p%d.yaml\n".formatted(i, i - 1));
        }

        assertThat(Profiles.read(home.resolve("p7.yaml")).name()).isEqualTo("p7");
        assertThatThrownBy(() -> Profiles.read(home.resolve("p9.yaml")))
                .isInstanceOfSatisfying(
                        InvalidProfile.class,
                        bad ->
                                assertThat(bad.faults().toString())
                                        .contains("more than 8 profiles extend each other"));
    }

    @Test
    void aProfileIsBoundedInSizeAndFaults() {
        assertThatThrownBy(() -> read(HEAD + "#".repeat(300_000)))
                .isInstanceOf(InvalidProfile.class)
                .hasMessageContaining("more than 262144 bytes");
        assertThatThrownBy(() -> read(HEAD + "#" + "x".repeat(5000)))
                .hasMessageContaining(":5: a line of more than 4096 characters");
        assertThatThrownBy(() -> read(HEAD + "x\n".repeat(10_000)))
                .isInstanceOfSatisfying(
                        InvalidProfile.class,
                        bad -> assertThat(bad.faults()).hasSize(StrictYaml.MAX_FAULTS + 1));
        assertThatThrownBy(
                        () ->
                                Profiles.read(
                                        Files.write(
                                                home.resolve("x.yaml"), new byte[] {(byte) 0xff})))
                .hasMessageContaining("is not UTF-8 text");
    }

    @Test
    void waiversAreHeldAgainstTheProfile() {
        var rules = new WaiverRules(java.util.Set.of("ssh.host-key"), Duration.ofDays(30), 10);

        assertThat(rules.refusal("sudo.user", "because of it", Duration.ofDays(30))).isEmpty();
        assertThat(rules.refusal("ssh.host-key", "because of it", Duration.ofDays(1)))
                .contains("nobody may waive ssh.host-key");
        assertThat(rules.refusal("sudo.user", "because  ", Duration.ofDays(1)))
                .hasValueSatisfying(text -> assertThat(text).contains("at least 10 characters"));
        assertThat(rules.refusal("sudo.user", "because of it", Duration.ofDays(31)))
                .contains("a waiver is for at most 30 days");
    }
}
