package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContextCommandTest {

    @TempDir private Path directory;

    @Test
    void aContextualisationWithinTheClausePassesAndIsStatusZero() throws IOException {
        script(
                "epilog.sh",
                "#!/bin/sh\ncp /mnt/site.conf /etc/rsyslog.d/\nsystemctl restart rsyslog\n");

        var ran = Ran.of("context", "check", directory.toString());

        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.lastLine()).isEqualTo("PASS (COMPLETE)");
        assertThat(ran.out()).contains("epilog.sh").doesNotContain("sha256:");
    }

    @Test
    @Clause("WLCG-6")
    void whatGoesBeyondItIsToldWithItsLineAndRemedyAndIsStatusOne() throws IOException {
        script("prolog.sh", "set -e\napt-get -y install nrpe\ncurl https://site.example/\n");

        var ran = Ran.of("context", "check", directory.toString());
        var json = Ran.of("context", "check", directory.toString(), "-o", "json").json();

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.lastLine()).isEqualTo("FAIL (COMPLETE): 1 blocking finding");
        assertThat(ran.out())
                .contains("BLOCK (1)", "WARN (1)", "prolog.sh:2: runs apt-get install", "WLCG-6")
                .contains(
                        "-> Refuse the image", "prolog.sh:3: runs curl", "-> Do it in epilog.sh.");
        assertThat(json.path("verdict").asText()).isEqualTo("FAIL");
        assertThat(json.path("completeness").asText()).isEqualTo("COMPLETE");
        assertThat(json.path("scripts").get(0).asText()).isEqualTo("prolog.sh");
        var finding = json.path("findings").get(0);
        assertThat(finding.path("rule").asText()).isEqualTo("context.packages");
        assertThat(finding.path("severity").asText()).isEqualTo("block");
        assertThat(finding.path("line").asInt()).isEqualTo(2);
        assertThat(finding.path("clauses").get(0).asText()).isEqualTo("WLCG-6");
        assertThat(finding.path("remedy").asText()).isNotEmpty();
    }

    @Test
    void theThresholdDecidesTheStatus() throws IOException {
        script("prolog.sh", "ping -c 1 gateway\n");

        assertThat(Ran.of("context", "check", directory.toString()).status()).isZero();
        assertThat(Ran.of("context", "check", directory.toString(), "--fail-on", "warn").status())
                .isEqualTo(1);
    }

    @Test
    void whatCannotBeUnderstoodIsIncompleteAndIsStatusOne() throws IOException {
        script("epilog.sh", "eval \"$SITE\"\n");

        var ran = Ran.of("context", "check", directory.toString());

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.lastLine()).isEqualTo("FAIL (INCOMPLETE): 1 blocking finding");
    }

    @Test
    void anImageIsReadInTheProcessAndItsDigestToldAsDecisionsNameIt() throws IOException {
        var image = Ran.unpacked("iso-plain.raw.gz", directory);

        var ran = Ran.of("context", "check", image.toString());

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out())
                .containsPattern("contextualisation  sha256:[0-9a-f]{64}\n")
                .contains("[context.missing; WLCG-6]");
    }

    @Test
    @Clause("WLCG-6")
    void anImageIsMadeOfWhatIsWithinTheClauseAndOfNothingElse() throws IOException {
        var tree = Files.createDirectory(directory.resolve("tree"));
        var image = directory.resolve("worker.iso");
        Files.writeString(tree.resolve("prolog.sh"), ". \"$(dirname \"$0\")/lib.sh\"\n");
        Files.writeString(tree.resolve("lib.sh"), "hostname -F /etc/hostname\n");

        var built = Ran.of("context", "build", tree.toString(), "--out", image.toString());
        var checked = Ran.of("context", "check", image.toString());

        assertThat(built.status()).as(built.err()).isZero();
        assertThat(checked.out()).isEqualTo(built.out()).contains("lib.sh, prolog.sh");
        assertThat(checked.out())
                .contains("sha256:" + Digests.of(image, List.of("SHA-256")).value("SHA-256"));
        var again = Ran.of("context", "build", tree.toString(), "--out", image.toString());
        assertThat(again.status()).isEqualTo(2);
        assertThat(again.err()).contains("is there already");

        Files.writeString(tree.resolve("lib.sh"), "\nyum -y update kernel\n");
        var other = directory.resolve("other.iso");
        var refused = Ran.of("context", "build", tree.toString(), "--out", other.toString());
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.out()).contains("lib.sh:2: runs yum update").doesNotContain("sha256:");
        assertThat(other).doesNotExist();
        try (var left = Files.list(directory)) {
            assertThat(left).containsExactlyInAnyOrder(tree, image);
        }
    }

    @Test
    void whatIsNoMediumIsStatusThreeWithOneLine() throws IOException {
        var text = Files.writeString(directory.resolve("x.iso"), "no image");

        for (var path : new Path[] {text, directory.resolve("none.iso"), Path.of("/dev/null")}) {
            var ran = Ran.of("context", "check", path.toString());
            assertThat(ran.status()).as(ran.out() + ran.err()).isEqualTo(3);
            assertThat(ran.errLines()).hasSize(1);
        }
        assertThat(Ran.of("context").status()).isEqualTo(2);
        assertThat(Ran.of("context", "check").status()).isEqualTo(2);
    }

    @Test
    void theRulesAreListedAndShown() {
        assertThat(Ran.of("context", "rules").out())
                .contains("block  context.packages", "warn   context.network", "WLCG-6");
        assertThat(Ran.of("context", "rules", "-o", "json").json().path("rules").size())
                .isGreaterThan(10);
        assertThat(Ran.of("rules", "show", "context.packages").out())
                .contains("WLCG-6", "apt-get install", "Severity: block");
        assertThat(
                        Ran.of("rules", "show", "context.packages", "-o", "json")
                                .json()
                                .path("bad")
                                .asText())
                .contains("apt-get");
    }

    private void script(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }
}
