package org.imprimatur.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.imprimatur.inspect.advisories.Urgency;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Owner;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "open",
        description = {
            "Tell which endorsed images have known flaws, as a node that watches advisories knows it.",
            "With IMAGE every flaw of that one. What could not be looked at is told too.",
            "Exit status 1 when a flaw is open, or something could not be looked at."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur advisories open --node https://catalogue.example",
            "  imprimatur advisories open --owner vo:biomed --urgency high --output json",
            "  imprimatur advisories open vo:biomed/debian-12"
        })
final class AdvisoriesOpenCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final SiteNode node = new SiteNode();

    @Option(names = "--owner", paramLabel = "OWNER", description = "Only images of this owner.")
    private @Nullable String owner;

    @Option(
            names = "--urgency",
            paramLabel = "URGENCY",
            description =
                    "Only flaws that are at least so urgent: critical, high, moderate, low or unknown"
                            + " (default).")
    private String urgency = Urgency.UNKNOWN.label();

    @Parameters(
            arity = "0..1",
            paramLabel = "IMAGE",
            description =
                    "GUID@VERSION or GUID/VERSION; or sha512:DIGEST, GUID, OWNER/TAG"
                            + " (vo:biomed/debian-12) or the id of an endorsement, for the newest"
                            + " version that counts.")
    private @Nullable String image;

    @Override
    public Integer call() {
        var least = least();
        var client = node.client();
        boolean open = image == null ? all(client, least) : one(client, image, least);
        return (open ? ExitCode.NO : ExitCode.DONE).status();
    }

    private Urgency least() {
        try {
            return Urgency.parse(urgency);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--urgency '%s': %s".formatted(urgency, e.getMessage()), e);
        }
    }

    private boolean all(NodeClient client, Urgency least) {
        var query = "?urgency=" + least.label() + owner().map(of -> "&owner=" + of).orElse("");
        var answer = client.json("/api/v1/advisories" + query);
        warnings(answer);
        for (var one : answer.path("images")) {
            output.line("%s", image(one));
            output.line("    %s", counts(one.path("count")));
            var oldest = one.path("oldestPatchable");
            if (!oldest.isMissingNode()) {
                output.line(
                        "    %s in %s %s, fixed in %s; patch known since %s",
                        oldest.path("id").asText(),
                        oldest.path("package").asText(),
                        oldest.path("installed").asText(),
                        oldest.path("fixed").asText(),
                        Ago.told(oldest.path("patchSince").asText()));
            }
        }
        for (var one : answer.path("notLookedAt")) {
            output.line("%s", image(one));
            output.line("    NOT LOOKED AT: %s", one.path("obstacle").asText());
        }
        output.line(
                "images with such flaws: %d, not looked at: %d",
                answer.path("open").asInt(), answer.path("unseen").asInt());
        output.document(answer);
        return answer.path("open").asInt() > 0
                || answer.path("unseen").asInt() > 0
                || answer.has("fault");
    }

    private static String image(JsonNode one) {
        var version = one.path("version").asText();
        return "%s@%s  %s %s, of %s"
                .formatted(
                        one.path("guid").asText(),
                        version,
                        one.path("title").asText(),
                        version,
                        one.path("owner").asText());
    }

    private Optional<String> owner() {
        if (owner == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(encoded(Owner.parse(owner).toString()));
        } catch (MalformedInput wrong) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--owner '%s': %s".formatted(owner, wrong.explanation()),
                    wrong);
        }
    }

    private boolean one(NodeClient client, String name, Urgency least) {
        var answer = client.json(path(ImageTarget.of(name).release(client)));
        warnings(answer);
        boolean open = answer.has("fault");
        for (var endorsement : answer.path("endorsements")) {
            output.line(
                    "%s %s, endorsed in %s as %s",
                    endorsement.path("title").asText(),
                    endorsement.path("version").asText(),
                    endorsement.path("ledger").asText(),
                    endorsement.path("endorsement").asText());
            if (endorsement.has("obstacle")) {
                open = true;
                output.line("    NOT LOOKED AT: %s", endorsement.path("obstacle").asText());
            }
            int count = 0;
            for (var flaw : endorsement.path("flaws")) {
                if (grave(flaw, least)) {
                    count++;
                    output.line("    %s", line(flaw));
                }
            }
            open |= count > 0;
            output.line("    %d flaws, held against %s", count, feeds(endorsement));
        }
        output.document(answer);
        return open;
    }

    private static boolean grave(JsonNode flaw, Urgency least) {
        try {
            return Urgency.parse(flaw.path("urgency").asText()).atLeast(least);
        } catch (IllegalArgumentException _) {
            return true; // of a newer node
        }
    }

    private static String line(JsonNode flaw) {
        return "%-8s  %-16s  %s %s, %s; known since %s"
                .formatted(
                        flaw.path("urgency").asText(),
                        flaw.path("id").asText(),
                        flaw.path("package").asText(),
                        flaw.path("installed").asText(),
                        flaw.path("fixed").isTextual()
                                ? "fixed in " + flaw.path("fixed").asText()
                                : "no patch yet",
                        Ago.told(flaw.path("since").asText()));
    }

    private static String feeds(JsonNode endorsement) {
        var names = new ArrayList<String>();
        endorsement.path("feeds").forEach(feed -> names.add(feed.asText()));
        return names.isEmpty() ? "no feed" : String.join(", ", names);
    }

    /** The path of the one image's advisories. */
    private static String path(ImageTarget.Release release) {
        return "/api/v1/images/%s/versions/%s/advisories"
                .formatted(release.guid(), encoded(release.version().text()));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private void warnings(JsonNode answer) {
        for (var warning : answer.path("warnings")) {
            output.line("WARNING: %s", warning.asText());
        }
    }

    private static String counts(JsonNode count) {
        var parts = new ArrayList<String>();
        for (var urgency : List.of(Urgency.values())) {
            int open = count.path(urgency.label()).asInt();
            if (open > 0) {
                parts.add(open + " " + urgency.label());
            }
        }
        return String.join(", ", parts);
    }
}
