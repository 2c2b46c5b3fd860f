package org.imprimatur.exchange.oci;

import java.nio.charset.StandardCharsets;
import org.imprimatur.register.MalformedInput;

/** Any bytes as a manifest, as an index, and as the name of an artefact. */
public final class OciFuzz {

    private OciFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            var manifest = OciManifest.read(input);
            OciManifest.read(manifest.write());
            ImagePull.disk(manifest);
        } catch (OciRefusal e) {
            check(e);
        }
        try {
            var index = OciIndex.read(input);
            if (!OciIndex.read(index.write()).equals(index)) {
                throw new AssertionError("an index is not read as it was written");
            }
        } catch (OciRefusal e) {
            check(e);
        }
        try {
            var text = new String(input, StandardCharsets.UTF_8);
            var where = OciReference.parse(text);
            if (where instanceof OciReference.Remote && !where.toString().equals(text)) {
                throw new AssertionError("a reference is not read as it was written: " + text);
            }
        } catch (MalformedInput e) {
            if (e.explanation().isBlank()) {
                throw new AssertionError("no explanation", e);
            }
        }
    }

    private static void check(OciRefusal refusal) {
        if (refusal.explanation().isBlank()) {
            throw new AssertionError("no explanation", refusal);
        }
    }
}
