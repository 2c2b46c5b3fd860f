package org.imprimatur.node.driver;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha512;

/**
 * An image as Glance shows it (Images API v2).
 *
 * @param sha512 what Glance computed over the bytes; empty before there were any, and where it
 *     computes something else
 * @param size of the bytes; -1 before there were any
 * @param owner the project that it belongs to; empty where nobody asks
 * @param texts all members that are text, the properties among them
 */
record GlanceImage(
        String id,
        String status,
        Optional<Sha512> sha512,
        long size,
        boolean hidden,
        String owner,
        Map<String, String> texts) {

    private static final Pattern ID = Pattern.compile("[0-9a-zA-Z-]{1,64}");
    private static final String WHAT = "the answer of Glance";

    /**
     * Part of a list.
     *
     * @param next the path of the next part; empty at the end
     */
    record Page(List<GlanceImage> images, Optional<String> next) {}

    /** Reads one image. */
    static GlanceImage read(byte[] answer) throws DriverException {
        return of(OutsideJson.object(answer, WHAT));
    }

    /** Reads a part of a list. */
    static Page page(byte[] answer) throws DriverException {
        var json = OutsideJson.object(answer, WHAT);
        if (!json.path("images").isArray()) {
            throw new DriverException(WHAT + " has no list of images");
        }
        var images = new ArrayList<GlanceImage>();
        for (var one : json.path("images")) {
            images.add(of(one));
        }
        var next = json.path("next");
        if (next.isMissingNode() || next.isNull()) {
            return new Page(images, Optional.empty());
        }
        // Only on in the same list: what a server says is not followed elsewhere.
        if (!next.asText().startsWith("/v2/images?") || next.asText().contains("\n")) {
            throw new DriverException(WHAT + " leads elsewhere");
        }
        return new Page(images, Optional.of(next.asText()));
    }

    private static GlanceImage of(JsonNode json) throws DriverException {
        var id = OutsideJson.text(json, "id", WHAT);
        if (!ID.matcher(id).matches()) {
            throw new DriverException(WHAT + " has an image without a usable id");
        }
        var texts = new HashMap<String, String>();
        json.properties()
                .forEach(
                        member -> {
                            if (member.getValue().isTextual()) {
                                texts.put(member.getKey(), member.getValue().textValue());
                            }
                        });
        return new GlanceImage(
                id,
                OutsideJson.text(json, "status", WHAT),
                sha512(texts),
                json.path("size").canConvertToLong() ? json.path("size").longValue() : -1,
                json.path("os_hidden").asBoolean(false),
                texts.getOrDefault("owner", ""),
                Map.copyOf(texts));
    }

    private static Optional<Sha512> sha512(Map<String, String> texts) {
        var value = texts.get("os_hash_value");
        if (value == null || !"sha512".equals(texts.get("os_hash_algo"))) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Sha512(value));
        } catch (MalformedInput _) {
            return Optional.empty();
        }
    }

    /** Whether Glance holds exactly these bytes. */
    boolean holds(Sha512 digest) {
        return sha512.equals(Optional.of(digest));
    }

    /** A property, or another member that is text. */
    String text(String name) {
        return texts.getOrDefault(name, "");
    }
}
