package org.imprimatur.exchange.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.imprimatur.register.MalformedInput;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OciManifestTest {

    private static String egi() {
        try (var in =
                OciManifestTest.class.getResourceAsStream("/fuzz/OciFuzz/egi-manifest.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static OciDescriptor disk(String manifest) {
        return ImagePull.disk(OciManifest.read(manifest.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void anArtefactAsEgiPublishesItIsReadAsADisk() {
        var disk = disk(egi());

        assertThat(disk.mediaType()).isEqualTo("application/x-qemu-disk");
        assertThat(disk.size()).isEqualTo(1_474_560_000L);
        assertThat(disk.annotations()).containsEntry("eu.egi.cloud.tag", "2025-10-07-fc45d0d3");
    }

    @TestFactory
    Stream<DynamicTest> aBadManifestIsRefusedWithItsCode() {
        var good = egi();
        var layer =
                good.substring(
                        good.indexOf("{\"mediaType\":\"application/x-qemu"),
                        good.indexOf("],\"ann"));
        var cases = new TreeMap<String, Map.Entry<String, String>>();
        cases.put("empty", Map.entry("malformed-manifest", ""));
        cases.put("a-list", Map.entry("malformed-manifest", "[]"));
        cases.put("deep", Map.entry("malformed-manifest", "{\"a\":".repeat(50_000)));
        cases.put("huge", Map.entry("manifest-too-large", good + " ".repeat(1 << 20)));
        cases.put(
                "many-values",
                Map.entry("malformed-manifest", "{\"a\":[" + "0,".repeat(50_000) + "0]}"));
        cases.put(
                "config-twice",
                Map.entry(
                        "malformed-manifest",
                        good.replace("\"config\"", "\"config\":{},\"config\"")));
        cases.put("no-config", Map.entry("malformed-manifest", good.replace("config", "konfig")));
        cases.put("no-layers", Map.entry("malformed-manifest", good.replace("layers", "lairs")));
        cases.put(
                "negative-size", Map.entry("malformed-manifest", good.replace("1474560000", "-1")));
        cases.put(
                "size-beyond-64-bits",
                Map.entry(
                        "malformed-manifest", good.replace("1474560000", "99999999999999999999")));
        cases.put(
                "size-as-fraction",
                Map.entry("malformed-manifest", good.replace("1474560000", "1.5")));
        cases.put("short-digest", Map.entry("malformed-manifest", good.replace("e3b0c442", "")));
        cases.put(
                "path-as-digest",
                Map.entry("malformed-manifest", good.replace("sha256:e3b0", "sha256:../..")));
        cases.put(
                "digest-by-md5",
                Map.entry("malformed-manifest", good.replace("sha256:e3", "md5:e3")));
        cases.put(
                "annotation-as-number",
                Map.entry("malformed-manifest", good.replace("\"ubuntu\"", "1")));
        cases.put(
                "an-index",
                Map.entry(
                        "wrong-media-type",
                        good.replaceFirst("image.manifest.v1", "image.index.v1")));
        cases.put(
                "a-docker-manifest",
                Map.entry(
                        "wrong-media-type",
                        good.replaceFirst(
                                "application/vnd.oci.image.manifest.v1",
                                "application/vnd.docker.distribution.manifest.v2")));
        cases.put(
                "a-container-layer",
                Map.entry(
                        "wrong-media-type",
                        good.replace(
                                "application/x-qemu-disk",
                                "application/vnd.oci.image.layer.v1.tar+gzip")));
        cases.put(
                "a-thousand-layers",
                Map.entry(
                        "too-many-layers", good.replace(layer, layer + ("," + layer).repeat(999))));
        cases.put("two-disks", Map.entry("not-one-disk", good.replace(layer, layer + "," + layer)));
        cases.put("no-disk", Map.entry("not-one-disk", good.replace(layer, "")));
        for (var title :
                new String[] {
                    "../../etc/passwd", "/etc/passwd", "..", "a\\\\b", "a\\u0000b", " "
                }) {
            cases.put(
                    "title " + title,
                    Map.entry("unsafe-title", good.replace("ubuntu.22.04.qcow2", title)));
        }
        return cases.entrySet().stream()
                .map(
                        one ->
                                DynamicTest.dynamicTest(
                                        one.getKey(),
                                        () ->
                                                assertThat(code(one.getValue().getValue()))
                                                        .isEqualTo(one.getValue().getKey())));
    }

    private static String code(String manifest) {
        return catchThrowableOfType(OciRefusal.class, () -> disk(manifest)).code().label();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "debian:12",
                "registry.example/debian",
                "registry.example/Debian:12",
                "registry.example/../x:12",
                "registry.example//x:12",
                "https://registry.example/x:12",
                "user:secret@registry.example/x:12",
                "registry.example/x:12?y",
                "registry.example/x@sha256:abc",
                "registry.example/x@sha512:abc",
                "registry.example/x:-12",
                "oci:directory",
                "oci::12",
                "oci:directory:a/b"
            })
    void aReferenceThatIsNotWhollySpelledOutIsRefused(String text) {
        assertThatThrownBy(() -> OciReference.parse(text)).isInstanceOf(MalformedInput.class);
    }

    @Test
    void aReferenceWithALongNameIsReadInNoTime() {
        var text = "registry.example/" + "a-".repeat(400) + ":12";

        assertThatThrownBy(() -> OciReference.parse(text)).isInstanceOf(MalformedInput.class);
        assertThat(OciReference.parse("127.0.0.1:5000/a/b.c/d_e:v1").toString())
                .isEqualTo("127.0.0.1:5000/a/b.c/d_e:v1");
    }
}
