package org.imprimatur.exchange.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.imprimatur.exchange.streams.StreamsReader.Terms;
import org.imprimatur.register.MalformedInput;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamsTest {

    static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    static final String INDEX =
            """
            {"format": "index:1.0", "updated": "Sat, 21 Nov 2026 11:00:00 +0000",
             "index": {"images": {"datatype": "image-downloads", "format": "products:1.0", "path": "streams/v1/images.json", "products": ["a"]},
                       "ids": {"datatype": "image-ids", "path": "../elsewhere"}}}
            """;

    static final String PRODUCTS =
            """
            {"format": "products:1.0", "content_id": "images", "datatype": "image-downloads",
             "products": {"debian:12:amd64:default": {"arch": "amd64", "versions": {"20261121_0000": {"items": {
               "disk.qcow2": {"ftype": "disk-kvm.img", "path": "images/debian/disk.qcow2", "size": 3, "sha256": "%s"},
               "incus.tar.xz": {"ftype": "incus.tar.xz", "path": "images/debian/incus.tar.xz", "size": 1}}}}}}}
            """
                    .formatted("0".repeat(64));

    static byte[] file(String name) {
        try (var in = StreamsTest.class.getResourceAsStream("/streams/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ClearSigned.Keyring keys(String name) {
        return ClearSigned.Keyring.read(file(name + ".public.asc"));
    }

    private static StreamsReader.Streams read(Map<String, String> files, Terms terms) {
        try {
            return new StreamsReader(
                            (path, _) ->
                                    Optional.ofNullable(files.get(path))
                                            .map(text -> text.getBytes(StandardCharsets.UTF_8)),
                            terms)
                    .read();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static final Terms PLAIN =
            new Terms(NOW, Optional.empty(), Optional.empty(), Optional.empty());

    private static StreamsReader.Streams read(String index, String products) {
        return read(
                Map.of("streams/v1/index.json", index, "streams/v1/images.json", products), PLAIN);
    }

    @Test
    void anIndexAsOthersServeItIsRead() {
        var streams = read(INDEX, PRODUCTS);

        assertThat(streams.updated()).contains(Instant.parse("2026-11-21T11:00:00Z"));
        assertThat(streams.images()).hasSize(1);
        assertThat(streams.images().getFirst().objection()).isEmpty();
        assertThat(streams.images().getFirst().disk().orElseThrow().path())
                .isEqualTo("images/debian/disk.qcow2");
    }

    @TestFactory
    Stream<DynamicTest> aBadIndexIsRefusedWithItsCode() {
        var cases = new TreeMap<String, String[]>();
        cases.put("empty", new String[] {"not-an-index", "", PRODUCTS});
        cases.put("a-list", new String[] {"not-an-index", "[]", PRODUCTS});
        cases.put("deep", new String[] {"not-an-index", "[".repeat(100_000), PRODUCTS});
        cases.put(
                "format-twice",
                new String[] {
                    "not-an-index",
                    INDEX.replace("{\"format\"", "{\"format\": \"x\", \"format\""),
                    PRODUCTS
                });
        cases.put(
                "another-version",
                new String[] {"unknown-format", INDEX.replace("index:1.0", "index:9.0"), PRODUCTS});
        cases.put(
                "path-upwards",
                new String[] {
                    "unsafe-path", INDEX.replace("streams/v1/images", "../images"), PRODUCTS
                });
        cases.put(
                "path-elsewhere",
                new String[] {
                    "unsafe-path", INDEX.replace("streams/v1", "https://other.example"), PRODUCTS
                });
        cases.put(
                "no-products",
                new String[] {"not-found", INDEX.replace("v1/images", "v1/none"), PRODUCTS});
        cases.put(
                "products-of-another-stream",
                new String[] {
                    "other-content", INDEX, PRODUCTS.replace("\"images\"", "\"others\"")
                });
        cases.put(
                "products-that-are-a-list",
                new String[] {
                    "not-an-index",
                    INDEX,
                    "{\"format\": \"products:1.0\", \"content_id\": \"images\", \"products\": []}"
                });
        cases.put(
                "no-date-at-all",
                new String[] {
                    "not-an-index", INDEX.replace("Sat, 21 Nov", "some day in"), PRODUCTS
                });
        cases.put(
                "updated-tomorrow",
                new String[] {
                    "updated-in-future", INDEX.replace("Sat, 21 Nov", "Sun, 22 Nov"), PRODUCTS
                });
        return cases.entrySet().stream()
                .map(
                        one ->
                                DynamicTest.dynamicTest(
                                        one.getKey(),
                                        () ->
                                                assertThat(
                                                                code(
                                                                        () ->
                                                                                read(
                                                                                        one.getValue()[
                                                                                                1],
                                                                                        one.getValue()[
                                                                                                2])))
                                                        .isEqualTo(one.getValue()[0])));
    }

    @Test
    void whatIsTooLargeIsRefusedAndAnImageWithoutADiskUnusable() {
        assertThat(
                        code(
                                () -> {
                                    try {
                                        new StreamsReader(
                                                        (_, limit) ->
                                                                Optional.of(new byte[limit + 1]),
                                                        PLAIN)
                                                .read();
                                    } catch (IOException e) {
                                        throw new AssertionError(e);
                                    }
                                }))
                .isEqualTo("too-large");
        var without = read(INDEX, PRODUCTS.replace("disk-kvm.img", "squashfs")).images();
        assertThat(without.getFirst().objection().orElseThrow().code().label())
                .isEqualTo("no-disk");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"../../etc/passwd\"",
                "\"/etc/passwd\"",
                "\"images/../../x\"",
                "\"http://other.example/x\"",
                "\"a\\\\b\"",
                "\".hidden\"",
                "\"\"",
                "1"
            })
    void anImageWithABadPathIsUnusableAndTheOthersAreNot(String path) {
        var both =
                PRODUCTS.replace(
                        "\"versions\": {",
                        "\"versions\": {\"20261122_0000\": {\"items\": {\"d\": {\"ftype\": \"disk1.img\", \"size\": 1, \"path\": "
                                + path
                                + "}}}, ");

        var images = read(INDEX, both).images();

        assertThat(images).hasSize(2);
        assertThat(images.stream().filter(image -> image.objection().isPresent())).hasSize(1);
    }

    @Test
    void anOldIndexIsRefusedWhereOneAsks() {
        var files = Map.of("streams/v1/index.json", INDEX, "streams/v1/images.json", PRODUCTS);
        var day =
                new Terms(
                        NOW.plus(Duration.ofDays(2)),
                        Optional.empty(),
                        Optional.of(Duration.ofDays(1)),
                        Optional.empty());

        assertThat(code(() -> read(files, day))).isEqualTo("stale");
        var undated = new HashMap<>(files);
        undated.put(
                "streams/v1/index.json",
                INDEX.replace("\"updated\": \"Sat, 21 Nov 2026 11:00:00 +0000\",", ""));
        assertThat(code(() -> read(undated, day))).isEqualTo("no-date");
    }

    @Test
    void whatGnupgHasSignedIsVerified() {
        for (var kind : new String[] {"trial ed25519", "other rsa"}) {
            var message = file("by-gpg-" + kind.split(" ")[1] + ".sjson");
            var text = ClearSigned.verify(message, keys(kind.split(" ")[0]), NOW);

            assertThat(new String(text, StandardCharsets.UTF_8)).contains("\"index:1.0\"");
        }
        assertThat(
                        new String(
                                ClearSigned.verify(file("by-gpg-dashes.txt"), keys("trial"), NOW),
                                StandardCharsets.UTF_8))
                .isEqualTo("- a dash\nspaces at the end\n-----BEGIN x\n\nlast\n");
    }

    @Test
    void whatIsSignedIsReadBack() {
        for (var name : new String[] {"trial", "other"}) {
            var signer = ClearSigned.Signer.read(file(name + ".secret.asc"), new char[0]);
            var text = "{\n- dash\n \"a\": 1\n}\n";

            var signed = signer.sign(text, NOW);

            assertThat(ClearSigned.verify(signed, keys(name), NOW))
                    .isEqualTo(text.getBytes(StandardCharsets.UTF_8));
        }
        assertThatThrownBy(() -> ClearSigned.Signer.read(file("trial.public.asc"), new char[0]))
                .isInstanceOf(MalformedInput.class);
        assertThatThrownBy(() -> ClearSigned.Keyring.read(new byte[] {1, 2, 3}))
                .isInstanceOf(MalformedInput.class);
    }

    @TestFactory
    Stream<DynamicTest> aBadSignatureIsRefusedWithItsCode() {
        var good = new String(file("by-gpg-ed25519.sjson"), StandardCharsets.UTF_8);
        var cases = new TreeMap<String, String[]>();
        cases.put("unsigned", new String[] {"not-signed", INDEX});
        cases.put("text-before", new String[] {"not-signed", "x\n" + good});
        cases.put("text-behind", new String[] {"not-signed", good + "x\n"});
        cases.put("two-messages", new String[] {"not-signed", good + good});
        cases.put(
                "no-signature",
                new String[] {
                    "not-signed", good.substring(0, good.indexOf("-----BEGIN PGP SIGNATURE"))
                });
        cases.put(
                "signature-cut-off",
                new String[] {
                    "not-signed",
                    good.replaceAll("(?s)(SIGNATURE-----\n\n.{20}).*(-----END)", "$1\n$2")
                });
        cases.put("unescaped-dash", new String[] {"not-signed", good.replace("{\n", "-x\n{\n")});
        cases.put(
                "header-smuggled",
                new String[] {"not-signed", good.replace("Hash: SHA", "Comment: x\nHash: SHA")});
        cases.put(
                "text-altered",
                new String[] {"wrong-signature", good.replace("index:1.0", "index:1.1")});
        cases.put("line-added", new String[] {"wrong-signature", good.replace("{\n", "{\n\n")});
        cases.put(
                "another-key",
                new String[] {
                    "unknown-key", new String(file("by-gpg-rsa.sjson"), StandardCharsets.UTF_8)
                });
        return Stream.concat(
                cases.entrySet().stream()
                        .map(
                                one ->
                                        DynamicTest.dynamicTest(
                                                one.getKey(),
                                                () ->
                                                        assertThat(
                                                                        verified(
                                                                                "trial",
                                                                                one.getValue()[1]))
                                                                .isEqualTo(one.getValue()[0]))),
                Stream.of(
                        DynamicTest.dynamicTest(
                                "sha1",
                                () ->
                                        assertThat(
                                                        verified(
                                                                "other",
                                                                new String(
                                                                        file("by-gpg-sha1.sjson"),
                                                                        StandardCharsets.UTF_8)))
                                                .isEqualTo("weak-signature")),
                        DynamicTest.dynamicTest(
                                "expired-key",
                                () ->
                                        assertThat(
                                                        verified(
                                                                "expired",
                                                                new String(
                                                                        file(
                                                                                "by-gpg-expired.sjson"),
                                                                        StandardCharsets.UTF_8)))
                                                .isEqualTo("key-not-valid"))));
    }

    private static String verified(String key, String message) {
        return code(
                () -> ClearSigned.verify(message.getBytes(StandardCharsets.UTF_8), keys(key), NOW));
    }

    private static String code(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(StreamsRefusal.class, call).code().label();
    }
}
