package org.imprimatur.exchange.streams;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.exchange.BundleVerifier;
import org.imprimatur.exchange.BundleVerifier.Outcome;
import org.imprimatur.exchange.OpenJson;
import org.imprimatur.exchange.streams.StreamsRefusal.Code;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;

/**
 * Reads a simplestreams index and judges each image in it by its bundle ({@code docs/format.md},
 * "simplestreams"). What Incus leaves out is done: the signature is verified, an old index is
 * refused, and no path leads elsewhere.
 */
public final class StreamsReader {

    /** No file of an index is larger, in bytes. */
    public static final int MAX_BYTES = 32 << 20;

    private static final String PLAIN_INDEX = StreamsWriter.INDEX + ".json";
    private static final String SIGNED_INDEX = StreamsWriter.INDEX + ".sjson";
    private static final int MAX_TOKENS = 4_000_000;
    private static final int MAX_IMAGES = 50_000;
    private static final Duration CLOCKS = Duration.ofMinutes(5);

    private final StreamsSource source;
    private final Terms terms;

    public StreamsReader(StreamsSource source, Terms terms) {
        this.source = source;
        this.terms = terms;
    }

    /**
     * By what an index is judged.
     *
     * @param keyring whose signature is asked for; empty for an index that nobody signs
     * @param longest how long ago it may have been updated; empty where that does not matter
     * @param bundles by which the images are judged; empty to look at the index alone
     */
    public record Terms(
            Instant at,
            Optional<ClearSigned.Keyring> keyring,
            Optional<Duration> longest,
            Optional<BundleVerifier> bundles) {}

    /**
     * An index.
     *
     * @param updated when it says it was updated
     */
    public record Streams(Optional<Instant> updated, List<Image> images) {

        public Streams {
            images = List.copyOf(images);
        }
    }

    /**
     * One version of a product.
     *
     * @param disk where its disk is, where that can be told
     * @param verified what came of its bundle, where it is usable and was judged
     * @param objection why it is unusable
     */
    public record Image(
            String product,
            String version,
            Optional<Item> disk,
            Optional<Outcome.Verified> verified,
            Optional<StreamsRefusal> objection) {}

    /** One file of an image. */
    public record Item(
            String type,
            String path,
            long size,
            Optional<Sha256> sha256,
            Optional<Sha512> sha512) {}

    /**
     * Reads and judges.
     *
     * @throws StreamsRefusal when the index as a whole is not accepted
     */
    public Streams read() throws IOException {
        var index = index();
        format(index, "index:1.0");
        var updated = updated(index);
        if (!(index.path("index") instanceof ObjectNode entries)) {
            throw malformed("index", "an object");
        }
        var images = new ArrayList<Image>();
        for (var entry : entries.properties()) {
            if (!entry.getValue().path("datatype").asText("").equals("image-downloads")) {
                continue;
            }
            products(entry.getKey(), entry.getValue(), images);
        }
        return new Streams(updated, images);
    }

    private ObjectNode index() throws IOException {
        if (terms.keyring().isEmpty()) {
            return document(PLAIN_INDEX, Code.NOT_AN_INDEX);
        }
        boolean plain = source.read(PLAIN_INDEX, 1).isPresent();
        return document(SIGNED_INDEX, plain ? Code.NOT_SIGNED : Code.NOT_AN_INDEX);
    }

    private void products(String id, JsonNode entry, List<Image> images) throws IOException {
        var list =
                document(
                        SafePath.check(text(entry, "path")),
                        terms.keyring().isPresent() ? Code.NOT_SIGNED : Code.NOT_FOUND);
        format(list, "products:1.0");
        if (!text(list, "content_id").equals(id)) {
            throw new StreamsRefusal(
                    Code.OTHER_CONTENT,
                    "expected the products of %s, found those of %s"
                            .formatted(
                                    MalformedInput.quoted(id),
                                    MalformedInput.quoted(text(list, "content_id"))));
        }
        updated(list);
        if (!(list.path("products") instanceof ObjectNode products)) {
            throw malformed("products", "an object");
        }
        for (var product : products.properties()) {
            if (!(product.getValue().path("versions") instanceof ObjectNode versions)) {
                throw malformed("products.versions", "an object");
            }
            for (var version : versions.properties()) {
                if (images.size() == MAX_IMAGES) {
                    throw new StreamsRefusal(
                            Code.TOO_LARGE, "expected at most %d images".formatted(MAX_IMAGES));
                }
                images.add(image(product.getKey(), version.getKey(), version.getValue()));
            }
        }
    }

    private Image image(String product, String name, JsonNode version) throws IOException {
        Optional<Item> disk = Optional.empty();
        try {
            var items = new ArrayList<Item>();
            for (var item : version.path("items")) {
                items.add(item(item));
            }
            disk =
                    items.stream()
                            .filter(
                                    item ->
                                            item.type().startsWith("disk")
                                                    || item.type().equals("uefi1.img"))
                            .findFirst();
            if (disk.isEmpty()) {
                throw new StreamsRefusal(Code.NO_DISK, "expected a disk, found none");
            }
            return new Image(product, name, disk, judged(items, disk.get()), Optional.empty());
        } catch (StreamsRefusal e) {
            return new Image(product, name, disk, Optional.empty(), Optional.of(e));
        }
    }

