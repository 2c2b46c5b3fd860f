package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.imprimatur.inspect.advisories.AdvisoryStore;
import org.imprimatur.inspect.advisories.Feed;
import org.imprimatur.inspect.advisories.FeedFormat;

/** Feeds of advisories in a directory, and bills of materials that they speak of. */
public final class TrialFeeds {

    public final Path directory;

    public TrialFeeds(Path directory) {
        this.directory = directory;
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The member of a node's configuration. */
    public String yaml() {
        return "advisories: {directory: \"%s\", every: 50ms}\n".formatted(directory);
    }

    /**
     * A flaw of a Debian 12 package.
     *
     * @param fixed the version with the patch; empty for none
     */
    public record Flaw(String id, String source, String urgency, String fixed) {

        private String json() {
            return """
                   "%s": {"%s": {"releases": {"bookworm": {"repositories": {}, %s
                     "urgency": "%s"}}}}
                   """
                    .formatted(
                            source,
                            id,
                            fixed.isEmpty()
                                    ? "\"status\": \"open\","
                                    : "\"status\": \"resolved\", \"fixed_version\": \"%s\","
                                            .formatted(fixed),
                            urgency);
        }
    }

    /** Puts a feed with these flaws, one for each source package, in place of the one before. */
    public void put(Flaw... flaws) {
        put(Instant.now(), flaws);
    }

    /** As above, and the feed is of that day. */
    public void put(Instant published, Flaw... flaws) {
        take(
                "debian-tracker",
                List.of(flaws).stream()
                        .map(Flaw::json)
                        .collect(
                                Collectors.joining(
                                        ",",
                                        "{\"linux\": {\"CVE-2000-0001\": {\"releases\": {\"bookworm\":"
                                                + " {\"status\": \"open\", \"repositories\": {},"
                                                + " \"urgency\": \"low\"}}}}"
                                                + (flaws.length == 0 ? "" : ","),
                                        "}")),
                published);
    }

    private void take(String name, String content, Instant published) {
        try {
            var file = Files.createTempFile("feed", ".json");
            Files.writeString(file, content);
            new AdvisoryStore(directory)
                    .take(
                            new Feed(
                                    name,
                                    FeedFormat.DEBIAN_TRACKER,
                                    URI.create("https://example.org/" + name),
                                    "",
                                    false,
                                    true),
                            file,
                            Instant.now(),
                            published);
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A bill of materials of a system of Debian 12 with these packages, {@code NAME=VERSION}. */
    public static byte[] sbom(String... packages) {
        return sbomOf("debian", "12", packages);
    }

    /** As above, of another system. */
    public static byte[] sbomOf(String os, String version, String... packages) {
        return List.of(packages).stream()
                .map(
                        each -> {
                            var parts = each.split("=", 2);
                            return """
                                   , {"type": "library", "name": "%1$s", "version": "%2$s",
                                      "purl": "pkg:deb/%3$s/%1$s@%2$s?arch=amd64&distro=%3$s-%4$s"}
                                   """
                                    .formatted(parts[0], parts[1], os, version);
                        })
                .collect(
                        Collectors.joining(
                                "",
                                """
                                {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
                                  {"type": "operating-system", "name": "%s", "version": "%s"}
                                """
                                        .formatted(os, version),
                                "]}"))
                .getBytes(UTF_8);
    }
}
