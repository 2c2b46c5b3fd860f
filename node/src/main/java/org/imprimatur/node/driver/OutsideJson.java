package org.imprimatur.node.driver;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/** Reads the JSON that outside places answer with: one object, within bounds. */
final class OutsideJson {

    private static final int DEEPEST = 32;

    private static final ObjectMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(DEEPEST)
                                                    .maxNumberLength(32)
                                                    .build())
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private OutsideJson() {}

    /**
     * Reads an object.
     *
     * @param what who says it, for the error
     * @throws DriverException when it is anything else; the message quotes nothing of it
     */
    static JsonNode object(byte[] bytes, String what) throws DriverException {
        JsonNode json;
        try {
            json = MAPPER.readTree(bytes);
        } catch (IOException e) {
            throw new DriverException(what + " is not JSON as it was expected");
        }
        if (!json.isObject()) {
            throw new DriverException(what + " is not a JSON object");
        }
        return json;
    }

    /** A member that is text. */
    static String text(JsonNode object, String member, String what) throws DriverException {
        var value = object.path(member);
        if (!value.isTextual()) {
            throw new DriverException("%s has no text \"%s\"".formatted(what, member));
        }
        return value.textValue();
    }
}
