package org.imprimatur.exchange.streams;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.imprimatur.exchange.BundleVerifier.Outcome;
import org.imprimatur.exchange.streams.StreamsRefusal.Code;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement;

/**
 * Writes a simplestreams index for endorsed images that stand in a directory ({@code
 * docs/format.md}, "simplestreams"). The same images and moment give the same bytes.
 */
public final class StreamsWriter {

    static final String INDEX = "streams/v1/index";
    static final String PRODUCTS = "streams/v1/images";
    static final String CONTENT_ID = "images";
    static final String BUNDLE_TYPE = "imprimatur.bundle.json";

    /** As simplestreams has it: RFC 5322, in UTC. */
    static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss Z", Locale.ENGLISH);

    private static final DateTimeFormatter SERIAL =
            DateTimeFormatter.ofPattern("uuuuMMdd_HHmmss", Locale.ROOT);
    private static final JsonMapper JSON = new JsonMapper();

    private final Path root;
    private final Map<String, ObjectNode> products = new TreeMap<>();

    /** Writes below a directory, which is what will be served. */
    public StreamsWriter(Path root) {
        this.root = root;
    }

    /**
     * Adds an image.
     *
     * @param file its name in the directory
     * @param bundleFile the name of its bundle there
     * @param verified what came of that bundle
     * @throws StreamsRefusal when the file is not the one that is endorsed, or cannot be named in
     *     an address
     */
    public void add(
            String file, String bundleFile, Outcome.Verified verified, LongConsumer progress)
            throws IOException {
        var entry = verified.endorsement();
        var endorsement = entry.statement();
        SafePath.check(file);
        SafePath.check(bundleFile);
        byte[] metadata = IncusMetadata.of(endorsement, entry.admittedAt());
        boolean incus = endorsement.disk().format().equals("qcow2");
        var digests = Digests.of(root.resolve(file), metadata, progress);
        if (!digests.sha512().equals(endorsement.image())) {
            throw new StreamsRefusal(
                    Code.ANOTHER_IMAGE,
                    "expected %s, which is endorsed, found %s"
                            .formatted(endorsement.image(), digests.sha512()));
        }
        var version = version(entry);
        var items = version.putObject("items");
        items.putObject("disk")
                .put("ftype", incus ? "disk-kvm.img" : "disk." + endorsement.disk().format())
                .put("path", file)
                .put("size", digests.size())
                .put("sha256", digests.sha256().hex())
                .put("sha512", digests.sha512().hex());
        if (incus) {
            var path = "streams/v1/" + Sha256.of(metadata).hex() + ".incus.tar.xz";
            replace(root.resolve(path), metadata);
            for (var reader : List.of("incus", "lxd")) {
                items.putObject(reader + ".tar.xz")
                        .put("ftype", reader + ".tar.xz")
                        .put("path", path)
                        .put("size", metadata.length)
                        .put("sha256", Sha256.of(metadata).hex())
                        .put("combined_disk-kvm-img_sha256", digests.combined().hex());
            }
        }
        byte[] bundle = Files.readAllBytes(root.resolve(bundleFile));
        items.putObject("bundle")
                .put("ftype", BUNDLE_TYPE)
                .put("path", bundleFile)
                .put("size", bundle.length)
                .put("sha256", Sha256.of(bundle).hex());
        var serial =
                SERIAL.format(entry.admittedAt().atOffset(ZoneOffset.UTC))
                        + "-"
                        + endorsement.version();
        product(endorsement).withObjectProperty("versions").set(serial, version);
    }

    private static ObjectNode version(Recorded<Statement.Endorsement> entry) {
        var endorsement = entry.statement();
        return JsonNodeFactory.instance
                .objectNode()
                .put("label", "release")
                .put("pubname", endorsement.title())
                .put("org.imprimatur.endorsement", entry.id().hex())
                .put("org.imprimatur.guid", endorsement.guid().toString())
                .put("org.imprimatur.version", endorsement.version().text());
    }

