package org.imprimatur.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import org.imprimatur.register.Sha512;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "instances",
        description = {
            "List what runs at a site, and what ran: image, operator, host, start and end, newest"
                    + " first."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur instances --state running --node http://127.0.0.1:8080",
            "  imprimatur instances --condemned",
            "  imprimatur instances --image sha512:3f… --output json"
        })
final class InstancesCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final SiteNode node = new SiteNode();

    /** The states of an instance, by their names in formats. */
    enum State {
        RUNNING,
        STOPPED,
        CONDEMNED
    }

    /** Of which state; one way or the other to say it. */
    private static final class Which {

        @Option(
                names = "--state",
                paramLabel = "STATE",
                description = "running, stopped or condemned.")
        private @Nullable State state;

        @Option(
                names = "--condemned",
                description =
                        "What runs and no longer passes, with the reasons and since when; as"
                                + " --state condemned.")
        private boolean condemned;
    }

    @ArgGroup private Which which = new Which();

    @Option(
            names = "--image",
            paramLabel = "DIGEST",
            converter = Converters.DigestConverter.class,
            description = "Of this image, sha512:….")
    private @Nullable Sha512 image;

    @Option(names = "--operator", paramLabel = "NAME", description = "Of this operator.")
    private @Nullable String operator;

    @Option(names = "--host", paramLabel = "NAME", description = "On this host.")
    private @Nullable String host;

    @Option(
            names = "--machine",
            paramLabel = "ID",
            description = "Of this machine, as its hypervisor knows it.")
    private @Nullable String machine;

    @Option(
            names = "--limit",
            paramLabel = "NUMBER",
            defaultValue = "100",
            description = "At most so many, 1 to 1000 (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(
            names = "--after",
            paramLabel = "PLACE",
            description = "Go on where an answer before ended (its \"next\").")
    private @Nullable String after;

    @Override
    public Integer call() {
        var query = new StringBuilder("?limit=").append(limit);
        var state = which.condemned ? State.CONDEMNED : which.state;
        add(query, "state", state == null ? null : state.name().toLowerCase(Locale.ROOT));
        add(query, "image", image);
        add(query, "operator", operator);
        add(query, "host", host);
        add(query, "machine", machine);
        add(query, "after", after);
        var answer = node.client().json("/api/v1/site/instances" + query);
        for (var one : answer.path("instances")) {
            output.line(
                    "%s  %s  %s on %s",
                    one.path("id").asText(),
                    one.path("state").asText(),
                    one.path("machine").asText(),
                    one.path("host").asText());
            output.line("  image     %s", one.path("image").asText());
            if (one.has("converted")) {
                output.line("  converted %s", one.path("converted").asText());
            }
            if (one.has("contextualisation")) {
                output.line("  made by   %s", one.path("contextualisation").asText());
            }
            output.line(
                    "  operator  %s (%s)",
                    one.path("operator").asText(), one.path("class").asText());
            one.path("consumers")
                    .forEach(consumer -> output.line("  consumer  %s", consumer.asText()));
            output.line(
                    "  from      %s%s",
                    one.path("startedAt").asText(one.path("registeredAt").asText()),
                    one.has("stoppedAt") ? " to " + one.path("stoppedAt").asText() : "");
            if (one.has("condemned")) {
                condemned(one.path("condemned"));
            }
        }
        var next = answer.path("next").asText("");
        if (!next.isEmpty()) {
            output.line("more: --after %s", next);
        }
        output.document(answer);
        return ExitCode.DONE.status();
    }

    private void condemned(JsonNode condemned) {
        output.line("  condemned since %s", condemned.path("since").asText());
        for (var reason : condemned.path("reasons")) {
            var clauses = new StringJoiner(", ");
            reason.path("clauses").forEach(clause -> clauses.add(clause.asText()));
            output.line(
                    "    %s: %s (%s)",
                    reason.path("code").asText(), reason.path("text").asText(), clauses);
        }
        if (condemned.has("terminatedAt")) {
            output.line("    ended by its driver %s", condemned.path("terminatedAt").asText());
        } else if (condemned.has("failure")) {
            output.line(
                    "    not ended yet, tried %d times: %s",
                    condemned.path("attempts").asInt(), condemned.path("failure").asText());
        }
    }

    private static void add(StringBuilder query, String name, @Nullable Object value) {
        if (value != null) {
            query.append('&').append(name).append('=').append(URLEncoder.encode(value + "", UTF_8));
        }
    }
}
