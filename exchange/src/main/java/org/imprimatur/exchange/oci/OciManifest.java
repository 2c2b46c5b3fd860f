package org.imprimatur.exchange.oci;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.imprimatur.exchange.OpenJson;
import org.imprimatur.register.MalformedInput;

/**
 * The manifest of an artefact (OCI image specification 1.1). Reading one believes nothing of it.
 *
 * @param artifactType empty where it is not said
 * @param subject what it is about, for a referrer
 */
public record OciManifest(
        String artifactType,
        OciDescriptor config,
        List<OciDescriptor> layers,
        Optional<OciDescriptor> subject,
        Map<String, String> annotations) {

    static final String MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json";

    /** No manifest or index is larger, in bytes. */
    public static final int MAX_BYTES = 1 << 20;

    /** A manifest has no more layers: those of images have one. */
    public static final int MAX_LAYERS = 64;

    static final byte[] EMPTY = "{}".getBytes(StandardCharsets.US_ASCII);
    static final OciDescriptor EMPTY_CONFIG =
            OciDescriptor.of("application/vnd.oci.empty.v1+json", EMPTY);

    private static final int MAX_TOKENS = 20_000;
    private static final JsonMapper JSON = new JsonMapper();

    public OciManifest {
        layers = List.copyOf(layers);
        annotations = Map.copyOf(annotations);
    }

    /**
     * Reads a manifest.
     *
     * @throws OciRefusal when it is none, or of another kind
     */
    public static OciManifest read(byte[] bytes) {
        var json = json(bytes);
        try {
            var type = OpenJson.optionalText(json, "mediaType", 256).orElse(MEDIA_TYPE);
            if (!type.equals(MEDIA_TYPE)) {
                throw new OciRefusal(
                        OciRefusal.Code.WRONG_MEDIA_TYPE,
                        "expected a manifest of the type %s, found %s"
                                .formatted(MEDIA_TYPE, MalformedInput.quoted(type)));
            }
            var layers = new ArrayList<OciDescriptor>();
            if (json.path("layers").size() > MAX_LAYERS) {
                throw new OciRefusal(
                        OciRefusal.Code.TOO_MANY_LAYERS,
                        "expected at most %d layers, found %d"
                                .formatted(MAX_LAYERS, json.path("layers").size()));
            }
            if (!json.path("layers").isArray()) {
                throw new MalformedInput("layers", "a list", "another value");
            }
            for (var layer : json.path("layers")) {
                layers.add(OciDescriptor.read(layer, "layers[%d]".formatted(layers.size())));
            }
            return new OciManifest(
                    OpenJson.optionalText(json, "artifactType", 256).orElse(""),
                    OciDescriptor.read(json.path("config"), "config"),
                    layers,
                    json.has("subject")
                            ? Optional.of(OciDescriptor.read(json.path("subject"), "subject"))
                            : Optional.empty(),
                    OciDescriptor.annotations(json));
        } catch (MalformedInput e) {
            throw new OciRefusal(OciRefusal.Code.MALFORMED_MANIFEST, e.explanation());
        }
    }

    static JsonNode json(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new OciRefusal(
                    OciRefusal.Code.MANIFEST_TOO_LARGE,
                    "expected at most %d bytes, found more".formatted(MAX_BYTES));
        }
        try {
            return OpenJson.read(bytes, MAX_BYTES, MAX_TOKENS);
        } catch (MalformedInput e) {
            throw new OciRefusal(OciRefusal.Code.MALFORMED_MANIFEST, e.explanation());
        }
    }

    /** The same content always gives the same bytes, and so the same digest. */
    byte[] write() {
        var json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("schemaVersion", 2)
                        .put("mediaType", MEDIA_TYPE)
                        .put("artifactType", artifactType);
        json.set("config", config.json());
        var list = json.putArray("layers");
        layers.forEach(layer -> list.add(layer.json()));
        subject.ifPresent(about -> json.set("subject", about.json()));
        new TreeMap<>(annotations).forEach(json.putObject("annotations")::put);
        return bytes(json);
    }

    static byte[] bytes(JsonNode json) {
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a tree can be written", e);
        }
    }
}
