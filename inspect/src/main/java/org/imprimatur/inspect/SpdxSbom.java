package org.imprimatur.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.imprimatur.inspect.facts.OsRelease;
import org.imprimatur.inspect.packages.InstalledPackage;
import org.imprimatur.inspect.packages.Licences;
import org.imprimatur.inspect.packages.PackageUrls;
import org.imprimatur.register.Sha256;

/**
 * Writes the packages of an image as a bill of materials: SPDX 2.3 in JSON. Says the same as {@link
 * Sbom}, and is the same bytes for the same image, tool and moment.
 */
final class SpdxSbom {

    private static final String DOCUMENT = "SPDXRef-DOCUMENT";
    private static final String IMAGE = "SPDXRef-Image";
    private static final String SYSTEM = "SPDXRef-OperatingSystem";
    private static final String NONE = "NOASSERTION";

    private final Report report;
    private final JsonGenerator json;
    private final Map<String, String> otherLicences = new TreeMap<>();
    private final List<String[]> relationships = new ArrayList<>();

    private SpdxSbom(Report report, JsonGenerator json) {
        this.report = report;
        this.json = json;
    }

    static byte[] bytes(Report report) {
        var out = new ByteArrayOutputStream(1 << 16);
        try {
            write(report, out);
        } catch (IOException e) {
            throw new UncheckedIOException("an array takes every byte", e);
        }
        return out.toByteArray();
    }

    private static void write(Report report, OutputStream out) throws IOException {
        try (var json = ReportJson.generator(out)) {
            new SpdxSbom(report, json).document();
            json.writeRaw('\n');
        }
    }

    private void document() throws IOException {
        var serial = Sbom.serialNumber(report).toString();
        json.writeStartObject();
        json.writeStringField("spdxVersion", "SPDX-2.3");
        json.writeStringField("dataLicense", "CC0-1.0");
        json.writeStringField("SPDXID", DOCUMENT);
        json.writeStringField("name", imageName());
        json.writeStringField("documentNamespace", "https://imprimatur.org/spdx/" + serial);
        json.writeStringField("comment", "The inspection was " + report.completeness() + ".");
        json.writeObjectFieldStart("creationInfo");
        json.writeStringField("created", report.at().truncatedTo(ChronoUnit.SECONDS).toString());
        json.writeArrayFieldStart("creators");
        json.writeString("Tool: " + report.tool().replace(' ', '-'));
        json.writeEndArray();
        json.writeStringField("licenseListVersion", "3.27");
        json.writeEndObject();
        json.writeArrayFieldStart("packages");
        image();
        system(report.facts().os());
        packages();
        json.writeEndArray();
        otherLicences();
        relationships();
        json.writeEndObject();
    }

    private String imageName() {
        return "disk image of " + report.facts().os().prettyName();
    }

    private void image() throws IOException {
        begin(IMAGE, imageName(), "");
        if (!report.digests().sha512().isEmpty()) {
            checksum("SHA512", report.digests().sha512());
        }
        json.writeStringField("primaryPackagePurpose", "ARCHIVE");
        json.writeEndObject();
        relationships.add(new String[] {DOCUMENT, "DESCRIBES", IMAGE});
    }

    private void system(OsRelease os) throws IOException {
        begin(SYSTEM, os.id(), os.versionId());
        json.writeStringField("description", os.prettyName());
        json.writeStringField("primaryPackagePurpose", "OPERATING_SYSTEM");
        json.writeEndObject();
        relationships.add(new String[] {IMAGE, "CONTAINS", SYSTEM});
    }

    private void packages() throws IOException {
        var ids = new HashMap<String, String>();
        int number = 0;
        for (var each : report.facts().packages()) {
            var id = id(each, ++number);
            ids.putIfAbsent(each.name(), id);
            onePackage(each, id);
            relationships.add(new String[] {SYSTEM, "CONTAINS", id});
        }
        for (var each : report.facts().otherPackages()) {
            var id = id(each, ++number);
            onePackage(each, id);
            relationships.add(new String[] {ids.getOrDefault(each.owner(), IMAGE), "CONTAINS", id});
        }
    }

