package org.imprimatur.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.cyclonedx.Version;
import org.cyclonedx.parsers.JsonParser;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FilesInMemory;
import org.imprimatur.inspect.facts.Found;
import org.imprimatur.inspect.facts.SystemReader;
import org.imprimatur.inspect.packages.PackageDatabases;
import org.imprimatur.inspect.packages.SoftwareScan;
import org.imprimatur.inspect.rules.Profile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bills of materials of a system with packages of many kinds, some of them odd. */
class SbomTest {

    static Report report() throws Exception {
        var files =
                new FilesInMemory()
                        .with("/etc/os-release", "ID=debian\nVERSION_ID=12\nPRETTY_NAME=Debian\n")
                        .with("/etc/passwd", "root:x:0:0::/root:/bin/bash\n")
                        .with(
                                "/var/lib/dpkg/status",
                                """
                                Package: tool
                                Status: install ok installed
                                Maintainer: Débian <a@example.org>
                                Architecture: amd64
                                Version: 1:1-1

                                Package: odd name<>
                                Status: install ok installed
                                Version: \u001b[1m
                                """)
                        .with(
                                "/var/lib/dpkg/info/tool.list",
                                "/usr/lib/python3/dist-packages/t-1.dist-info/METADATA\n")
                        .with("/var/lib/snapd/snaps/core_1234.snap", "x")
                        .with(
                                "/lib/apk/db/installed",
                                "P:musl\nV:1.2-r1\nA:x86_64\nL:MIT AND (BSD-2-Clause OR Zlib)\n");
        var reader = new ConfigReader(files);
        var databases = PackageDatabases.read(reader, true);
        var scan = new SoftwareScan(reader, files, databases);
        look(
                scan,
                "/usr/share/doc/tool/copyright",
                "Format: copyright-format/1.0\nLicense: GPL-2+\nLicense: Artistic or own\n"
                        + "License: MIT or ISC\n");
        look(
                scan,
                "/usr/lib/python3/dist-packages/t-1.dist-info/METADATA",
                "Name: T_t\nVersion: 1\nLicense: Apache License 2.0\n");
        look(
                scan,
                "/opt/a/node_modules/@s/x/package.json",
                "{\"name\":\"@s/x\",\"version\":\"1\"}");
        look(
                scan,
                "/opt/b/node_modules/@s/x/package.json",
                "{\"name\":\"@s/x\",\"version\":\"1\"}");
        look(
                scan,
                "/opt/c/node_modules/y/package.json",
                "{\"name\":\"y/../z?q#f\",\"version\":\"\"}");
        var facts = new SystemReader(reader, databases).facts(new Found(), scan);
        return new Report(
                "imprimatur 0.1.0",
                "egi/1",
                Profile.EGI_1.digest(),
                Instant.parse("2026-11-21T01:02:03Z"),
                new Report.Image("qcow2", 1000, 2000),
                new Report.Digests("ab".repeat(64), "cd".repeat(32)),
                facts,
                List.of(),
                List.of(),
                List.of(),
                Map.of());
    }

    private static void look(SoftwareScan scan, String path, String text) throws Exception {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        var watch = scan.watch(path, path, bytes.length);
        watch.accept(0, bytes, 0, bytes.length);
        watch.end(sink -> sink.accept(0, bytes, 0, bytes.length));
    }

    private static JsonNode json(SbomForm form) throws Exception {
        return JsonMapper.builder().build().readTree(form.bytes(report()));
    }

    private static JsonNode named(JsonNode packages, String name) {
        for (var each : packages) {
            if (each.path("name").asText().equals(name)) {
                return each;
            }
        }
        throw new AssertionError("no " + name + " in " + packages);
    }

    @ParameterizedTest
    @EnumSource(SbomForm.class)
    void theSameSystemGivesTheSameBytes(SbomForm form) throws Exception {
        assertThat(form.bytes(report())).isEqualTo(form.bytes(report()));
    }

    @Test
    void theFormComesFromTheName() {
        assertThat(SbomForm.ofName(Path.of("x/image.spdx.json"))).isEqualTo(SbomForm.SPDX);
        assertThat(SbomForm.ofName(Path.of("image.cdx.json"))).isEqualTo(SbomForm.CYCLONEDX);
        assertThat(SbomForm.ofName(Path.of("sbom.json"))).isEqualTo(SbomForm.CYCLONEDX);
    }

