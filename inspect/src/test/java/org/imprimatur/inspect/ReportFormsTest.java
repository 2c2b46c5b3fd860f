package org.imprimatur.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.imprimatur.disk.Note;
import org.imprimatur.disk.Unread;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FilesInMemory;
import org.imprimatur.inspect.facts.Found;
import org.imprimatur.inspect.facts.SystemReader;
import org.imprimatur.inspect.rules.Profile;
import org.imprimatur.inspect.rules.RuleCatalogue;
import org.imprimatur.inspect.rules.Severity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** A report in each of its forms, about an image whose texts try to break out of them. */
class ReportFormsTest {

    private static final String HOSTILE = "<script>alert('1')</script>&\"]]>\u0001";

    private static Report report() {
        var files =
                new FilesInMemory()
                        .with(
                                "/etc/os-release",
                                "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='%s'\n"
                                        .formatted(HOSTILE.replace("'", "")))
                        .with("/etc/passwd", "root:x:0:0::/root:/bin/bash\n")
                        .with("/etc/shadow", "root:$6$salt$verysecrethash:1::::::\n");
        var facts = new SystemReader(new ConfigReader(files)).facts(new Found());
        var unread = List.of(new Unread("p2 " + HOSTILE, "LUKS"));
        return new Report(
                "imprimatur 0.1.0",
                "egi/1",
                Profile.EGI_1.digest(),
                Instant.parse("2026-11-21T01:02:03Z"),
                new Report.Image("qcow2", 1000, 2000),
                new Report.Digests("ab".repeat(64), "cd".repeat(32)),
                facts,
                RuleCatalogue.judge(Profile.EGI_1, facts, unread),
                unread,
                List.of(new Note("p1", HOSTILE)),
                Map.of());
    }

    private static byte[] bytes(ReportForm form) {
        return form.bytes(report(), Profile.EGI_1, Severity.BLOCK);
    }

    @ParameterizedTest
    @EnumSource(ReportForm.class)
    void everyFormNamesTheRuleAndHidesTheSecretAndIsTheSameEachTime(ReportForm form) {
        var text = new String(bytes(form), StandardCharsets.UTF_8);

        assertThat(text).contains("account.root-password").doesNotContain("verysecrethash");
        assertThat(bytes(form)).isEqualTo(bytes(form));
    }

    @Test
    void theJsonFormKeepsToItsPublishedSchema() throws Exception {
        var root = Path.of(System.getProperty("imprimatur.root", ".."));
        var published = root.resolve("docs/schemas/inspection-report-v1.schema.json");
        var schema = schema(SpecificationVersion.DRAFT_2020_12, Files.readString(published));

        assertThat(faults(schema, bytes(ReportForm.JSON))).isEmpty();
        assertThat(faults(schema, "{\"verdict\": \"MAYBE\"}".getBytes(StandardCharsets.UTF_8)))
                .isNotEmpty();
    }

    @Test
    void theSarifFormKeepsToTheSchemaOfOasis() throws Exception {
        try (var published =
                com.contrastsecurity.sarif.SarifSchema210.class.getResourceAsStream(
                        "/schema/sarif-schema-2.1.0.json")) {
            var text = new String(published.readAllBytes(), StandardCharsets.UTF_8);

            assertThat(faults(schema(SpecificationVersion.DRAFT_7, text), bytes(ReportForm.SARIF)))
                    .isEmpty();
        }
        var run = JsonMapper.builder().build().readTree(bytes(ReportForm.SARIF)).at("/runs/0");
        assertThat(run.at("/results"))
                .anySatisfy(
                        result -> {
                            assertThat(result.at("/ruleId").asText())
                                    .isEqualTo("account.root-password");
                            assertThat(result.at("/level").asText()).isEqualTo("error");
                            assertThat(
                                            result.at(
                                                            "/locations/0/physicalLocation/artifactLocation/uri")
                                                    .asText())
                                    .isEqualTo("etc/shadow");
                        });
    }

    private static Schema schema(SpecificationVersion version, String text) {
        return SchemaRegistry.withDefaultDialect(version).getSchema(text);
    }

    private static List<String> faults(Schema schema, byte[] document) {
        return schema
                .validate(new String(document, StandardCharsets.UTF_8), InputFormat.JSON)
                .stream()
                .map(Object::toString)
                .toList();
    }

    @Test
    void theJunitFormHasACaseForEachRuleAndFailsThoseAtTheThreshold() throws Exception {
        var suite =
                (Element) xml(bytes(ReportForm.JUNIT)).getElementsByTagName("testsuite").item(0);

        assertThat(suite.getAttribute("tests"))
                .isEqualTo(String.valueOf(Profile.EGI_1.severities().size()));
        assertThat(suite.getElementsByTagName("testcase").getLength())
                .isEqualTo(Profile.EGI_1.severities().size());
        int failures = suite.getElementsByTagName("failure").getLength();
        assertThat(suite.getAttribute("failures")).isEqualTo(String.valueOf(failures));
        assertThat(failures)
                .isEqualTo(
                        report().findings(Severity.BLOCK).stream()
                                .map(finding -> finding.rule().id())
                                .distinct()
                                .count());
    }

    private static Document xml(byte[] document) throws Exception {
        return DocumentBuilderFactory.newDefaultNSInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(document));
    }

    @Test
    void thePageRunsNothingThatTheImageSays() {
        var page = new String(bytes(ReportForm.HTML), StandardCharsets.UTF_8);

        assertThat(page)
                .startsWith("<!DOCTYPE html>")
                .doesNotContain("<script")
                .contains("&lt;script&gt;")
                .doesNotContain("src=")
                .doesNotContain("http");
    }

    @ParameterizedTest
    @CsvSource({
        "a.json, JSON",
        "a.sarif, SARIF",
        "a.sarif.json, SARIF",
        "A.HTML, HTML",
        "b.xml, JUNIT",
        "c.txt, TEXT"
    })
    void theEndingOfANameTellsTheForm(String name, ReportForm form) {
        assertThat(ReportForm.of(Path.of(name))).contains(form);
        assertThat(ReportForm.of(Path.of(name + ".pdf"))).isEmpty();
    }
}
