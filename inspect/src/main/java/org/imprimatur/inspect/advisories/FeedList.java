package org.imprimatur.inspect.advisories;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * The feeds of a configuration in YAML: {@code feeds:} with entries of {@code name}, {@code
 * format}, {@code url}, and, where it makes sense, {@code ecosystem}, {@code security} and {@code
 * wanted}.
 */
public final class FeedList {

    private static final int MAX_FILE = 1 << 20;
    private static final Set<String> MEMBERS =
            Set.of("name", "format", "url", "ecosystem", "security", "wanted");

    private FeedList() {}

    /** The feeds that come with the program. */
    public static List<Feed> builtIn() {
        try (var resource = FeedList.class.getResourceAsStream("feeds.yaml")) {
            if (resource == null) {
                throw new IllegalStateException("feeds.yaml is missing from the jar");
            }
            return read(resource, "feeds.yaml");
        } catch (IOException e) {
            throw new IllegalStateException("feeds.yaml in the jar is damaged", e);
        }
    }

    /**
     * Reads a configuration.
     *
     * @throws MalformedFeed with the place of the fault
     */
    public static List<Feed> read(InputStream in, String name) throws IOException {
        byte[] bytes = in.readNBytes(MAX_FILE + 1);
        if (bytes.length > MAX_FILE) {
            throw new MalformedFeed("%s is larger than %d bytes".formatted(name, MAX_FILE));
        }
        JsonNode tree;
        try {
            tree = mapper().readTree(bytes);
        } catch (JsonProcessingException e) {
            throw new MalformedFeed("%s: %s".formatted(name, e.getOriginalMessage()), e);
        } catch (CharConversionException e) {
            throw new MalformedFeed(name + " is not UTF-8", e);
        }
        if (tree == null || !tree.path("feeds").isArray() || tree.size() != 1) {
            throw new MalformedFeed(name + ": expected one member, feeds, with a list");
        }
        var feeds = new ArrayList<Feed>();
        var names = new HashSet<String>();
        for (int i = 0; i < tree.path("feeds").size(); i++) {
            var where = "%s, feed %d".formatted(name, i + 1);
            var feed = feed(tree.path("feeds").path(i), where);
            if (!names.add(feed.name())) {
                throw new MalformedFeed("%s: '%s' is there twice".formatted(where, feed.name()));
            }
            feeds.add(feed);
        }
        return List.copyOf(feeds);
    }

    private static Feed feed(JsonNode entry, String where) throws MalformedFeed {
        for (var member : entry.properties()) {
            if (!MEMBERS.contains(member.getKey())) {
                throw new MalformedFeed(
                        "%s: unknown member '%s'; there are %s"
                                .formatted(
                                        where,
                                        member.getKey(),
                                        MEMBERS.stream().sorted().toList()));
            }
        }
        var label = FeedJson.text(entry, "format");
        var format =
                FeedFormat.of(label)
                        .orElseThrow(
                                () ->
                                        new MalformedFeed(
                                                "%s: no format '%s'; there are %s"
                                                        .formatted(
                                                                where,
                                                                label,
                                                                FeedFormat.labels())));
        try {
            var url = new URI(FeedJson.text(entry, "url"));
            if (url.getScheme() == null
                    || !Set.of("http", "https", "file").contains(url.getScheme())) {
                throw new MalformedFeed(
                        "%s: the url must begin with https:, http: or file:".formatted(where));
            }
            return new Feed(
                    FeedJson.text(entry, "name"),
                    format,
                    url,
                    FeedJson.text(entry, "ecosystem"),
                    entry.path("security").asBoolean(false),
                    entry.path("wanted").asBoolean(true));
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new MalformedFeed("%s: %s".formatted(where, e.getMessage()), e);
        }
    }

    private static YAMLMapper mapper() {
        var limits = new LoaderOptions();
        limits.setAllowDuplicateKeys(false);
        limits.setMaxAliasesForCollections(10);
        limits.setNestingDepthLimit(20);
        return new YAMLMapper(YAMLFactory.builder().loaderOptions(limits).build());
    }
}
