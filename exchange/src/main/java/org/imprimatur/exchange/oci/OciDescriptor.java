package org.imprimatur.exchange.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;
import org.imprimatur.exchange.OpenJson;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha256;

/**
 * What one part of an artefact says of another (OCI image specification 1.1, descriptors).
 *
 * @param size in bytes
 * @param artifactType empty where it is not said
 */
public record OciDescriptor(
        String mediaType,
        Sha256 digest,
        long size,
        String artifactType,
        Map<String, String> annotations) {

    /** No file that is fetched may say to be larger: an exbibyte is no image. */
    static final long MAX_SIZE = 1L << 53;

    private static final int MAX_ANNOTATIONS = 64;
    private static final int MAX_TEXT = 4096;

    public OciDescriptor {
        annotations = Map.copyOf(annotations);
    }

    /** A part without annotations. */
    static OciDescriptor of(String mediaType, byte[] content) {
        return new OciDescriptor(mediaType, Sha256.of(content), content.length, "", Map.of());
    }

    OciDescriptor withArtifactType(String type) {
        return new OciDescriptor(mediaType, digest, size, type, annotations);
    }

    OciDescriptor withAnnotations(Map<String, String> other) {
        return new OciDescriptor(mediaType, digest, size, artifactType, other);
    }

    String text() {
        return "sha256:" + digest.hex();
    }

    static OciDescriptor read(JsonNode json, String place) {
        if (!json.isObject()) {
            throw new MalformedInput(place, "a descriptor", "another value");
        }
        try {
            var digest = OpenJson.text(json, "digest", 256);
            if (!digest.startsWith("sha256:")) {
                throw new MalformedInput(
                        "digest", "a digest sha256:…", MalformedInput.quoted(digest));
            }
            long size = OpenJson.size(json, "size");
            if (size > MAX_SIZE) {
                throw new MalformedInput("size", "at most " + MAX_SIZE, String.valueOf(size));
            }
            return new OciDescriptor(
                    OpenJson.text(json, "mediaType", 256),
                    new Sha256(digest.substring("sha256:".length())),
                    size,
                    OpenJson.optionalText(json, "artifactType", 256).orElse(""),
                    annotations(json));
        } catch (MalformedInput e) {
            throw e.in(place);
        }
    }

    static Map<String, String> annotations(JsonNode json) {
        var node = json.path("annotations");
        if (node.isMissingNode() || node.isNull()) {
            return Map.of();
        }
        if (!(node instanceof ObjectNode object) || object.size() > MAX_ANNOTATIONS) {
            throw new MalformedInput(
                    "annotations",
                    "an object of at most %d texts".formatted(MAX_ANNOTATIONS),
                    "more");
        }
        var annotations = new TreeMap<String, String>();
        for (var property : object.properties()) {
            annotations.put(property.getKey(), OpenJson.text(object, property.getKey(), MAX_TEXT));
        }
        return annotations;
    }

    ObjectNode json() {
        var json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("mediaType", mediaType)
                        .put("digest", text())
                        .put("size", size);
        if (!artifactType.isEmpty()) {
            json.put("artifactType", artifactType);
        }
        if (!annotations.isEmpty()) {
            new TreeMap<>(annotations).forEach(json.putObject("annotations")::put);
        }
        return json;
    }
}
