package org.imprimatur.exchange.hepix;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.imprimatur.exchange.hepix.ListVerifier.Reason;
import org.imprimatur.register.MalformedInput;
import org.jspecify.annotations.Nullable;

/** Judges the images of a list one by one: what is wrong with one harms no other. */
final class ImageJudge {

    /** No image file is larger than a pebibyte. */
    static final long MAX_SIZE = 1L << 50;

    private static final long MIB = 1L << 20;
    private static final int CHECKSUM_DIGITS = 128;

    /** What each image must have for any reader; the texts that may be empty come second. */
    private static final List<String> REQUIRED =
            List.of("dc:title", "hv:version", "hv:hypervisor", "sl:arch", "sl:os", "sl:osversion");

    private static final List<String> REQUIRED_TEXTS = List.of("dc:description", "sl:comments");

    private final Instant at;
    private final Set<UUID> twice;
    private final Map<UUID, ObjectNode> held;

    private ImageJudge(Instant at, Set<UUID> twice, Map<UUID, ObjectNode> held) {
        this.at = at;
        this.twice = twice;
        this.held = held;
    }

    static List<ImageVerdict> judge(ImageList list, Optional<ImageList> previous, Instant at) {
        var entries = list.entries();
        if (entries.size() > ImageList.MAX_IMAGES) {
            return List.of();
        }
        var seen = new HashSet<UUID>();
        var twice = new HashSet<UUID>();
        for (var entry : entries) {
            entry.identifier().filter(uuid -> !seen.add(uuid)).ifPresent(twice::add);
        }
        var held = previous.map(ImageList::byIdentifier).orElse(Map.of());
        var judge = new ImageJudge(at, twice, held);
        var verdicts = new ArrayList<ImageVerdict>(entries.size());
        for (var entry : entries) {
            verdicts.add(judge.verdict(verdicts.size(), entry));
        }
        return verdicts;
    }

    private ImageVerdict verdict(int position, ImageList.Entry entry) {
        var image = entry.image();
        if (image == null) {
            return new ImageVerdict(
                    position,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalLong.empty(),
                    List.of(
                            Reason.of(
                                    ListReason.IMAGE_MALFORMED,
                                    "expected an object with the member hv:image")),
                    List.of());
        }
        var one = new One(image, entry.identifier());
        one.check();
        return new ImageVerdict(
                position,
                entry.identifier(),
                ListFields.line(image.get("hv:version")),
                ListFields.line(image.get("dc:title")),
                ram(image),
                one.objections,
                one.warnings);
    }

    /** Below a mebibyte the number counts mebibytes, as some lists have it; else bytes. */
    private static OptionalLong ram(ObjectNode image) {
        var ram = ListFields.number(image.get("hv:ram_minimum"), 0, MAX_SIZE);
        return ram.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(ram.get() < MIB ? ram.get() * MIB : ram.get());
    }

    /** The judgement of one image, while it is being made. */
    private final class One {

        private final ObjectNode image;
        private final Optional<UUID> uuid;
        private final List<Reason> objections = new ArrayList<>();
        private final List<String> warnings = new ArrayList<>();

        One(ObjectNode image, Optional<UUID> uuid) {
            this.image = image;
            this.uuid = uuid;
        }

        private void object(ListReason reason, String explanation) {
            objections.add(Reason.of(reason, explanation));
        }

        private void malformed(ListReason reason, String key, String expected) {
            object(
                    reason,
                    "%s: expected %s, found %s"
                            .formatted(key, expected, ListVerifier.shown(image.get(key))));
        }

        private @Nullable JsonNode required(String key) {
            var node = image.get(key);
            if (node == null || node.isNull()) {
                object(ListReason.IMAGE_MISSING_KEY, key + " is missing");
                return null;
            }
            return node;
        }

        void check() {
            identifier();
            for (var key : REQUIRED) {
                var node = required(key);
                if (node != null && ListFields.line(node).isEmpty()) {
                    malformed(ListReason.IMAGE_MALFORMED_KEY, key, "a text on one line");
                }
            }
            for (var key : REQUIRED_TEXTS) {
                var node = required(key);
                if (node != null && ListFields.block(node).isEmpty()) {
                    malformed(ListReason.IMAGE_MALFORMED_KEY, key, "a text");
                }
            }
            address();
            checksum();
            if (required("hv:size") != null
                    && ListFields.number(image.get("hv:size"), 1, MAX_SIZE).isEmpty()) {
                malformed(
                        ListReason.IMAGE_BAD_SIZE,
                        "hv:size",
                        "a number of bytes from 1 to " + MAX_SIZE);
            }
            amount("hv:ram_minimum");
            amount("hv:core_minimum");
            expiry();
            format();
            if (objections.isEmpty()) {
                continues();
            }
        }

