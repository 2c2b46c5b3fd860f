package org.imprimatur.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.imprimatur.inspect.facts.OsRelease;
import org.imprimatur.inspect.packages.InstalledPackage;
import org.imprimatur.inspect.packages.Licences;
import org.imprimatur.inspect.packages.PackageUrls;

/**
 * Writes the packages of an image as a bill of materials: CycloneDX 1.6 in JSON, with a package URL
 * for each package, its licences, the place where it was found and, for packages of languages, the
 * digest of the file there.
 *
 * <p>The same image, tool and moment give the same bytes, the serial number included: it is made
 * from the digests of the image.
 */
public final class Sbom {

    /** Namespace of our name-based UUIDs (RFC 9562, section 5.5): itself that of a URL. */
    private static final UUID NAMESPACE =
            nameBased(
                    UUID.fromString("6ba7b811-9dad-11d1-80b4-00c04fd430c8"),
                    "https://imprimatur.org/sbom/v1");

    static final String OWNER = "imprimatur:package:owner";
    static final String MODULE = "imprimatur:package:module";
    static final String AREA = "imprimatur:package:area";
    static final String SOURCE = "imprimatur:package:source";
    static final String SOURCE_VERSION = "imprimatur:package:sourceVersion";

    private Sbom() {}

    /** The whole document, ended by a line feed. */
    public static byte[] bytes(Report report) {
        var out = new ByteArrayOutputStream(1 << 16);
        try {
            write(report, out);
        } catch (IOException e) {
            throw new UncheckedIOException("an array takes every byte", e);
        }
        return out.toByteArray();
    }

