package org.imprimatur.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.cyclonedx.Version;
import org.cyclonedx.model.Component;
import org.cyclonedx.parsers.JsonParser;
import org.imprimatur.disk.Unread;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FilesInMemory;
import org.imprimatur.inspect.facts.Found;
import org.imprimatur.inspect.facts.SystemReader;
import org.imprimatur.inspect.packages.PackageUrls;
import org.imprimatur.inspect.rules.Profile;
import org.imprimatur.inspect.rules.RuleCatalogue;
import org.junit.jupiter.api.Test;

/** What is written about an inspection: report and bill of materials. */
class ReportsTest {

    private static final Instant AT = Instant.parse("2026-11-21T01:02:03Z");

    private static Report report(List<Unread> unread, Duration took) {
        var files =
                new FilesInMemory()
                        .with(
                                "/etc/os-release",
                                "ID=debian\nVERSION_ID=\"12\"\nNAME=\"Debian GNU/Linux\"\n")
                        .with("/etc/passwd", "root:x:0:0::/root:/bin/bash\n")
                        .with("/etc/shadow", "root:$6$salt$verysecrethash:1::::::\n")
                        .with(
                                "/var/lib/dpkg/status",
                                """
                                Package: g++-12
                                Status: install ok installed
                                Maintainer: Débian <a@example.org>
                                Architecture: amd64
                                Source: gcc-12 (12.2.0-14)
                                Version: 1:12.2.0~14+deb12u1

                                Package: dpkg
                                Status: install ok installed
                                Architecture: amd64
                                Version: 1.21.22
                                """);
        var system = new SystemReader(new ConfigReader(files));
        var facts = system.facts(new Found());
        return new Report(
                "imprimatur 0.1.0",
                "egi/1",
                Profile.EGI_1.digest(),
                AT,
                new Report.Image("qcow2", 1000, 2000),
                new Report.Digests("ab".repeat(64), "cd".repeat(32)),
                facts,
                RuleCatalogue.judge(Profile.EGI_1, facts, unread),
                unread,
                List.of(),
                Map.of(Stage.SCAN, took));
    }

    private static Report report() {
        return report(List.of(), Duration.ZERO);
    }

    @Test
    void theSameInspectionGivesTheSameBytesHoweverLongItTook() {
        assertThat(ReportJson.bytes(report(List.of(), Duration.ofSeconds(1))))
                .isEqualTo(ReportJson.bytes(report(List.of(), Duration.ofSeconds(9))));
        assertThat(Sbom.bytes(report(List.of(), Duration.ofSeconds(1))))
                .isEqualTo(Sbom.bytes(report(List.of(), Duration.ofSeconds(9))));
    }

    @Test
    void theReportHasTheMembersThatProgramsReadAndNoSecret() throws Exception {
        var bytes = ReportJson.bytes(report(List.of(new Unread("p2", "LUKS")), Duration.ZERO));
        var json = JsonMapper.builder().build().readTree(bytes);

        assertThat(json.path("verdict").asText()).isEqualTo("FAIL");
        assertThat(json.path("completeness").asText()).isEqualTo("INCOMPLETE");
        assertThat(json.path("os").path("id").asText()).isEqualTo("debian");
        assertThat(json.path("packages").asInt()).isEqualTo(2);
        assertThat(json.path("digests").path("sha512").asText()).hasSize(128);
        assertThat(json.path("unread").path(0).path("where").asText()).isEqualTo("p2");
        assertThat(json.path("findings"))
                .anySatisfy(
                        finding -> {
                            assertThat(finding.path("rule").asText())
                                    .isEqualTo("account.root-password");
                            assertThat(finding.path("severity").asText()).isEqualTo("block");
                            assertThat(finding.path("clauses").path(0).asText())
                                    .isEqualTo("END-4.2.d");
                            assertThat(finding.path("path").asText()).isEqualTo("/etc/shadow");
                            assertThat(finding.path("remedy").asText()).isNotEmpty();
                        })
                .anySatisfy(
                        finding ->
                                assertThat(finding.path("rule").asText())
                                        .isEqualTo("inspection.incomplete"));
        assertThat(new String(bytes, StandardCharsets.UTF_8)).doesNotContain("verysecrethash");
    }

    @Test
    void theTextEndsWithTheVerdict() {
        var text = ReportText.of(report(), false);

        assertThat(text).contains("root has a usable password").contains("END-4.2.d");
        assertThat(text.strip().lines().toList().getLast())
                .isEqualTo("FAIL (COMPLETE): 1 blocking finding");
        assertThat(text).doesNotContain("\u001b").doesNotContain("verysecrethash");
        assertThat(ReportText.of(report(), true)).contains("\u001b[");
    }

    @Test
    void theBillOfMaterialsIsValidCycloneDx() throws Exception {
        var bytes = Sbom.bytes(report());

        var faults = new JsonParser().validate(bytes, Version.VERSION_16);

        assertThat(faults).isEmpty();
        var bom = new JsonParser().parse(bytes);
        assertThat(bom.getSerialNumber())
                .matches(
                        "urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        assertThat(bom.getComponents())
                .extracting(Component::getName)
                .containsExactly("debian", "dpkg", "g++-12");
    }

    @Test
    void aPackageUrlNamesArchitectureDistributionAndSource() {
        var facts = report().facts();

        assertThat(facts.packages().stream().map(each -> PackageUrls.of(each, facts.os())))
                .containsExactly(
                        "pkg:deb/debian/dpkg@1.21.22?arch=amd64&distro=debian-12",
                        "pkg:deb/debian/g%2B%2B-12@1%3A12.2.0~14%2Bdeb12u1?arch=amd64&distro=debian-12&upstream=gcc-12%4012.2.0-14");
    }
}
