package org.imprimatur.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.inspect.advisories.Feed;
import org.imprimatur.inspect.advisories.FeedList;
import org.imprimatur.inspect.advisories.FeedState;
import org.imprimatur.inspect.advisories.MalformedFeed;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.FetchFailed;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "advisories",
        description = {
            "The feeds that tell which packages of an image lack a patch.",
            "They are kept on this machine, and inspections match packages against them off line."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur advisories update                        the feeds that are wanted by default",
            "  imprimatur advisories update osv-npm debian-tracker",
            "  imprimatur advisories update --from /media/feeds    files named after the feeds, off line",
            "  imprimatur advisories list",
            "  imprimatur advisories open --node https://catalogue.example"
        },
        subcommands = {
            AdvisoriesCommand.Update.class,
            AdvisoriesCommand.ListFeeds.class,
            AdvisoriesOpenCommand.class
        })
final class AdvisoriesCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "update, list or open?");
    }

    @Command(
            name = "update",
            description = {
                "Fetch feeds, and take them in.",
                "What was interrupted is resumed. A feed that is damaged is refused, and the one"
                        + " from before stays."
            })
    static final class Update implements Callable<Integer> {

        @Mixin private final Output output = new Output();
        @Mixin private final At at = new At();
        @Mixin private final AdvisoryOption advisories = new AdvisoryOption();

        @Option(
                names = "--feeds",
                paramLabel = "FILE",
                description = "A list of feeds in YAML, instead of the one that is built in.")
        private @Nullable Path list;

        @Option(
                names = "--from",
                paramLabel = "DIR",
                description =
                        "Take files of this directory instead of fetching: NAME or NAME.… for each feed.")
        private @Nullable Path from;

        @Parameters(arity = "0..*", paramLabel = "NAME", description = "Only these feeds.")
        private List<String> names = List.of();

        @Override
        public Integer call() throws IOException {
            var store = advisories.store();
            Files.createDirectories(store.directory());
            var document = Output.object();
            var taken = document.putArray("feeds");
            var failures = document.putArray("failed");
            try (var fetch = new Fetch()) {
                for (var feed : chosen()) {
                    try {
                        var file = file(feed, fetch, store.directory());
                        if (file == null) {
                            continue;
                        }
                        var state = store.take(feed, file.path(), at.instant(), file.published());
                        file.discard();
                        output.line(
                                "%-24s %,10d records, of %s",
                                feed.name(), state.records(), state.published());
                        describe(taken.addObject(), state);
                    } catch (FetchFailed | MalformedFeed e) {
                        output.err()
                                .println(
                                        "imprimatur: %s: %s"
                                                .formatted(feed.name(), e.getMessage()));
                        failures.addObject().put("name", feed.name()).put("reason", e.getMessage());
                    }
                }
            }
            output.document(document);
            return failures.isEmpty() ? ExitCode.DONE.status() : ExitCode.UNREACHABLE.status();
        }

        private List<Feed> chosen() throws IOException {
            var known = list == null ? FeedList.builtIn() : read(list);
            if (names.isEmpty()) {
                return known.stream().filter(feed -> from != null || feed.wanted()).toList();
            }
            var chosen = new ArrayList<Feed>();
            for (var name : names) {
                chosen.add(
                        known.stream()
                                .filter(feed -> feed.name().equals(name))
                                .findFirst()
                                .orElseThrow(
                                        () ->
                                                new CommandFailure(
                                                        ExitCode.USAGE,
                                                        "there is no feed '%s'; there are %s"
                                                                .formatted(
                                                                        name,
                                                                        known.stream()
                                                                                .map(Feed::name)
                                                                                .toList()))));
            }
            return chosen;
        }

        private static List<Feed> read(Path file) throws IOException {
            try (var in = Files.newInputStream(file)) {
                return FeedList.read(in, file.toString());
            } catch (MalformedFeed e) {
                throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
            }
        }

        /** The feed's file, here or fetched; null when {@code --from} has none. */
        private @Nullable FeedFile file(Feed feed, Fetch fetch, Path directory) throws IOException {
            if (from != null) {
                return FeedFile.inDirectory(from, feed.name());
            }
            return feed.url().getScheme().equals("file")
                    ? FeedFile.at(Path.of(URI.create(feed.url().toString())))
                    : FeedFile.fetched(
                            feed,
                            fetch,
                            directory,
                            at.instant(),
                            Progress.ofBytes(output.err(), feed.name()));
        }
    }

    @Command(name = "list", description = "Tell which feeds are here, and how old they are.")
    static final class ListFeeds implements Callable<Integer> {

        @Mixin private final Output output = new Output();
        @Mixin private final At at = new At();
        @Mixin private final AdvisoryOption advisories = new AdvisoryOption();

        @Override
        public Integer call() throws IOException {
            var store = advisories.store();
            var states = store.feeds();
            var document = Output.object();
            document.put("directory", store.directory().toString());
            var feeds = document.putArray("feeds");
            if (states.isEmpty()) {
                output.line(
                        "No feed is here (%s). Try: imprimatur advisories update",
                        store.directory());
            }
            for (var state : states) {
                output.line(
                        "%-24s %,10d records  %-8s old  %s  sha256:%s…",
                        state.name(),
                        state.records(),
                        age(state.published(), at.instant()),
                        state.url(),
                        state.sha256().substring(0, 12));
                describe(feeds.addObject(), state);
            }
            output.document(document);
            return ExitCode.DONE.status();
        }

        private static String age(Instant then, Instant now) {
            var hours = Duration.between(then, now).toHours();
            return hours < 48
                    ? "%d h".formatted(hours)
                    : String.format(Locale.ROOT, "%d days", hours / 24);
        }
    }

    private static void describe(ObjectNode json, FeedState state) {
        json.put("name", state.name());
        json.put("format", state.format().label());
        json.put("url", state.url());
        json.put("sha256", state.sha256());
        json.put("bytes", state.bytes());
        json.put("records", state.records());
        json.put("fetched", state.fetched().toString());
        json.put("published", state.published().toString());
    }
}
