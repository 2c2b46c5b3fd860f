package org.imprimatur.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.imprimatur.inspect.advisories.AdvisoryStore;
import org.imprimatur.inspect.advisories.Feed;
import org.imprimatur.inspect.advisories.FeedFormat;
import org.imprimatur.inspect.advisories.Patches;
import org.imprimatur.inspect.packages.InstalledPackage;
import org.imprimatur.inspect.packages.InstalledSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What was written of packages is read back as far as advisories ask for it. */
class SbomReaderTest {

    private static final Instant AT = Instant.parse("2026-11-21T00:00:00Z");

    @TempDir private Path temporary;

    private static InstalledSystem read(byte[] document) throws IOException {
        return SbomReader.read(new ByteArrayInputStream(document));
    }

    private static InstalledSystem read(String document) throws IOException {
        return read(document.getBytes(StandardCharsets.UTF_8));
    }

    /** What advisories ask of a package. */
    private static List<String> asked(List<InstalledPackage> packages) {
        return packages.stream()
                .map(
                        each ->
                                String.join(
                                        "|",
                                        each.kind().name(),
                                        each.namespace(),
                                        each.name(),
                                        each.version(),
                                        each.architecture(),
                                        each.source(),
                                        each.sourceVersion(),
                                        each.module(),
                                        each.area(),
                                        each.place(),
                                        each.owner()))
                .toList();
    }

    private static void comesBackWhole(Report report) throws IOException {
        var back = read(Sbom.bytes(report));

        assertThat(back.os().id()).isEqualTo(report.facts().os().id());
        assertThat(back.os().versionId()).isEqualTo(report.facts().os().versionId());
        assertThat(asked(back.packages())).isEqualTo(asked(report.facts().allPackages()));
    }

    @Test
    void packagesOfManyKindsComeBack() throws Exception {
        comesBackWhole(SbomTest.report());
    }

    @Test
    void packagesOfARealSystemComeBack() throws Exception {
        for (var name : Fixtures.names("mini-clean.")) {
            comesBackWhole(Fixtures.inspect(name, temporary));
        }
    }

    @Test
    void advisoriesSayTheSameOfASystemAndOfItsBillOfMaterials() throws Exception {
        var report = Fixtures.inspect(Fixtures.names("mini-clean.").getFirst(), temporary);
        var packages = report.facts().allPackages();
        var store = store(report.facts().packages());
        var back = read(Sbom.bytes(report));

        var first = Patches.of(report.facts().os(), packages, store, AT);
        var later = Patches.of(back.os(), back.packages(), store, AT);

        assertThat(first.flaws()).hasSizeGreaterThan(10);
        assertThat(first.pending()).hasSizeGreaterThan(3);
        assertThat(said(later)).isEqualTo(said(first));
        assertThat(later.feeds()).isEqualTo(first.feeds());
        assertThat(later.system()).isTrue();
        assertThat(later.age()).isEqualTo(first.age());
    }

    private static List<String> said(Patches patches) {
        var lines = new ArrayList<String>();
        patches.flaws()
                .forEach(
                        flaw ->
                                lines.add(
                                        String.join(
                                                "|",
                                                flaw.id(),
                                                flaw.urgency().label(),
                                                flaw.name(),
                                                flaw.version(),
                                                flaw.fixed(),
                                                asked(flaw.packages()).toString())));
        patches.pending()
                .forEach(
                        update ->
                                lines.add(
                                        asked(List.of(update.installed()))
                                                + update.newest()
                                                + update.security()));
        return lines;
    }

    /** Each third package has a flaw by the name of its source, each fifth is not the newest. */
    private AdvisoryStore store(List<InstalledPackage> packages) throws IOException {
        var tracker = new StringBuilder("{");
        var index = new StringBuilder();
        for (int i = 0; i < packages.size(); i++) {
            var each = packages.get(i);
            if (i % 3 == 0) {
                tracker.append(tracker.length() > 1 ? "," : "")
                        .append(
                                """
                                "%s": {"CVE-2026-%04d": {"releases": {"bookworm":
                                  {"status": "resolved", "fixed_version": "99:1-1",
                                   "urgency": "high", "repositories": {}}}}}
                                """
                                        .formatted(each.source(), i));
            }
            if (i % 5 == 0) {
                index.append("Package: %s\nVersion: 99:1-1\n\n".formatted(each.name()));
            }
        }
        var store = new AdvisoryStore(temporary.resolve("advisories"));
        take(store, "tracker", FeedFormat.DEBIAN_TRACKER, tracker.append('}').toString());
        take(store, "security", FeedFormat.DEBIAN_PACKAGES, index.toString());
        return store;
    }