    private Optional<Outcome.Verified> judged(List<Item> items, Item disk) throws IOException {
        if (terms.bundles().isEmpty()) {
            return Optional.empty();
        }
        var item =
                items.stream()
                        .filter(one -> one.type().equals(StreamsWriter.BUNDLE_TYPE))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new StreamsRefusal(
                                                Code.NO_BUNDLE, "expected a bundle, found none"));
        return switch (terms.bundles().get().verify(bundle(item))) {
            case Outcome.Refused refused ->
                    throw new StreamsRefusal(
                            Code.BUNDLE_REFUSED,
                            refused.broken().what() + ": " + refused.broken().found());
            case Outcome.Verified verified -> Optional.of(of(verified, disk));
        };
    }

    private Bundle bundle(Item item) throws IOException {
        byte[] bytes =
                source.read(item.path(), Bundle.MAX_BYTES)
                        .orElseThrow(
                                () ->
                                        new StreamsRefusal(
                                                Code.NOT_FOUND, "there is no " + item.path()));
        if (bytes.length != item.size()) {
            throw new StreamsRefusal(
                    Code.SIZE_MISMATCH,
                    "%s: expected %d bytes, found %d"
                            .formatted(item.path(), item.size(), bytes.length));
        }
        if (item.sha256().isEmpty() || !item.sha256().get().equals(Sha256.of(bytes))) {
            throw new StreamsRefusal(
                    Code.DIGEST_MISMATCH, item.path() + " is not the file of the index");
        }
        try {
            return Bundle.read(bytes);
        } catch (MalformedInput e) {
            throw new StreamsRefusal(Code.MALFORMED_BUNDLE, e.explanation());
        }
    }

    private Outcome.Verified of(Outcome.Verified verified, Item disk) {
        var entry = verified.endorsement();
        if (terms.at().isBefore(entry.admittedAt())
                || !verified.register().counts(entry.id(), terms.at())) {
            throw new StreamsRefusal(
                    Code.NOT_IN_FORCE,
                    "the endorsement does not count at %s".formatted(terms.at()));
        }
        if (disk.size() != entry.statement().disk().fileBytes()
                || disk.sha512().isEmpty()
                || !disk.sha512().get().equals(entry.statement().image())) {
            throw new StreamsRefusal(
                    Code.ANOTHER_IMAGE,
                    "expected %d bytes with %s, as endorsed, found %d bytes with %s"
                            .formatted(
                                    entry.statement().disk().fileBytes(),
                                    entry.statement().image(),
                                    disk.size(),
                                    disk.sha512().map(Object::toString).orElse("no SHA-512")));
        }
        return verified;
    }

    static Item item(JsonNode item) {
        try {
            return new Item(
                    OpenJson.text(item, "ftype", 256),
                    SafePath.check(OpenJson.text(item, "path", 4096)),
                    OpenJson.size(item, "size"),
                    OpenJson.optionalText(item, "sha256", 256).map(Sha256::new),
                    OpenJson.optionalText(item, "sha512", 256).map(Sha512::new));
        } catch (MalformedInput e) {
            throw new StreamsRefusal(Code.NOT_AN_INDEX, e.explanation());
        }
    }

    private ObjectNode document(String path, Code absent) throws IOException {
        byte[] bytes =
                source.read(path, MAX_BYTES)
                        .orElseThrow(() -> new StreamsRefusal(absent, "there is no " + path));
        if (bytes.length > MAX_BYTES) {
            throw new StreamsRefusal(
                    Code.TOO_LARGE, "%s: expected at most %d bytes".formatted(path, MAX_BYTES));
        }
        var text =
                terms.keyring().isPresent()
                        ? ClearSigned.verify(bytes, terms.keyring().get(), terms.at())
                        : bytes;
        try {
            return OpenJson.read(text, MAX_BYTES, MAX_TOKENS);
        } catch (MalformedInput e) {
            throw new StreamsRefusal(Code.NOT_AN_INDEX, path + ": " + e.explanation());
        }
    }

    private static String text(JsonNode node, String name) {
        try {
            return OpenJson.text(node, name, 4096);
        } catch (MalformedInput e) {
            throw new StreamsRefusal(Code.NOT_AN_INDEX, e.explanation());
        }
    }

    private static StreamsRefusal malformed(String place, String expected) {
        return new StreamsRefusal(
                Code.NOT_AN_INDEX,
                "%s: expected %s, found another value".formatted(place, expected));
    }

    private static void format(JsonNode document, String expected) {
        var found = text(document, "format");
        if (!found.equals(expected)) {
            throw new StreamsRefusal(
                    Code.UNKNOWN_FORMAT,
                    "expected %s, found %s".formatted(expected, MalformedInput.quoted(found)));
        }
    }

    private Optional<Instant> updated(JsonNode document) {
        Optional<Instant> updated;
        try {
            updated =
                    OpenJson.optionalText(document, "updated", 64)
                            .map(
                                    text ->
                                            OffsetDateTime.parse(text, StreamsWriter.DATE)
                                                    .toInstant());
        } catch (MalformedInput | DateTimeException e) {
            throw new StreamsRefusal(
                    Code.NOT_AN_INDEX,
                    "updated: expected a date such as Sat, 21 Nov 2026 12:00:00 +0000");
        }
        if (updated.isPresent() && updated.get().isAfter(terms.at().plus(CLOCKS))) {
            throw new StreamsRefusal(
                    Code.UPDATED_IN_FUTURE,
                    "expected an index updated before %s, found %s"
                            .formatted(terms.at(), updated.get()));
        }
        if (terms.longest().isPresent()) {
            if (updated.isEmpty()) {
                throw new StreamsRefusal(Code.NO_DATE, "expected a date, found none");
            }
            if (updated.get().isBefore(terms.at().minus(terms.longest().get()))) {
                throw new StreamsRefusal(
                        Code.STALE,
                        "expected an index updated within %s before %s, found %s"
                                .formatted(terms.longest().get(), terms.at(), updated.get()));
            }
        }
        return updated;
    }
}
