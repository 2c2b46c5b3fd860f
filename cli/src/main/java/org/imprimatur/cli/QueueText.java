package org.imprimatur.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What an approver is told of an image: in the queue, and before a word on it is signed. */
final class QueueText {

    private static final Set<String> NOT_STANDING = Set.of("revoked", "blocked", "withdrawn");
    private static final List<String> TOLD =
            List.of("catalogue", "endorsement", "digest", "owner", "guid", "version", "state");

    private QueueText() {}

    /** The lines of one image. */
    static void lines(Output output, JsonNode image) {
        output.line(
                "%s  %s@%s",
                image.path("title").asText(),
                image.path("guid").asText(),
                image.path("version").asText());
        var tag = image.path("tag").asText("");
        output.line(
                "  owner      %s%s",
                image.path("owner").asText(), tag.isEmpty() ? "" : ", tag " + tag);
        output.line("  endorser   %s", image.path("endorser").path("subject").asText());
        output.line("  endorsed   %s", Ago.told(image.path("endorsedAt").asText()));
        output.line("  in         %s", image.path("catalogue").asText());
        output.line("  digest     %s", image.path("digest").asText());
        output.line("  statement  %s", image.path("endorsement").asText());
        var listed = image.path("listed");
        if (!listed.isMissingNode()) {
            output.line(
                    "  listed     %s, %d bytes, for %s, %s %s %s; no inspection is known",
                    listed.path("format").asText(),
                    listed.path("bytes").asLong(),
                    listed.path("hypervisor").asText(),
                    listed.path("system").asText(),
                    listed.path("systemVersion").asText(),
                    listed.path("architecture").asText());
            output.line("  location   %s", listed.path("location").asText());
        }
        if (image.has("inspection")) {
            inspection(output, image.path("inspection"));
        }
        if (image.has("classes")) {
            output.line("  waits in   %s", String.join(", ", texts(image.path("classes"))));
        }
        var earlier = image.path("newerThan");
        if (!earlier.isMissingNode()) {
            output.line(
                    "  newer than version %s, approved %s, %s",
                    earlier.path("version").asText(),
                    Ago.told(earlier.path("approvedAt").asText()),
                    earlier.path("sameEndorser").asBoolean()
                            ? "by the same endorser"
                            : "BY ANOTHER ENDORSER");
        }
        if (image.has("replacedBy")) {
            output.line("  replaced   by %s", image.path("replacedBy").asText());
        }
    }

    private static void inspection(Output output, JsonNode inspection) {
        var blocking = texts(inspection.path("blocking"));
        output.line(
                "  inspected  %s, %d findings that block, %d waivers",
                inspection.path("completeness").asText(),
                blocking.size(),
                inspection.path("waivers").asInt());
        blocking.forEach(finding -> output.line("             %s", finding));
        output.line("  report     %s", inspection.path("report").asText());
        output.line("  packages   %s", inspection.path("sbom").asText());
    }

    private static List<String> texts(JsonNode list) {
        var texts = new ArrayList<String>();
        list.forEach(one -> texts.add(one.asText()));
        return texts;
    }

    /** Tells what is about to be signed, and notes it for the JSON answer. */
    static void tell(
            Output output,
            NodeOptions.Connection connection,
            ImageTarget.AtSite chosen,
            ObjectNode about) {
        for (var member : TOLD) {
            about.set(member, chosen.image().path(member));
        }
        for (var waiting : connection.client().json("/api/v1/site/queue").path("queue")) {
            if (waiting.path("endorsement").asText().equals(chosen.found().endorsement().hex())) {
                lines(output, waiting);
                return;
            }
        }
        lines(output, chosen.image());
        var why = chosen.image().path("why").asText("");
        output.line(
                "  state      %s%s",
                chosen.image().path("state").asText(), why.isEmpty() ? "" : ": " + why);
    }

    /**
     * Refuses what an approval would not help.
     *
     * @throws CommandFailure which says why
     */
    static void refuseUnlessStanding(ImageTarget.AtSite chosen) {
        var state = chosen.image().path("state").asText();
        if (NOT_STANDING.contains(state)) {
            throw new CommandFailure(
                    ExitCode.NO,
                    "not approved: %s, version %s, is %s (%s). Wait for a new endorsement%s"
                            .formatted(
                                    chosen.found().title(),
                                    chosen.image().path("version").asText(),
                                    state,
                                    chosen.image().path("why").asText(),
                                    state.equals("blocked")
                                            ? ", or for the end of the block."
                                            : "."));
        }
    }
}
