package org.imprimatur.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "status",
        description = {
            "Tell how a site stands: whether each ledger and list that it follows is in view, and which"
                    + " transfers, publications and notices are in trouble.",
            "Exit status 1 when something needs a person."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur site status --node http://127.0.0.1:8080",
            "  imprimatur site status --output json"
        })
final class SiteStatusCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final SiteNode node = new SiteNode();

    @Override
    public Integer call() {
        var client = node.client();
        var document = Output.object();
        boolean trouble = sources(client, document);
        trouble |= transfers(client, document);
        trouble |= publications(client, document);
        trouble |= untold(client, document);
        output.line("%s", trouble ? "SOMETHING NEEDS A PERSON" : "all is as it should be");
        document.put("trouble", trouble);
        output.document(document);
        return (trouble ? ExitCode.NO : ExitCode.DONE).status();
    }

    private boolean sources(NodeClient client, ObjectNode document) {
        var answer = client.json("/api/v1/site/sources");
        var sources = answer.path("sources");
        document.set("sources", sources);
        boolean trouble = lists(answer.path("lists"), document);
        if (sources.isEmpty()) {
            output.line("no ledger is followed");
        }
        for (var source : sources) {
            var state = source.path("state").asText();
            // What was just added has a moment to be read.
            trouble |= needsPerson(state, source);
            output.line(
                    "%-7s  %s  %d entries, %s",
                    state,
                    source.path("origin").asText(),
                    source.path("size").asLong(),
                    source.has("verifiedAt")
                            ? "verified " + moment(source, "verifiedAt")
                            : "nothing verified yet");
            output.line("         %s", source.path("url").asText());
            if (source.has("disputed")) {
                output.line(
                        "         %d entries are disputed, and not relied on",
                        source.path("disputed").asLong());
            }
            since(source);
        }
        return trouble;
    }

    private static boolean needsPerson(String state, JsonNode source) {
        return !state.equals("fresh") && !(state.equals("never") && !source.has("problem"));
    }

    private void since(JsonNode source) {
        if (source.has("fault") || source.has("problem")) {
            output.line(
                    "         since %s: %s",
                    moment(source, "since"),
                    source.path("fault").asText(source.path("problem").asText()));
        }
    }

    private boolean lists(JsonNode lists, ObjectNode document) {
        document.set("lists", lists);
        boolean trouble = false;
        for (var list : lists) {
            var state = list.path("state").asText();
            trouble |= needsPerson(state, list);
            output.line(
                    "%-7s  %s  %s%s",
                    state,
                    list.path("name").asText(),
                    list.has("version")
                            ? "version %s, %d images, "
                                    .formatted(
                                            list.path("version").asText(),
                                            list.path("images").asLong())
                            : "",
                    list.has("verifiedAt")
                            ? "verified " + moment(list, "verifiedAt")
                            : "nothing verified yet");
            output.line("         %s", list.path("url").asText());
            since(list);
            list.path("unusable")
                    .forEach(image -> output.line("         unusable: %s", image.asText()));
        }
        return trouble;
    }

    private boolean transfers(NodeClient client, ObjectNode document) {
        var images = client.json("/api/v1/site/images?state=failed").path("images");
        var list = document.putArray("transfers");
        for (var image : images) {
            list.addObject()
                    .put("endorsement", image.path("endorsement").asText())
                    .put("digest", image.path("digest").asText())
                    .put("owner", image.path("owner").asText())
                    .put("guid", image.path("guid").asText())
                    .put("version", image.path("version").asText())
                    .put("title", image.path("title").asText())
                    .put("why", image.path("why").asText());
            output.line(
                    "failed   transfer of %s, %s@%s",
                    image.path("title").asText(),
                    image.path("guid").asText(),
                    image.path("version").asText());
            output.line("         %s", image.path("why").asText());
        }
        return !images.isEmpty();
    }

    private boolean publications(NodeClient client, ObjectNode document) {
        var drivers = document.putArray("drivers");
        var list = document.putArray("publications");
        for (var state : List.of("failed", "withdrawing")) {
            var answer = client.json("/api/v1/site/publications?state=" + state);
            for (var one : answer.path("publications")) {
                if (one.has("why")) {
                    list.add(one);
                    output.line(
                            "%-7s  %s of %s at %s, since %s",
                            "failed",
                            state.equals("failed") ? "publication" : "withdrawal",
                            one.path("fileName").asText(),
                            one.path("driver").asText(),
                            moment(one, "changedAt"));
                    if (one.has("converted")) {
                        output.line("         converted to %s", one.path("converted").asText());
                    }
                    output.line("         %s", one.path("why").asText());
                }
            }
            if (drivers.isEmpty()) {
                silent(answer.path("drivers"), drivers);
            }
        }
        return !list.isEmpty() || !drivers.isEmpty();
    }

    /** Refusals that their endorsers could not be told of yet. */
    private boolean untold(NodeClient client, ObjectNode document) {
        var list = document.putArray("untold");
        for (var image : client.json("/api/v1/site/images?state=refused").path("images")) {
            var refusal = image.path("refusal");
            var why = new LinkedHashSet<String>();
            for (var notice : refusal.path("notices")) {
                if (notice.has("why")) {
                    why.add(notice.path("why").asText());
                }
            }
            if (!why.isEmpty()) {
                list.add(refusal);
                output.line(
                        "untold   refusal of %s, %s@%s",
                        image.path("title").asText(),
                        image.path("guid").asText(),
                        image.path("version").asText());
                why.forEach(one -> output.line("         %s", one));
            }
        }
        return !list.isEmpty();
    }

    private void silent(JsonNode all, ArrayNode silent) {
        for (var driver : all) {
            if (driver.has("problem")) {
                silent.add(driver);
                output.line("silent   driver %s", driver.path("name").asText());
                output.line("         %s", driver.path("problem").asText());
            }
        }
    }

    /** A moment as it was told, and how long ago that was. */
    private static String moment(JsonNode item, String member) {
        return Ago.told(item.path(member).asText());
    }
}
