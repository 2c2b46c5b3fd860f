package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command that judges images, on the repository's fixture images. */
class InspectCommandTest {

    private static final String CLEAN = Ran.fixture("mini-clean.v3-zlib.qcow2").toString();
    private static final String FAULTY = Ran.fixture("mini-faulty.v3-zlib.qcow2").toString();
    private static final String MOMENT = "2026-11-21T12:00:00Z";

    @Test
    void theVerdictOnACleanImageIsTheLastLineAndStatusZero() {
        var ran = Ran.of("inspect", CLEAN);

        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.lastLine()).isEqualTo("PASS (COMPLETE)");
        assertThat(ran.err()).isEmpty();
    }

    @Test
    @Clause({"END-4.2.d", "END-4.2.d2", "EGI-5.2.e"})
    void anImageWithCredentialsAndAccountsIsStatusOne() {
        var ran = Ran.of("inspect", FAULTY);

        assertThat(ran.status()).as(ran.err()).isEqualTo(1);
        assertThat(ran.lastLine()).matches("FAIL \\(COMPLETE\\): \\d+ blocking findings");
        assertThat(ran.out())
                .contains("/home/builder/.ssh/id_ed25519")
                .contains("/etc/ssh/ssh_host_ed25519_key")
                .contains("/etc/shadow")
                .contains("END-4.2.d2");
    }

    @Test
    void theThresholdDecidesTheStatusAndNotTheVerdict() {
        var clean = Ran.of("inspect", CLEAN, "--output", "json").json();
        boolean warns = has(clean, "warn");
        boolean informs = has(clean, "info");

        assertThat(Ran.of("inspect", CLEAN, "--fail-on", "warn").status()).isEqualTo(warns ? 1 : 0);
        assertThat(Ran.of("inspect", CLEAN, "--fail-on", "INFO").status())
                .isEqualTo(warns || informs ? 1 : 0);
        assertThat(Ran.of("inspect", FAULTY, "--fail-on", "warn").status()).isEqualTo(1);
        assertThat(Ran.of("inspect", CLEAN, "--quick", "--fail-on", "info").status()).isEqualTo(1);
    }

    private static boolean has(JsonNode report, String severity) {
        for (var finding : report.path("findings")) {
            if (finding.path("severity").asText().equals(severity)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void theJsonFormIsOneDocumentWithTheMembersThatProgramsRelyOn() {
        var ran = Ran.of("inspect", FAULTY, "--output", "json");
        var report = ran.json();

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).isEmpty();
        assertThat(report.path("verdict").asText()).isEqualTo("FAIL");
        assertThat(report.path("completeness").asText()).isEqualTo("COMPLETE");
        assertThat(report.path("os").path("id").asText()).isEqualTo("debian");
        assertThat(report.path("packages").isInt()).isTrue();
        assertThat(report.path("packages").asInt()).isGreaterThan(30);
        assertThat(report.path("digests").path("sha512").asText()).matches("[0-9a-f]{128}");
        assertThat(report.path("digests").path("contentRoot").asText()).matches("[0-9a-f]{64}");
        assertThat(report.path("unread").isArray()).isTrue();
        assertThat(report.path("unread").isEmpty()).isTrue();
        assertThat(report.path("findings").size()).isGreaterThan(5);
        for (var finding : report.path("findings")) {
            assertThat(finding.path("rule").asText()).matches("[a-z0-9.-]{1,64}");
            assertThat(finding.path("severity").asText()).isIn("block", "warn", "info");
            assertThat(finding.path("clauses").isArray()).isTrue();
            assertThat(finding.path("path").isTextual()).isTrue();
        }
    }

    @Test
    void aComparisonFailsForWhatIsWorseInTheNewerImageAlone() {
        var beyond = Ran.of("inspect", "--diff", CLEAN, FAULTY, "--vo-configuration");
        assertThat(beyond.status()).isEqualTo(1);
        assertThat(beyond.out()).contains("BEYOND A VO CONFIGURATION", "root   + builder");
        var within = Ran.of("inspect", "--diff", CLEAN, CLEAN, "--vo-configuration");
        assertThat(within.status()).isZero();
        assertThat(within.lastLine()).isEqualTo("WITHIN A VO CONFIGURATION");
        assertThat(
                        Ran.of(
                                        "inspect",
                                        "--diff",
                                        CLEAN,
                                        FAULTY,
                                        "--vo-configuration",
                                        "-o",
                                        "json")
                                .json()
                                .path("rootChanges")
                                .findValuesAsText("part"))
                .contains("root");
        assertThat(Ran.of("inspect", CLEAN, "--vo-configuration").status()).isEqualTo(2);

        var worse = Ran.of("inspect", "--diff", CLEAN, FAULTY);
        var better = Ran.of("inspect", "--diff", FAULTY, CLEAN);
        var same = Ran.of("inspect", "--diff", FAULTY, FAULTY);
        var json = Ran.of("inspect", "--diff", CLEAN, FAULTY, "-o", "json");

        assertThat(worse.status()).as(worse.err()).isEqualTo(1);
        assertThat(worse.out()).contains("findings: ", "+ builder", "files: ");
        assertThat(worse.lastLine()).isEqualTo("DIFFERENT (COMPLETE)");
        assertThat(better.status()).as(better.err()).isZero();
        assertThat(same.status()).isZero();
        assertThat(same.out()).isEqualTo("NO DIFFERENCE (COMPLETE)\n");
        assertThat(json.json().path("newFindings").size()).isGreaterThan(5);
        assertThat(Ran.of("inspect", "--diff", CLEAN, CLEAN, "--quick").status()).isEqualTo(1);
        assertThat(Ran.of("inspect", "--all", CLEAN).status()).isEqualTo(ExitCode.USAGE.status());
        assertThat(Ran.of("inspect", "--diff", CLEAN, FAULTY, "--report", "a.json").status())
                .isEqualTo(ExitCode.USAGE.status());
    }

    @Test
    void theSameImageAtTheSameMomentGivesTheSameBytes() {
        var first = Ran.of("inspect", FAULTY, "--at", MOMENT, "--output", "json");
        var second = Ran.of("inspect", FAULTY, "--at", MOMENT, "-o", "JSON");

        assertThat(first.out()).isEqualTo(second.out()).contains("\"at\" : \"" + MOMENT + "\"");
        assertThat(Ran.of("inspect", FAULTY, "--at", MOMENT).out())
                .isEqualTo(Ran.of("inspect", FAULTY, "--at", MOMENT).out());
    }

    @Test
    void reportAndPackageListAreWrittenWhereAsked(@TempDir Path directory) throws IOException {
        var report = directory.resolve("report.json");
        var sbom = directory.resolve("sbom.json");

        var ran =
                Ran.of(
                        "inspect",
                        CLEAN,
                        "--at",
                        MOMENT,
                        "--output",
                        "json",
                        "--report",
                        report.toString(),
                        "--sbom",
                        sbom.toString());

        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(Files.readString(report)).isEqualTo(ran.out());
        assertThat(Files.readString(sbom))
                .contains("CycloneDX", "\"1.6\"", "pkg:deb/debian/")
                .contains(ran.json().path("digests").path("sha512").asText());
    }

    @Test
    void theBillOfMaterialsIsInTheFormThatItsNameOrTheOptionAsksFor(@TempDir Path directory)
            throws IOException {
        var spdx = directory.resolve("image.spdx.json");
        var asked = directory.resolve("asked.json");
        var unowned = directory.resolve("unowned.tsv");

        Ran.of(
                "inspect",
                CLEAN,
                "--at",
                MOMENT,
                "--sbom",
                spdx.toString(),
                "--unowned",
                unowned.toString());
        Ran.of(
                "inspect",
                CLEAN,
                "--at",
                MOMENT,
                "--sbom",
                asked.toString(),
                "--sbom-format",
                "spdx");

        assertThat(Files.readString(spdx)).contains("SPDX-2.3", "pkg:deb/debian/");
        assertThat(Files.readString(asked)).isEqualTo(Files.readString(spdx));
        assertThat(Files.readString(unowned)).contains("\t/etc/passwd\n");
    }

    @Test
    void aQuickInspectionIsNeverComplete() {
        var ran = Ran.of("inspect", CLEAN, "--quick", "--output", "json");

        assertThat(ran.json().path("completeness").asText()).isEqualTo("INCOMPLETE");
        assertThat(ran.json().path("unread").isEmpty()).isFalse();
        assertThat(ran.status()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "qcow2-backing-file",
                "qcow2-external-data-file",
                "qcow2-encrypted",
                "qcow2-unknown-feature",
                "qcow2-cluster-bits",
                "qcow2-huge-disk",
                "qcow2-huge-l1",
                "qcow2-l1-outside-file",
                "qcow2-l1-loop",
                "qcow2-l2-loop",
                "qcow2-data-outside-file",
                "qcow2-deflate-garbage",
                "qcow2-truncated"
            })
    void aCorruptOrUnsupportedImageIsStatusThreeWithOneLine(String name) {
        refused(Ran.fixture("bad/" + name + ".qcow2"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt-crc-wrong",
                "gpt-entries-huge",
                "gpt-partition-outside-disk",
                "mbr-extended-loop",
                "ext4-impossible-block-size",
                "ext4-impossible-inode-count",
                "ext4-inodes-per-group-zero",
                "ext4-truncated",
                "ext4-unknown-incompat"
            })
    void aCorruptDiskIsStatusThreeWithOneLine(String name, @TempDir Path directory)
            throws IOException {
        refused(Ran.unpacked("bad/" + name + ".raw.gz", directory));
    }

    private static void refused(Path image) {
        for (var form : new String[] {"text", "json"}) {
            var ran = Ran.of("inspect", image.toString(), "--output", form);

            assertThat(ran.status()).as(ran.out() + ran.err()).isEqualTo(3);
            assertThat(ran.out()).isEmpty();
            assertThat(ran.errLines()).hasSize(1);
            assertThat(ran.err())
                    .startsWith("imprimatur: " + image + ": ")
                    .doesNotContain("Exception", "\tat ", "root:x:0");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ext4-encrypted-feature",
                "ext4-extent-loop",
                "ext4-extent-depth-too-deep",
                "ext4-directory-rec-len-zero",
                "ext4-directory-loop",
                "ext4-file-larger-than-disk"
            })
    void whatCannotBeReadMakesTheAnswerIncompleteAndStatusOne(String name, @TempDir Path directory)
            throws IOException {
        var image = Ran.unpacked("bad/" + name + ".raw.gz", directory).toString();

        var text = Ran.of("inspect", image);
        var json = Ran.of("inspect", image, "--output", "json");

        assertThat(text.status()).as(text.out() + text.err()).isEqualTo(1);
        assertThat(text.lastLine()).startsWith("FAIL (INCOMPLETE)");
        assertThat(json.status()).isEqualTo(1);
        assertThat(json.json().path("completeness").asText()).isEqualTo("INCOMPLETE");
        assertThat(json.json().path("unread").isEmpty()).isFalse();
    }

    @Test
    void whatIsNoImageAtAllIsStatusThree(@TempDir Path directory) throws IOException {
        var empty = Files.createFile(directory.resolve("empty.raw"));

        for (var image : new Path[] {directory.resolve("none.qcow2"), directory, empty}) {
            var ran = Ran.of("inspect", image.toString());

            assertThat(ran.status()).as(ran.out() + ran.err()).isEqualTo(3);
            assertThat(ran.out()).isEmpty();
            assertThat(ran.errLines()).hasSize(1);
            assertThat(ran.err()).contains(image.toString()).doesNotContain("Exception", "null");
        }
    }

    @Test
    void aReportThatCannotBeWrittenIsStatusThree(@TempDir Path directory) {
        var report = directory.resolve("no/such/dir/report.json").toString();

        var ran = Ran.of("inspect", CLEAN, "--report", report);

        assertThat(ran.status()).isEqualTo(3);
        assertThat(ran.errLines()).hasSize(1);
        assertThat(ran.err()).doesNotContain("Exception", "null");
    }

    @Test
    void aReportInAFormThatThereIsNotIsAWrongUse(@TempDir Path directory) {
        var report = directory.resolve("report.doc").toString();

        var ran = Ran.of("inspect", CLEAN, "--report", report);

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("report.doc", ".json").doesNotContain("Exception", "null");
        assertThat(directory).isEmptyDirectory();
    }

    /** As a kernel does when it mounts the disk. */
    @Test
    void aJournalThatHasNotRunIsReplayed(@TempDir Path directory) throws IOException {
        var image = Ran.unpacked("bad/ext4-needs-recovery.raw.gz", directory).toString();

        var json = Ran.of("inspect", image, "--output", "json").json();

        assertThat(json.path("unread").toString()).doesNotContain("journal");
    }

    /** The secrets are looked for in the bytes of the disk, where they stand in the clear. */
    @Test
    void noFormOfTheAnswerHasASecretOfTheImage(@TempDir Path directory) throws IOException {
        var disk = Ran.unpacked("mini-faulty.ext4.raw.gz", directory);
        var secrets = secrets(Files.readString(disk, StandardCharsets.ISO_8859_1));
        assertThat(secrets).hasSizeGreaterThan(20);
        var report = directory.resolve("report.json");
        var sbom = directory.resolve("sbom.json");

        var text = Ran.of("inspect", disk.toString(), "--debug");
        var json =
                Ran.of(
                        "inspect",
                        disk.toString(),
                        "--output",
                        "json",
                        "--report",
                        report.toString(),
                        "--sbom",
                        sbom.toString());

        var said =
                text.out()
                        + text.err()
                        + json.out()
                        + json.err()
                        + Files.readString(report)
                        + Files.readString(sbom);
        for (var secret : secrets) {
            assertThat(said.contains(secret)).as("a secret of the image is shown").isFalse();
        }
    }

    private static Set<String> secrets(String disk) {
        var secrets = new LinkedHashSet<String>();
        var keys =
                Pattern.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----\n([A-Za-z0-9+/=\n]+)-----END")
                        .matcher(disk);
        while (keys.find()) {
            keys.group(1).lines().filter(line -> line.length() > 12).forEach(secrets::add);
        }
        var hashes = Pattern.compile("(?:root|builder):(\\$[^:\n]{20,200}):").matcher(disk);
        while (hashes.find()) {
            secrets.add(hashes.group(1));
            secrets.add(hashes.group(1).substring(hashes.group(1).lastIndexOf('$') + 1));
        }
        assertThat(secrets).anyMatch(secret -> secret.startsWith("$"));
        return secrets;
    }
}
