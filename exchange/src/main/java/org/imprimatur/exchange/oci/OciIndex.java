package org.imprimatur.exchange.oci;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import org.imprimatur.exchange.OpenJson;
import org.imprimatur.register.MalformedInput;

/** A list of manifests (OCI image specification 1.1, index): of a layout, or of referrers. */
public record OciIndex(List<OciDescriptor> manifests) {

    static final String MEDIA_TYPE = "application/vnd.oci.image.index.v1+json";

    static final OciIndex EMPTY = new OciIndex(List.of());

    private static final int MAX_MANIFESTS = 2000;

    public OciIndex {
        manifests = List.copyOf(manifests);
    }

    /**
     * Reads an index.
     *
     * @throws OciRefusal when it is none
     */
    public static OciIndex read(byte[] bytes) {
        var json = OciManifest.json(bytes);
        try {
            var type = OpenJson.optionalText(json, "mediaType", 256).orElse(MEDIA_TYPE);
            if (!type.equals(MEDIA_TYPE)) {
                throw new OciRefusal(
                        OciRefusal.Code.WRONG_MEDIA_TYPE,
                        "expected an index of the type %s, found %s"
                                .formatted(MEDIA_TYPE, MalformedInput.quoted(type)));
            }
            var manifests = new ArrayList<OciDescriptor>();
            for (var one : OpenJson.list(json, "manifests", MAX_MANIFESTS)) {
                manifests.add(OciDescriptor.read(one, "manifests[%d]".formatted(manifests.size())));
            }
            return new OciIndex(manifests);
        } catch (MalformedInput e) {
            throw new OciRefusal(OciRefusal.Code.MALFORMED_MANIFEST, e.explanation());
        }
    }

    /** The same with one more at the end, in place of those with its digest. */
    OciIndex with(OciDescriptor manifest) {
        var all = new ArrayList<>(manifests);
        all.removeIf(one -> one.digest().equals(manifest.digest()));
        all.add(manifest);
        return new OciIndex(all);
    }

    byte[] write() {
        var json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("schemaVersion", 2)
                        .put("mediaType", MEDIA_TYPE);
        var list = json.putArray("manifests");
        manifests.forEach(one -> list.add(one.json()));
        return OciManifest.bytes(json);
    }
}
