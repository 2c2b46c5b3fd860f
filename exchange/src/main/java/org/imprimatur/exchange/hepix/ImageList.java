package org.imprimatur.exchange.hepix;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.imprimatur.register.MalformedInput;
import org.jspecify.annotations.Nullable;

/**
 * A list as it stands in its JSON. Nothing in it is judged, and everything in it may be wrong.
 *
 * <p>Nobody changes an object or what it holds.
 */
public final class ImageList {

    /** No list, signed or not, is larger. */
    public static final int MAX_BYTES = 64 * 1024 * 1024;

    /** More images are refused. */
    public static final int MAX_IMAGES = 50_000;

    static final String ROOT = "hv:imagelist";

    private static final String IMAGES = "hv:images";

    private final byte[] content;
    private final ObjectNode members;
    private final boolean oldForm;
    private final List<String> duplicates;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<UUID, ObjectNode> byIdentifier = new HashMap<>();

    private ImageList(
            byte[] content, ObjectNode members, boolean oldForm, List<String> duplicates) {
        this.content = content;
        this.members = members;
        this.oldForm = oldForm;
        this.duplicates = duplicates;
        if (members.get(IMAGES) instanceof ArrayNode all) {
            all.forEach(one -> entries.add(Entry.of(one)));
        }
        for (var entry : entries) {
            var image = entry.image();
            if (image != null) {
                entry.identifier().ifPresent(uuid -> byIdentifier.putIfAbsent(uuid, image));
            }
        }
    }

    /**
     * Reads the JSON of a list.
     *
     * @throws MalformedInput when it is no list at all: no JSON, or JSON of something else
     */
    public static ImageList read(byte[] json) {
        if (json.length > MAX_BYTES) {
            throw new MalformedInput(
                    "", "at most %d bytes".formatted(MAX_BYTES), json.length + " bytes");
        }
        var document = ListJson.read(json);
        if (document.root().get(ROOT) instanceof ObjectNode list) {
            return new ImageList(json, list, false, document.duplicates());
        }
        // Before 2011 lists had no outer object.
        if (document.root() instanceof ObjectNode list
                && list.has(IMAGES)
                && list.has("dc:identifier")) {
            return new ImageList(json, list, true, document.duplicates());
        }
        throw new MalformedInput(
                "", "an image list: an object with the member " + ROOT, "something else");
    }

    /**
     * Reads a list from a file of either kind, signed or not, without judging the signature.
     *
     * @throws MalformedInput when it is no list at all
     */
    public static ImageList readAny(byte[] file) {
        return read(looksLikeJson(file) ? file : SmimeMessage.parse(file).content());
    }

    /** Whether a file should be a message with a signature, and not plain JSON. */
    public static boolean isMessage(byte[] file) {
        return !looksLikeJson(file);
    }

    /** Whether the first character is that of a JSON object. */
    static boolean looksLikeJson(byte[] bytes) {
        for (byte one : bytes) {
            if (one != ' ' && one != '\t' && one != '\r' && one != '\n') {
                return one == '{';
            }
        }
        return false;
    }

    /** A member of the list, or null. */
    @Nullable JsonNode member(String key) {
        return members.get(key);
    }

    /** All members of the list, by key. */
    public ObjectNode members() {
        return members.deepCopy();
    }

    /** A member of the list as text on one line, where it is that. */
    public Optional<String> text(String key) {
        return ListFields.line(members.get(key));
    }

    /** A member of the list as an instant, where it is one. */
    public Optional<Instant> time(String key) {
        return ListFields.instant(members.get(key));
    }

    /** A member of the endorser's certificate as text on one line, where it is that. */
    public Optional<String> endorserText(String key) {
        var x509 = endorser();
        return x509 == null ? Optional.empty() : ListFields.line(x509.get(key));
    }

    /** Whether the list has no outer object, as in the first drafts. */
    boolean oldForm() {
        return oldForm;
    }

    /** Members that are there twice. */
    List<String> duplicates() {
        return duplicates;
    }

    /** The members of the endorser's certificate, or null. */
    @Nullable ObjectNode endorser() {
        return members.path("hv:endorser").get("hv:x509") instanceof ObjectNode x509 ? x509 : null;
    }

    /** The entries of the list, whatever they are; none when there is no array. */
    List<Entry> entries() {
        return Collections.unmodifiableList(entries);
    }

    /** The images that have a UUID; of several with one, the first. */
    Map<UUID, ObjectNode> byIdentifier() {
        return Collections.unmodifiableMap(byIdentifier);
    }

    /** The entries that are images. */
    public List<Image> images() {
        var images = new ArrayList<Image>();
        for (var entry : entries) {
            if (entry.image() != null) {
                images.add(new Image(entry.image()));
            }
        }
        return images;
    }

    /** The entry at a place, from 0, where it is an image. */
    public Optional<Image> image(int position) {
        var image =
                position < 0 || position >= entries.size() ? null : entries.get(position).image();
        return image == null ? Optional.empty() : Optional.of(new Image(image));
    }

    /** An image as it stands in a list; nothing in it is judged. */
    public static final class Image {

        private final ObjectNode members;

        private Image(ObjectNode members) {
            this.members = members;
        }

        /** A member as text on one line, where it is that. */
        public Optional<String> text(String key) {
            return ListFields.line(members.get(key));
        }

        /** A member as a whole number that is not negative, where it is that. */
        public Optional<Long> number(String key) {
            return ListFields.number(members.get(key), 0, Long.MAX_VALUE);
        }

        /** A member as an instant, where it is one. */
        public Optional<Instant> time(String key) {
            return ListFields.instant(members.get(key));
        }
    }

    /**
     * An entry of a list.
     *
     * @param image its members where it is an image, else null
     * @param identifier the image's UUID, where it has one
     */
    record Entry(@Nullable ObjectNode image, Optional<UUID> identifier) {

        private static Entry of(JsonNode entry) {
            return entry.get("hv:image") instanceof ObjectNode image
                    ? new Entry(image, ListFields.uuid(image.get("dc:identifier")))
                    : new Entry(null, Optional.empty());
        }
    }

    /** The members that differ, but for the images. */
    List<String> keysThatDiffer(ImageList other) {
        return ListDiff.keys(members, other.members, IMAGES);
    }

    /** Whether two lists have the same JSON, byte for byte but for line ends and outer space. */
    boolean sameContent(ImageList other) {
        return Arrays.equals(trimmed(content), trimmed(other.content));
    }

    private static byte[] trimmed(byte[] json) {
        var text = SmimeMessage.canonical(json);
        int end = text.length;
        while (end > 0 && text[end - 1] <= ' ' && text[end - 1] >= 0) {
            end--;
        }
        return Arrays.copyOf(text, end);
    }
}
