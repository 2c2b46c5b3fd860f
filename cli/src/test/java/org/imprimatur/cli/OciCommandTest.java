package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images in layouts on disk and in a registry in memory, honest and not. */
class OciCommandTest {

    private static final byte[] IMAGE = new byte[300_000];

    static {
        new Random(1).nextBytes(IMAGE);
    }

    @TempDir Path directory;

    private TrialStory story;
    private Path image;
    private Path layout;
    private Path target;

    @BeforeEach
    void endorse() throws IOException {
        story = new TrialStory(directory);
        image = story.endorse(directory, "image.qcow2", IMAGE);
        layout = directory.resolve("layout");
        target = Files.createDirectory(directory.resolve("target"));
    }

    private Ran push(String reference, String... options) {
        return pushFile("image.qcow2", reference, options);
    }

    private Ran pushFile(String name, String reference, String... options) {
        var line =
                new ArrayList<>(
                        List.of(
                                "oci",
                                "push",
                                directory.resolve(name).toString(),
                                directory.resolve(name + ".bundle.json").toString(),
                                reference));
        line.addAll(List.of(options));
        var ran = Ran.of(line);
        assertThat(ran.status()).as(ran.out() + ran.err()).isZero();
        return ran;
    }

    private Ran pull(String reference, String... options) {
        var line = new ArrayList<>(List.of("oci", "pull", reference, "--to", "" + target));
        line.addAll(List.of(options));
        return Ran.trusting(story, line.toArray(String[]::new));
    }

    private String layoutTag() {
        return "oci:" + layout + ":12";
    }

    /** The code with which a pull is refused; nothing is left of it. */
    private String refused(String reference, String... options) throws IOException {
        var ran = pull(reference, options);
        assertThat(ran.status()).as(ran.out() + ran.err()).isIn(1, 3, 4);
        assertThat(visible()).isEmpty();
        var said = ran.status() == 1 ? ran.lastLine() : ran.err();
        return said.replaceAll("(?s).*\\[([a-z-]+)\\].*", "$1");
    }