    private void take(AdvisoryStore store, String name, FeedFormat format, String content)
            throws IOException {
        var file = Files.writeString(temporary.resolve("fetched"), content);
        var url = java.net.URI.create("https://example.org/" + name);
        store.take(new Feed(name, format, url, "Debian:12", true, true), file, AT, AT);
    }

    @Test
    void aSystemThatIsNotNamedIsUnknown() throws IOException {
        var back =
                read(
                        """
                        {"bomFormat": "CycloneDX", "other": [{"components": [[1]]}], "components": [
                          {"type": "library", "name": "t", "version": "1", "purl": "pkg:pypi/t@1"}]}
                        """);

        assertThat(back.os().id()).isEqualTo("unknown");
        assertThat(asked(back.packages())).containsExactly("PYTHON||t|1||t|1||||");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "'' ! it is no JSON object",
                "[] ! it is no JSON object",
                "{ ! it is no JSON",
                "{} ! it has no member bomFormat",
                "{\"bomFormat\":\"CycloneDX\"} ! it has no member components",
                "{\"bomFormat\":\"SPDX\"} ! its bomFormat is not CycloneDX",
                "{\"bomFormat\":\"CycloneDX\",\"components\":[]}x ! it is no JSON",
                "{\"bomFormat\":\"CycloneDX\",\"components\":[]}{} ! something follows after its end",
                "{\"components\":[],\"components\":[]} ! the member components is there twice",
                "{\"components\":{}} ! components is no list",
                "{\"components\":[1]} ! a component is no object",
                "{\"components\":[{\"type\":\"library\"}]} ! a component has no name",
                "{\"components\":[{\"type\":\"library\",\"name\":\"x\"}]} ! a component 'x' has no purl",
                "{\"components\":[{\"type\":\"library\",\"name\":1}]} ! name is no text",
                "{\"components\":[{\"type\":\"library\",\"name\":\"x\",\"purl\":\"pkg:nuget/x@1\"}]} ! of a kind that is known",
                "{\"components\":[{\"type\":\"library\",\"name\":\"x\",\"purl\":\"%\"}]} ! no package URL",
                "{\"components\":[{\"type\":\"library\",\"name\":\"x\",\"properties\":[1]}]} ! a property is no object",
                "{\"components\":[{\"name\":\"x\",\"components\":[]}]} ! components of its own",
                "{\"components\":[{\"name\":\"x\\u0000\"}]} ! name holds a control character",
                "{\"components\":[{\"version\":\"1\\u0085\"}]} ! version holds a control character",
                "{\"components\":[{\"properties\":[{\"name\":\"p\",\"value\":\"\\n\"}]}]} ! value holds a control character",
                "{\"components\":[{\"version\":\"1\\ud800\"}]} ! version holds a control character",
                "{\"components\":[{\"type\":\"library\",\"name\":\"x\",\"purl\":\"pkg:deb/debian/x@1?upstream=x%401%00\"}]} ! the version of its source holds a control character",
                "{\"components\":[{\"type\":\"library\",\"name\":\"x\",\"purl\":\"pkg:deb/debian/x@1?upstream=x%00\"}]} ! its source holds a control character",
            })
    void whatIsNotUnderstoodIsRefused(String document, String fault) {
        assertThatThrownBy(() -> read(document))
                .isInstanceOf(MalformedSbom.class)
                .hasMessageContaining(fault);
    }

    @Test
    void jsonInAnotherEncodingThatIsDamagedIsRefused() {
        var whole = "{\"bomFormat\":\"CycloneDX\"}".getBytes(Charset.forName("UTF-32BE"));

        whole[12] = 0x7a;

        assertThatThrownBy(() -> read(whole))
                .isInstanceOf(MalformedSbom.class)
                .hasMessageContaining("no JSON in UTF-8");
    }

    @Test
    void aNameThatIsTooLongToBeAKeyIsRefused() {
        assertThatThrownBy(
                        () ->
                                read(
                                        "{\"components\":[{\"name\":\"%s\"}]}"
                                                .formatted("x".repeat(301))))
                .isInstanceOf(MalformedSbom.class)
                .hasMessageContaining("name has 301 characters");
    }

    @ParameterizedTest
    @CsvSource({
        "imprimatur:package:source, its source",
        "imprimatur:package:sourceVersion, the version of its source"
    })
    void aSourceThatIsTooLongToBeAKeyIsRefused(String property, String told) {
        assertThatThrownBy(
                        () ->
                                read(
                                        """
                                        {"components": [{"type": "library", "name": "x",
                                          "purl": "pkg:deb/debian/x@1",
                                          "properties": [{"name": "%s", "value": "%s"}]}]}
                                        """
                                                .formatted(property, "x".repeat(301))))
                .isInstanceOf(MalformedSbom.class)
                .hasMessageContaining(told + " has 301 characters");
    }
}
