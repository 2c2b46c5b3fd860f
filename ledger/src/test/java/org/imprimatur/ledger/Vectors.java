package org.imprimatur.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The published vectors, in {@code transparency-log-vectors.json}. */
final class Vectors {

    static final JsonNode ALL = read();

    private Vectors() {}

    private static JsonNode read() {
        try (var file = Vectors.class.getResourceAsStream("/transparency-log-vectors.json")) {
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