        private void identifier() {
            if (required("dc:identifier") == null) {
                return;
            }
            if (uuid.isEmpty()) {
                malformed(ListReason.IMAGE_IDENTIFIER_NOT_UUID, "dc:identifier", "a UUID");
            } else if (twice.contains(uuid.get())) {
                object(
                        ListReason.IMAGE_DUPLICATE_IDENTIFIER,
                        "another image of the list has the identifier %s, too"
                                .formatted(uuid.get()));
            }
        }

        private void address() {
            var node = required("hv:uri");
            if (node == null) {
                return;
            }
            var uri = ListFields.line(node).flatMap(ImageJudge::httpAddress);
            if (uri.isEmpty()) {
                malformed(ListReason.IMAGE_BAD_URI, "hv:uri", "an address of http or https");
            } else if (uri.get().getRawUserInfo() != null) {
                object(ListReason.IMAGE_BAD_URI, "hv:uri holds a name or a password");
            }
        }

        private void checksum() {
            var node = required("sl:checksum:sha512");
            if (node == null) {
                return;
            }
            var text = node.isTextual() ? node.asText() : "";
            if (text.length() != CHECKSUM_DIGITS || !isHex(text)) {
                malformed(
                        ListReason.IMAGE_BAD_CHECKSUM,
                        "sl:checksum:sha512",
                        CHECKSUM_DIGITS + " hex digits");
            } else if (!text.equals(text.toLowerCase(Locale.ROOT))) {
                warnings.add("sl:checksum:sha512 has capitals, on which other readers fail");
            }
        }

        private boolean isHex(String text) {
            for (int i = 0; i < text.length(); i++) {
                if (!ListFields.isHex(text.charAt(i))) {
                    return false;
                }
            }
            return true;
        }

        private void amount(String key) {
            var node = image.get(key);
            if (node != null && !node.isNull() && ListFields.number(node, 0, MAX_SIZE).isEmpty()) {
                malformed(ListReason.IMAGE_MALFORMED_KEY, key, "a number from 0 to " + MAX_SIZE);
            }
        }

        private void expiry() {
            var node = image.get("dc:date:expires");
            if (node == null || node.isNull()) {
                return;
            }
            var expires = ListFields.instant(node);
            if (expires.isEmpty()) {
                malformed(
                        ListReason.IMAGE_MALFORMED_KEY,
                        "dc:date:expires",
                        "an instant such as 2026-11-21T01:02:03Z");
            } else if (!expires.get().isAfter(at)) {
                object(
                        ListReason.IMAGE_EXPIRED,
                        "expired at %s, which is not after %s".formatted(expires.get(), at));
            }
        }

        private void format() {
            var format = ListFields.line(image.get("hv:format"));
            if (format.isPresent() && !format.get().equals(format.get().toLowerCase(Locale.ROOT))) {
                warnings.add("hv:format has capitals, which atrope takes for raw");
            }
        }

        /** An image is a UUID and a version: versions do not go down, and do not change. */
        private void continues() {
            var before = uuid.map(held::get).orElse(null);
            if (before == null) {
                return;
            }
            var version = ListFields.line(image.get("hv:version")).orElse("");
            var heldVersion = ListFields.line(before.get("hv:version")).orElse("");
            int order = ListVersion.compare(version, heldVersion);
            if (order < 0) {
                object(
                        ListReason.IMAGE_VERSION_LOWER,
                        "version %s is lower than %s, which is held"
                                .formatted(
                                        MalformedInput.quoted(version),
                                        MalformedInput.quoted(heldVersion)));
            } else if (order == 0 && !sameFile(before)) {
                object(
                        ListReason.IMAGE_SAME_VERSION_CHANGED,
                        "version %s is held already, with another checksum"
                                .formatted(MalformedInput.quoted(version)));
            }
        }

        private boolean sameFile(ObjectNode before) {
            return image.path("sl:checksum:sha512")
                    .asText()
                    .equalsIgnoreCase(before.path("sl:checksum:sha512").asText());
        }
    }

    private static boolean isPrintable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) <= ' ' || text.charAt(i) >= 0x7f) {
                return false;
            }
        }
        return true;
    }

    /** An address that can be fetched, with nothing in it that a program could stumble over. */
    static Optional<URI> httpAddress(String text) {
        try {
            var uri = new URI(text);
            var scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            boolean good =
                    (scheme.equals("http") || scheme.equals("https"))
                            && uri.getHost() != null
                            && isPrintable(text);
            return good ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
