package org.imprimatur.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The published vectors, in {@code transparency-log-vectors.json}. */
final class Vectors {

    static final JsonNode ALL = read("/transparency-log-vectors.json");

    private Vectors() {}

    /** Those of the status map, made by a second implementation. */
    static JsonNode ofStatusMap() {
        return read("/status-map-vectors.json");
    }

    private static JsonNode read(String name) {
        try (var file = Vectors.class.getResourceAsStream(name)) {
            return new ObjectMapper().readTree(Objects.requireNonNull(file));
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    static List<Hash> hashes(JsonNode array) {
        var hashes = new ArrayList<Hash>();
        array.forEach(hex -> hashes.add(Hash.parseHex(hex.asText())));
        return hashes;
    }
}