    private ObjectNode product(Statement.Endorsement endorsement) {
        var owner = endorsement.owner().toString().replace(':', '.');
        var tag = endorsement.tag();
        var name = tag == null ? endorsement.guid().toString() : tag.text();
        var system = endorsement.system();
        return products.computeIfAbsent(
                owner + ":" + name + ":" + system.architecture(),
                _ ->
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("aliases", owner + "/" + name)
                                .put("arch", system.architecture())
                                .put("os", system.name())
                                .put("release", system.version())
                                .put("release_title", system.version())
                                .put("variant", "default")
                                .put("version", system.version()));
    }

    /**
     * Writes the index over all images that were added, the index itself last.
     *
     * @param at the moment that the index says it was updated at
     * @param signer for the signed form beside the plain one
     */
    public void write(Instant at, Optional<ClearSigned.Signer> signer) throws IOException {
        var date = DATE.format(at.atOffset(ZoneOffset.UTC));
        var list =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("content_id", CONTENT_ID)
                        .put("datatype", "image-downloads")
                        .put("format", "products:1.0")
                        .put("updated", date);
        var all = list.putObject("products");
        products.forEach(all::set);
        var text = text(list);
        replace(root.resolve(PRODUCTS + ".json"), text);
        if (signer.isPresent()) {
            replace(root.resolve(PRODUCTS + ".sjson"), signer.get().sign(string(text), at));
            replace(
                    root.resolve(INDEX + ".sjson"),
                    signer.get().sign(string(text(index(date, ".sjson"))), at));
        } else {
            // An old signed index would go on saying what is no longer so.
            Files.deleteIfExists(root.resolve(INDEX + ".sjson"));
            Files.deleteIfExists(root.resolve(PRODUCTS + ".sjson"));
        }
        replace(root.resolve(INDEX + ".json"), text(index(date, ".json")));
    }

    private ObjectNode index(String date, String suffix) {
        var index =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("format", "index:1.0")
                        .put("updated", date);
        var entry =
                index.putObject("index")
                        .putObject(CONTENT_ID)
                        .put("datatype", "image-downloads")
                        .put("format", "products:1.0")
                        .put("path", PRODUCTS + suffix)
                        .put("updated", date);
        products.keySet().forEach(entry.putArray("products")::add);
        return index;
    }

    private static String string(byte[] text) {
        return new String(text, StandardCharsets.UTF_8);
    }

    private static byte[] text(ObjectNode json) {
        try {
            return (JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n")
                    .getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a tree can be written", e);
        }
    }

    /** Readers see the old file or the new one, never a part. */
    private static void replace(Path file, byte[] content) throws IOException {
        Files.createDirectories(file.getParent());
        var part = file.resolveSibling("." + file.getFileName() + ".part");
        Files.write(part, content);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * What the parts of an image are known by.
     *
     * @param combined SHA-256 of the metadata with the disk behind it, which is what Incus names
     *     the image by
     */
    record Digests(Sha256 sha256, Sha512 sha512, Sha256 combined, long size) {

        static Digests of(Path file, byte[] metadata, LongConsumer progress) throws IOException {
            try (var in = Files.newInputStream(file)) {
                var sha256 = MessageDigest.getInstance("SHA-256");
                var sha512 = MessageDigest.getInstance("SHA-512");
                var combined = MessageDigest.getInstance("SHA-256");
                combined.update(metadata);
                var buffer = new byte[1 << 18];
                long size = 0;
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    sha256.update(buffer, 0, read);
                    sha512.update(buffer, 0, read);
                    combined.update(buffer, 0, read);
                    size += read;
                    progress.accept(size);
                }
                return new Digests(
                        hex(sha256), Sha512.ofBytes(sha512.digest()), hex(combined), size);
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError("every JDK must provide SHA-2", e);
            }
        }

        private static Sha256 hex(MessageDigest digest) {
            return new Sha256(HexFormat.of().formatHex(digest.digest()));
        }
    }
}