    /** What stands in the target directory for everybody to see. */
    private List<String> visible() throws IOException {
        try (Stream<Path> files = Files.list(target)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    private Path blob(String... containing) throws IOException {
        try (var files = Files.list(layout.resolve("blobs/sha256"))) {
            for (var file : files.toList()) {
                if (Files.size(file) < 100_000) {
                    var text = Files.readString(file);
                    if (Stream.of(containing).allMatch(text::contains)) {
                        return file;
                    }
                }
            }
        }
        throw new AssertionError("no blob with " + List.of(containing));
    }

    @Test
    @Clause("WLCG-1")
    void whatIsPushedIntoALayoutIsPulledWithItsBundle() throws IOException {
        push(layoutTag());
        var ran = pull(layoutTag());

        assertThat(ran.status()).as(ran.out() + ran.err()).isZero();
        assertThat(ran.lastLine()).startsWith("PULLED: Image 2");
        assertThat(visible()).containsExactly("image.qcow2", "image.qcow2.bundle.json");
        assertThat(target.resolve("image.qcow2")).hasBinaryContent(IMAGE);
        assertThat(Files.list(target)).hasSize(2);
        assertThat(
                        Ran.trusting(
                                        story,
                                        "verify",
                                        target.resolve("image.qcow2.bundle.json").toString(),
                                        target.resolve("image.qcow2").toString())
                                .status())
                .isZero();
        assertThat(pull(layoutTag()).status()).as("it is there already").isEqualTo(2);
    }

    @Test
    void pushingAgainGivesTheSameDigestsAndTagsMove() throws IOException {
        assertThat(push(layoutTag()).out()).isEqualTo(push(layoutTag()).out());
        story.endorse(directory, "other.qcow2", "another image".getBytes(StandardCharsets.UTF_8));
        pushFile("other.qcow2", layoutTag());

        assertThat(pull(layoutTag()).out()).contains("Image 3");
        assertThat(visible()).containsExactly("other.qcow2", "other.qcow2.bundle.json");
    }

    @Test
    void verifyingKeepsNothing() throws IOException {
        push(layoutTag());
        var ran = Ran.trusting(story, "oci", "verify", layoutTag(), "--output", "json");

        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.json().path("verdict").asText()).isEqualTo("VERIFIED");
        assertThat(ran.json().path("bytes").asInt()).isEqualTo(IMAGE.length);
        assertThat(visible()).isEmpty();
    }

    @Test
    void aFileThatIsNotTheEndorsedOneIsNotPushed() throws IOException {
        Files.writeString(image, "another");
        var ran = Ran.of("oci", "push", image.toString(), image + ".bundle.json", layoutTag());

        assertThat(ran.status()).isOne();
        assertThat(ran.lastLine()).startsWith("REFUSED [another-image]");
    }

    @Test
    void anAlteredFileNeverGetsItsName() throws IOException {
        push(layoutTag());
        var disk = layout.resolve("blobs/sha256/" + TrialRegistry.digest(IMAGE).substring(7));
        var altered = IMAGE.clone();
        altered[1000] ^= 1;
        Files.write(disk, altered);

        assertThat(refused(layoutTag())).isEqualTo("digest-mismatch");
        assertThat(Files.list(target)).isEmpty();
        Files.write(disk, java.util.Arrays.copyOf(IMAGE, 1000));
        assertThat(refused(layoutTag())).isEqualTo("size-mismatch");
        Files.write(disk, java.util.Arrays.copyOf(IMAGE, IMAGE.length + 1));
        assertThat(refused(layoutTag())).isEqualTo("size-mismatch");
        Files.delete(disk);
        assertThat(refused(layoutTag())).isEqualTo("not-found");
        Files.createSymbolicLink(disk, image);
        assertThat(refused(layoutTag())).as("links are not followed").isEqualTo("not-found");
    }

    @Test
    void anotherImageOfTheSameSizeIsNotTakenForTheEndorsedOne() throws IOException {
        push(layoutTag());
        var other = IMAGE.clone();
        other[0] ^= 1;
        story.endorse(directory, "other.qcow2", other);
        pushFile("other.qcow2", "oci:" + layout + ":other");
        // The bundle of the one is made to refer to the other.
        var index = Files.readString(layout.resolve("index.json"));
        var good = blob("application/x-qemu-disk\",\"digest\":\"" + TrialRegistry.digest(IMAGE));
        var wrong = blob("application/x-qemu-disk\",\"digest\":\"" + TrialRegistry.digest(other));
        var forged =
                Files.readString(good)
                        .replace(TrialRegistry.digest(IMAGE), TrialRegistry.digest(other));
        var bundle = blob("imprimatur.bundle.v1+json\",\"config", name(good));
        var referring =
                Files.readString(bundle)
                        .replace(name(good), hex(forged))
                        .replace("\"size\":" + Files.size(good), "\"size\":" + forged.length());
        assertThat(wrong).isNotEqualTo(good);
        Files.writeString(layout.resolve("blobs/sha256/" + hex(forged)), forged);
        Files.writeString(layout.resolve("blobs/sha256/" + hex(referring)), referring);
        Files.writeString(
                layout.resolve("index.json"),
                index.replace(name(good), hex(forged)).replace(name(bundle), hex(referring)));

        var code = refused(layoutTag());

        assertThat(code).isEqualTo("another-image");
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    private static String hex(String content) {
        return TrialRegistry.digest(content.getBytes(StandardCharsets.UTF_8)).substring(7);
    }

    @Test
    void withoutABundleOrWithoutTrustNothingIsPulled() throws IOException {
        push(layoutTag());
        var stranger = new TrialStory(Files.createDirectory(directory.resolve("stranger")));
        var ran = Ran.trusting(stranger, "oci", "pull", layoutTag(), "--to", target.toString());
        assertThat(ran.lastLine()).startsWith("REFUSED [bundle-refused]");
        var early =
                Ran.of(
                        "oci",
                        "verify",
                        layoutTag(),
                        "--charter",
                        story.charterFile.toString(),
                        "--anchors",
                        story.anchors.toString(),
                        "--at",
                        "2026-01-01T00:00:00Z");
        assertThat(early.lastLine()).startsWith("REFUSED [not-in-force]");

        var bundle = blob("c2sp.org/tlog-proof");
        Files.writeString(bundle, "{}");
        assertThat(refused(layoutTag())).isEqualTo("size-mismatch");
        Files.write(
                layout.resolve("index.json"),
                Files.readString(layout.resolve("index.json"))
                        .replace("vnd.imprimatur.bundle.v1", "vnd.imprimatur.bundle.v9")
                        .getBytes(StandardCharsets.UTF_8));
        assertThat(refused(layoutTag())).isEqualTo("no-bundle");
        assertThat(refused("oci:" + layout + ":none")).isEqualTo("not-found");
        Files.delete(layout.resolve("oci-layout"));
        assertThat(refused(layoutTag())).isEqualTo("not-a-layout");
    }

    @Test
    void aRegistryThatListsReferrersIsAskedForThem() throws Exception {
        try (var registry = new TrialRegistry()) {
            var reference = registry.host() + "/images/debian:12";
            push(reference, "--plain-http");

            assertThat(registry.asked).noneMatch(request -> request.contains("manifests/sha256-"));
            assertThat(registry.asked.getLast())
                    .as("the tag is given last")
                    .isEqualTo("PUT /v2/images/debian/manifests/12");
            var ran = pull(reference, "--plain-http");
            assertThat(ran.status()).as(ran.out() + ran.err()).isZero();
            assertThat(target.resolve("image.qcow2")).hasBinaryContent(IMAGE);
        }
    }

    @Test
    void whatWasBrokenOffGoesOnWhereItEnded() throws Exception {
        try (var registry = new TrialRegistry()) {
            var reference = registry.host() + "/images/debian:12";
            push(reference, "--plain-http");
            for (boolean ranges : new boolean[] {true, false}) {
                registry.ranges = ranges;
                registry.cutAfter = 100_000;

                var first = pull(reference, "--plain-http");

                assertThat(first.status()).as(first.out() + first.err()).isEqualTo(4);
                assertThat(first.err()).contains("[unreachable]", "again");
                assertThat(visible()).isEmpty();
                registry.sent.set(0);
                assertThat(pull(reference, "--plain-http").status()).isZero();
                assertThat(target.resolve("image.qcow2")).hasBinaryContent(IMAGE);
                assertThat(registry.sent.get())
                        .isBetween(
                                ranges ? 1L : IMAGE.length,
                                ranges ? IMAGE.length - 1L : IMAGE.length);
                Files.delete(target.resolve("image.qcow2"));
                Files.delete(target.resolve("image.qcow2.bundle.json"));
            }
        }
    }

    @Test
    void aRegistryThatLiesIsRefusedWithTheReason() throws Exception {
        try (var registry = new TrialRegistry()) {
            var reference = registry.host() + "/images/debian:12";
            push(reference, "--plain-http");
            var disk = "/blobs/" + TrialRegistry.digest(IMAGE);

            var altered = IMAGE.clone();
            altered[5] ^= 1;
            registry.lies.put(disk, altered);
            assertThat(refused(reference, "--plain-http")).isEqualTo("digest-mismatch");
            registry.lies.put(disk, java.util.Arrays.copyOf(IMAGE, IMAGE.length * 2));
            assertThat(refused(reference, "--plain-http")).isEqualTo("size-mismatch");
            registry.lies.clear();

            registry.lies.put("/manifests/12", new byte[2 << 20]);
            assertThat(refused(reference, "--plain-http")).isEqualTo("manifest-too-large");
            registry.lies.put("/manifests/12", "{\"a\":".repeat(1000).getBytes());
            assertThat(refused(reference, "--plain-http")).isEqualTo("malformed-manifest");
            registry.lies.clear();

            var asked = registry.asked.stream().filter(one -> one.contains("/referrers/")).toList();
            var referrers = asked.getFirst().substring(asked.getFirst().lastIndexOf("/referrers/"));
            registry.lies.put(referrers, index(65));
            assertThat(refused(reference, "--plain-http")).isEqualTo("too-many-referrers");
            story.endorse(directory, "other.qcow2", "another".getBytes(StandardCharsets.UTF_8));
            pushFile("other.qcow2", reference.replace(":12", ":13"), "--plain-http");
            registry.lies.put(referrers, registry.referrersOfOthers(referrers));
            assertThat(refused(reference, "--plain-http"))
                    .as("the bundle of another image is none of this one")
                    .isEqualTo("no-bundle");
            registry.lies.clear();
            registry.failing = 500;
            assertThat(refused(reference, "--plain-http")).isEqualTo("registry-error");
            registry.failing = 0;

            for (var listed : List.copyOf(registry.asked)) {
                if (listed.startsWith("GET") && listed.contains("/manifests/sha256:")) {
                    registry.lies.put(
                            listed.substring(listed.lastIndexOf('/')),
                            "{}".getBytes(StandardCharsets.UTF_8));
                }
            }
            assertThat(refused(reference, "--plain-http")).isEqualTo("digest-mismatch");
        }
        assertThat(refused("127.0.0.1:1/x:1", "--plain-http")).isEqualTo("unreachable");
    }

    /** An index of so many bundles. */
    private static byte[] index(int bundles) {
        return TrialRegistry.index(
                IntStream.range(0, bundles)
                        .mapToObj(
                                i ->
                                        TrialRegistry.descriptor(
                                                "sha256:%064x".formatted(i),
                                                100,
                                                "application/vnd.imprimatur.bundle.v1+json"))
                        .toList());
    }

    @Test
    void aReferenceOrPasswordThatIsWrongIsAMisuseAndNeverShown() {
        var ran = pull("user:hunter2@registry.example/x:1");

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).doesNotContain("hunter2");
        assertThat(Ran.of("oci").status()).isEqualTo(2);
        assertThat(pull("registry.example/x:1", "--password-file", "none").status()).isEqualTo(2);
    }
}