    @Test
    void cycloneDxKeepsToItsSchema() throws Exception {
        assertThat(
                        new JsonParser()
                                .validate(SbomForm.CYCLONEDX.bytes(report()), Version.VERSION_16))
                .isEmpty();
    }

    @Test
    void cycloneDxHasLicencesDigestsAndPlaces() throws Exception {
        var components = json(SbomForm.CYCLONEDX).path("components");

        var tool = named(components, "tool");
        assertThat(tool.path("licenses").findValuesAsText("id"))
                .containsExactly("GPL-2.0-or-later");
        assertThat(tool.path("licenses").findValuesAsText("name"))
                .containsExactly("Artistic or own", "MIT OR ISC");
        assertThat(named(components, "musl").path("licenses").path(0).path("expression").asText())
                .isEqualTo("MIT AND (BSD-2-Clause OR Zlib)");
        var python = named(components, "T_t");
        assertThat(python.path("purl").asText()).isEqualTo("pkg:pypi/t-t@1");
        assertThat(python.at("/licenses/0/license/id").asText()).isEqualTo("Apache-2.0");
        assertThat(python.at("/hashes/0/alg").asText()).isEqualTo("SHA-256");
        assertThat(python.at("/hashes/0/content").asText()).hasSize(64);
        assertThat(python.at("/evidence/occurrences/0/location").asText())
                .isEqualTo("/usr/lib/python3/dist-packages/t-1.dist-info/METADATA");
        assertThat(python.at("/properties/0/value").asText()).isEqualTo("tool");
        assertThat(named(components, "core").path("purl").asText())
                .isEqualTo("pkg:generic/snap/core@1234");
    }

    @Test
    void onePackageInTwoPlacesIsTwoComponents() throws Exception {
        assertThat(json(SbomForm.CYCLONEDX).path("components").findValuesAsText("bom-ref"))
                .contains("pkg:npm/%40s/x@1", "pkg:npm/%40s/x@1#2")
                .doesNotHaveDuplicates();
    }

    @Test
    void spdxKeepsToItsSchema() throws Exception {
        assertThat(spdxFaults(SbomForm.SPDX.bytes(report()))).isEmpty();
        assertThat(spdxFaults("{\"name\": 1}".getBytes(StandardCharsets.UTF_8))).isNotEmpty();
    }

    /** What the schema published with SPDX 2.3 has against a document. */
    static List<String> spdxFaults(byte[] document) throws IOException {
        try (var published =
                SbomTest.class.getResourceAsStream("/resources/spdx-schema-v2.3.json")) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2019_09)
                    .getSchema(new String(published.readAllBytes(), StandardCharsets.UTF_8))
                    .validate(new String(document, StandardCharsets.UTF_8), InputFormat.JSON)
                    .stream()
                    .map(Object::toString)
                    .toList();
        }
    }

    @Test
    void spdxNamesEachLicenceThatItDoesNotKnow() throws Exception {
        var json = json(SbomForm.SPDX);

        var declared = named(json.path("packages"), "tool").path("licenseDeclared").asText();
        assertThat(declared)
                .matches("LicenseRef-[0-9a-f]{16} AND GPL-2.0-or-later AND \\(MIT OR ISC\\)");
        assertThat(json.at("/hasExtractedLicensingInfos/0/licenseId").asText())
                .isEqualTo(declared.substring(0, 27));
        assertThat(json.at("/hasExtractedLicensingInfos/0/name").asText())
                .isEqualTo("Artistic or own");
    }

    @Test
    void spdxRelatesEveryPackageToWhatContainsIt() throws Exception {
        var json = json(SbomForm.SPDX);
        var ids = json.path("packages").findValuesAsText("SPDXID");

        assertThat(ids)
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("SPDXRef-[A-Za-z0-9.-]+"));
        assertThat(json.path("relationships").findValuesAsText("relatedSpdxElement"))
                .containsExactlyInAnyOrderElementsOf(ids);
        var tool = named(json.path("packages"), "tool").path("SPDXID").asText();
        var python = named(json.path("packages"), "T_t").path("SPDXID").asText();
        assertThat(json.path("relationships"))
                .anySatisfy(
                        each -> {
                            assertThat(each.path("spdxElementId").asText()).isEqualTo(tool);
                            assertThat(each.path("relatedSpdxElement").asText()).isEqualTo(python);
                        });
    }
}