    /** Writes the document, ended by a line feed. Does not close the stream. */
    public static void write(Report report, OutputStream out) throws IOException {
        try (var json = ReportJson.generator(out)) {
            json.writeStartObject();
            json.writeStringField("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
            json.writeStringField("bomFormat", "CycloneDX");
            json.writeStringField("specVersion", "1.6");
            json.writeStringField("serialNumber", "urn:uuid:" + serialNumber(report));
            json.writeNumberField("version", 1);
            metadata(json, report);
            json.writeArrayFieldStart("components");
            operatingSystem(json, report.facts().os());
            var references = new HashMap<String, Integer>();
            for (var each : report.facts().packages()) {
                component(json, each, report.facts().os(), references);
            }
            for (var each : report.facts().otherPackages()) {
                component(json, each, report.facts().os(), references);
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    private static void metadata(JsonGenerator json, Report report) throws IOException {
        json.writeObjectFieldStart("metadata");
        json.writeStringField("timestamp", report.at().truncatedTo(ChronoUnit.SECONDS).toString());
        json.writeObjectFieldStart("tools");
        json.writeArrayFieldStart("components");
        json.writeStartObject();
        json.writeStringField("type", "application");
        int space = report.tool().lastIndexOf(' ');
        json.writeStringField(
                "name", space < 0 ? report.tool() : report.tool().substring(0, space));
        if (space > 0) {
            json.writeStringField("version", report.tool().substring(space + 1));
        }
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
        json.writeObjectFieldStart("component");
        json.writeStringField("type", "operating-system");
        json.writeStringField("bom-ref", "image");
        json.writeStringField("name", "disk image of " + report.facts().os().prettyName());
        if (!report.digests().sha512().isEmpty()) {
            hash(json, "SHA-512", report.digests().sha512());
        }
        json.writeArrayFieldStart("properties");
        property(json, "imprimatur:image:format", report.image().format());
        property(json, "imprimatur:image:virtualBytes", report.image().virtualBytes() + "");
        if (!report.digests().contentRoot().isEmpty()) {
            property(json, "imprimatur:image:contentRoot", report.digests().contentRoot());
        }
        property(json, "imprimatur:inspection:completeness", report.completeness().name());
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void operatingSystem(JsonGenerator json, OsRelease os) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "operating-system");
        json.writeStringField("bom-ref", "os");
        json.writeStringField("name", os.id());
        if (!os.versionId().isEmpty()) {
            json.writeStringField("version", os.versionId());
        }
        json.writeStringField("description", os.prettyName());
        json.writeEndObject();
    }

    private static void component(
            JsonGenerator json,
            InstalledPackage each,
            OsRelease os,
            Map<String, Integer> references)
            throws IOException {
        var url = PackageUrls.of(each, os);
        json.writeStartObject();
        json.writeStringField("type", "library");
        json.writeStringField("bom-ref", reference(url, references));
        if (!each.maintainer().isEmpty()) {
            json.writeStringField("publisher", each.maintainer());
        }
        if (!each.kind().ofDistribution() && !each.namespace().isEmpty()) {
            json.writeStringField("group", each.namespace());
        }
        json.writeStringField("name", each.name());
        json.writeStringField("version", each.version());
        if (!each.sha256().isEmpty()) {
            hash(json, "SHA-256", each.sha256());
        }
        licences(json, each.licences());
        json.writeStringField("purl", url);
        json.writeObjectFieldStart("evidence");
        json.writeArrayFieldStart("occurrences");
        json.writeStartObject();
        json.writeStringField("location", each.place());
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
        properties(json, each, url);
        json.writeEndObject();
    }

    /** One package may be installed in several places; each component needs a name of its own. */
    static String reference(String url, Map<String, Integer> references) {
        int count = references.merge(url, 1, Integer::sum);
        return count == 1 ? url : url + "#" + count;
    }

    private static void licences(JsonGenerator json, List<String> licences) throws IOException {
        if (licences.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("licenses");
        var compound =
                licences.size() == 1
                        ? Licences.expression(licences.getFirst())
                                .filter(expression -> !Licences.isId(expression))
                        : Optional.<String>empty();
        if (compound.isPresent()) {
            // the schema allows an expression only when it stands alone
            json.writeStartObject();
            json.writeStringField("expression", compound.get());
            json.writeEndObject();
        } else {
            for (var each : licences) {
                var expression = Licences.expression(each);
                json.writeStartObject();
                json.writeObjectFieldStart("license");
                if (expression.isPresent() && Licences.isId(expression.get())) {
                    json.writeStringField("id", expression.get());
                } else {
                    json.writeStringField("name", expression.orElse(each));
                }
                json.writeEndObject();
                json.writeEndObject();
            }
        }
        json.writeEndArray();
    }

    private static void properties(JsonGenerator json, InstalledPackage each, String url)
            throws IOException {
        var properties = new LinkedHashMap<String, String>();
        properties.put(OWNER, each.owner());
        properties.put(MODULE, each.module());
        properties.put(AREA, each.area());
        if (each.kind().ofDistribution() && PackageUrls.isGeneric(url)) {
            // Such a URL cannot say what the package was made from, and advisories ask for it.
            properties.put(SOURCE, each.source());
            properties.put(SOURCE_VERSION, each.sourceVersion());
        }
        var installedAt = each.installedAt();
        properties.put(
                "imprimatur:package:installedAt",
                installedAt == null ? "" : installedAt.toString());
        properties.values().removeIf(String::isEmpty);
        if (properties.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("properties");
        for (var property : properties.entrySet()) {
            property(json, property.getKey(), property.getValue());
        }
        json.writeEndArray();
    }

    private static void hash(JsonGenerator json, String algorithm, String hex) throws IOException {
        json.writeArrayFieldStart("hashes");
        json.writeStartObject();
        json.writeStringField("alg", algorithm);
        json.writeStringField("content", hex);
        json.writeEndObject();
        json.writeEndArray();
    }

    private static void property(JsonGenerator json, String name, String value) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", name);
        json.writeStringField("value", value);
        json.writeEndObject();
    }

    static UUID serialNumber(Report report) {
        return nameBased(
                NAMESPACE,
                String.join(
                        "\n",
                        report.digests().sha512(),
                        report.digests().contentRoot(),
                        report.tool(),
                        report.at().toString()));
    }

    /** Version 5 of RFC 9562: name-based with SHA-1, which has to be unique here, not secure. */
    private static UUID nameBased(UUID namespace, String name) {
        try {
            var digest = MessageDigest.getInstance("SHA-1");
            digest.update(
                    ByteBuffer.allocate(16)
                            .putLong(namespace.getMostSignificantBits())
                            .putLong(namespace.getLeastSignificantBits())
                            .flip());
            var hash = ByteBuffer.wrap(digest.digest(name.getBytes(StandardCharsets.UTF_8)));
            long high = hash.getLong() & 0xffff_ffff_ffff_0fffL | 0x5000L;
            long low = hash.getLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
            return new UUID(high, low);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK provides SHA-1", e);
        }
    }
}
