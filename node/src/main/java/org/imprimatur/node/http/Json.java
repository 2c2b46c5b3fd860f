package org.imprimatur.node.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Writing JSON answers. Nothing from outside is read with this. */
public final class Json {

    private static final ObjectMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    /** A new object. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** A new list. */
    public static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    /** The document in UTF-8. */
    public static byte[] bytes(JsonNode json) {
        try {
            return MAPPER.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of values can always be written", e);
        }
    }
}
