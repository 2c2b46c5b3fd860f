package org.imprimatur.inspect.advisories;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Debian's security tracker: {@code {SOURCE: {CVE: {"releases": {RELEASE: {"status",
 * "fixed_version", "urgency"}}}}}}. Status {@code open} is a flaw without fix; {@code resolved} has
 * the version with the fix, {@code 0} if the release never had the flaw; {@code undetermined} says
 * nothing.
 */
final class DebianTrackerReader implements FeedReader {

    private static final Map<String, String> RELEASES =
            Map.of(
                    "buster", "10",
                    "bullseye", "11",
                    "bookworm", "12",
                    "trixie", "13",
                    "forky", "14");

    @Override
    public void read(InputStream in, Feed feed, Consumer<Advisory> sink) throws IOException {
        try (JsonParser json = FeedJson.MAPPER.createParser(in)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedFeed("Debian's tracker is one JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var source = json.currentName();
                if (json.nextToken() != JsonToken.START_OBJECT) {
                    throw new MalformedFeed("no object of flaws for " + source);
                }
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    var id = json.currentName();
                    json.nextToken();
                    JsonNode flaw = json.readValueAsTree();
                    flaw.path("releases").properties().forEach(each -> add(source, id, each, sink));
                }
            }
        } catch (JsonParseException e) {
            throw new MalformedFeed("no JSON: " + e.getOriginalMessage(), e);
        } catch (com.fasterxml.jackson.core.JacksonException e) {
            throw new MalformedFeed("not the tracker's JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static void add(
            String source,
            String id,
            Map.Entry<String, JsonNode> release,
            Consumer<Advisory> sink) {
        var number = RELEASES.get(release.getKey());
        var state = release.getValue();
        var fixed = FeedJson.text(state, "fixed_version");
        var range =
                switch (FeedJson.text(state, "status")) {
                    case "open" -> VersionRange.ALL;
                    case "resolved" ->
                            fixed.isEmpty() || fixed.equals("0")
                                    ? null
                                    : VersionRange.before(fixed);
                    default -> null;
                };
        if (number == null || range == null) {
            return;
        }
        sink.accept(
                new Advisory(
                        Advisory.Kind.AFFECTED,
                        "Debian:" + number,
                        Advisory.Target.SOURCE,
                        source,
                        id,
                        List.of(),
                        urgency(state),
                        List.of(range)));
    }

    /** What Debian will not fix in a stable release for its small weight is low. */
    private static Urgency urgency(JsonNode state) {
        var said = Urgency.ofWord(FeedJson.text(state, "urgency").replace("*", ""));
        return said == Urgency.UNKNOWN && state.has("nodsa") ? Urgency.LOW : said;
    }
}
