package org.imprimatur.inspect.advisories;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Consumer;

/**
 * Records of the OSV schema (ossf.github.io/osv-schema). Withdrawn records are left out; ranges of
 * Git commits say nothing about installed versions. For distributions the package is the source
 * package.
 */
final class OsvReader implements FeedReader {

    @Override
    public void read(InputStream in, Feed feed, Consumer<Advisory> sink) throws IOException {
        RecordArchive.read(in, (document, name) -> record(document, name, sink));
    }

    private static void record(InputStream document, String name, Consumer<Advisory> sink)
            throws IOException {
        var osv = FeedJson.record(document, name);
        var id = FeedJson.text(osv, "id");
        if (id.isEmpty() || !osv.path("affected").isArray() && !osv.has("withdrawn")) {
            if (!id.isEmpty() && !osv.has("affected")) {
                return;
            }
            throw new MalformedFeed(name + " is no OSV record: id or affected is missing");
        }
        if (osv.has("withdrawn")) {
            return;
        }
        var aliases = new LinkedHashSet<String>();
        for (var member : List.of("aliases", "upstream")) {
            osv.path(member).forEach(alias -> aliases.add(alias.asText()));
        }
        for (var affected : osv.path("affected")) {
            var ecosystem = FeedJson.text(affected.path("package"), "ecosystem");
            var packageName = FeedJson.text(affected.path("package"), "name");
            var ranges = ranges(affected);
            if (ecosystem.isEmpty() || packageName.isEmpty() || ranges.isEmpty()) {
                continue;
            }
            sink.accept(
                    new Advisory(
                            Advisory.Kind.AFFECTED,
                            Ecosystem.normal(ecosystem),
                            Advisory.Target.SOURCE,
                            ecosystem.equals("PyPI")
                                    ? Ecosystem.pythonName(packageName)
                                    : packageName,
                            id,
                            List.copyOf(aliases),
                            urgency(osv, affected),
                            ranges));
        }
    }

    private static List<VersionRange> ranges(JsonNode affected) {
        var ranges = new ArrayList<VersionRange>();
        for (var range : affected.path("ranges")) {
            if (FeedJson.text(range, "type").equals("GIT")) {
                continue;
            }
            var introduced = "";
            boolean open = false;
            for (var event : range.path("events")) {
                if (event.has("introduced")) {
                    introduced = FeedJson.text(event, "introduced");
                    open = true;
                } else if (event.has("fixed") && open) {
                    ranges.add(new VersionRange(introduced, FeedJson.text(event, "fixed"), ""));
                    open = false;
                } else if (event.has("last_affected") && open) {
                    ranges.add(
                            new VersionRange(
                                    introduced, "", FeedJson.text(event, "last_affected")));
                    open = false;
                }
            }
            if (open) {
                ranges.add(new VersionRange(introduced, "", ""));
            }
        }
        if (ranges.isEmpty()) {
            // Without ranges the record lists each version.
            for (var version : affected.path("versions")) {
                ranges.add(new VersionRange(version.asText(), "", version.asText()));
            }
        }
        return ranges;
    }

    private static Urgency urgency(JsonNode osv, JsonNode affected) {
        var urgency = Urgency.UNKNOWN;
        for (var holder : List.of(affected, osv)) {
            for (var member : List.of("ecosystem_specific", "database_specific")) {
                for (var word : List.of("severity", "urgency")) {
                    urgency =
                            graver(
                                    urgency,
                                    Urgency.ofWord(FeedJson.text(holder.path(member), word)));
                }
            }
            for (var severity : holder.path("severity")) {
                var score = FeedJson.text(severity, "score");
                urgency =
                        graver(
                                urgency,
                                FeedJson.text(severity, "type").startsWith("CVSS")
                                        ? Urgency.ofScore(Cvss.baseScore(score).orElse(0))
                                        : Urgency.ofWord(score));
            }
        }
        return urgency;
    }

    private static Urgency graver(Urgency one, Urgency other) {
        return one.atLeast(other) ? one : other;
    }
}