    /**
     * Letters, digits, dots and dashes are all that SPDX allows in a name; the number tells apart.
     */
    private static String id(InstalledPackage each, int number) {
        return "SPDXRef-%s-%d-%s"
                .formatted(
                        each.kind().urlType(),
                        number,
                        each.name().replaceAll("[^A-Za-z0-9.-]", "-"));
    }

    private void onePackage(InstalledPackage each, String id) throws IOException {
        begin(id, each.namespace().isEmpty() ? each.name() : fullName(each), each.version());
        if (!each.maintainer().isEmpty()) {
            json.writeStringField("supplier", "Organization: " + each.maintainer());
        }
        if (!each.sha256().isEmpty()) {
            checksum("SHA256", each.sha256());
        }
        json.writeStringField("sourceInfo", sourceInfo(each));
        json.writeStringField("licenseConcluded", NONE);
        json.writeStringField("licenseDeclared", licence(each.licences()));
        json.writeStringField("copyrightText", NONE);
        json.writeArrayFieldStart("externalRefs");
        json.writeStartObject();
        json.writeStringField("referenceCategory", "PACKAGE-MANAGER");
        json.writeStringField("referenceType", "purl");
        json.writeStringField("referenceLocator", PackageUrls.of(each, report.facts().os()));
        json.writeEndObject();
        json.writeEndArray();
        json.writeStringField("primaryPackagePurpose", "LIBRARY");
        json.writeEndObject();
    }

    private static String fullName(InstalledPackage each) {
        return switch (each.kind()) {
            case JAVA -> each.namespace() + ":" + each.name();
            case NODE, GO -> each.namespace() + "/" + each.name();
            case DEBIAN, RPM, ALPINE, ARCH, PYTHON, RUBY, RUST, FLATPAK, SNAP -> each.name();
        };
    }

    private static String sourceInfo(InstalledPackage each) {
        var info = "found in " + each.place();
        return each.kind().ofDistribution()
                ? info + "; built from source package " + each.source() + " " + each.sourceVersion()
                : info;
    }

    /** Without the closing brace. No package is taken apart into files. */
    private void begin(String id, String name, String version) throws IOException {
        json.writeStartObject();
        json.writeStringField("SPDXID", id);
        json.writeStringField("name", name);
        if (!version.isEmpty()) {
            json.writeStringField("versionInfo", version);
        }
        json.writeStringField("downloadLocation", NONE);
        json.writeBooleanField("filesAnalyzed", false);
    }

    private void checksum(String algorithm, String hex) throws IOException {
        json.writeArrayFieldStart("checksums");
        json.writeStartObject();
        json.writeStringField("algorithm", algorithm);
        json.writeStringField("checksumValue", hex);
        json.writeEndObject();
        json.writeEndArray();
    }

    /** All of the declared ones together; a text that is no expression gets a name of its own. */
    private String licence(List<String> licences) {
        if (licences.isEmpty()) {
            return NONE;
        }
        var parts = new ArrayList<String>();
        for (var each : licences) {
            var expression = Licences.expression(each).orElseGet(() -> reference(each));
            boolean compound = licences.size() > 1 && expression.indexOf(' ') >= 0;
            var part = compound ? "(" + expression + ")" : expression;
            if (!parts.contains(part)) {
                parts.add(part);
            }
        }
        return String.join(" AND ", parts);
    }

    private String reference(String text) {
        var digest = Sha256.of(text.getBytes(StandardCharsets.UTF_8));
        var reference = "LicenseRef-" + digest.hex().substring(0, 16);
        otherLicences.put(reference, text);
        return reference;
    }

    private void otherLicences() throws IOException {
        if (otherLicences.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("hasExtractedLicensingInfos");
        for (var each : otherLicences.entrySet()) {
            json.writeStartObject();
            json.writeStringField("licenseId", each.getKey());
            json.writeStringField("name", each.getValue());
            json.writeStringField(
                    "extractedText", "The package names this licence: " + each.getValue());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void relationships() throws IOException {
        json.writeArrayFieldStart("relationships");
        for (var each : relationships) {
            json.writeStartObject();
            json.writeStringField("spdxElementId", each[0]);
            json.writeStringField("relationshipType", each[1]);
            json.writeStringField("relatedSpdxElement", each[2]);
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
