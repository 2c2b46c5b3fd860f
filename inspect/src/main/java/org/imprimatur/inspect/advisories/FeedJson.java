package org.imprimatur.inspect.advisories;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;

/** JSON from feeds, with bounds on depth and on the length of names and texts. */
final class FeedJson {

    /** One record of a feed; the largest real ones have a few MB. */
    static final int MAX_RECORD = 32 << 20;

    static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(200)
                                                    .maxNameLength(10_000)
                                                    .maxStringLength(4 << 20)
                                                    .maxNumberLength(100)
                                                    .build())
                                    .build())
                    .build();

    private FeedJson() {}

    /** One whole record. */
    static JsonNode record(InputStream in, String name) throws IOException {
        byte[] bytes = in.readNBytes(MAX_RECORD + 1);
        if (bytes.length > MAX_RECORD) {
            throw new MalformedFeed("%s is larger than %d bytes".formatted(name, MAX_RECORD));
        }
        try {
            var node = MAPPER.readTree(bytes);
            if (node == null || !node.isObject()) {
                throw new MalformedFeed(name + " is no JSON object");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new MalformedFeed("%s is no JSON: %s".formatted(name, e.getOriginalMessage()), e);
        } catch (CharConversionException e) {
            throw new MalformedFeed(name + " is no JSON in UTF-8", e);
        }
    }

    static String text(JsonNode node, String member) {
        var value = node.path(member);
        return value.isTextual() ? value.textValue() : "";
    }
}
