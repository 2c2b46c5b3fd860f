package org.imprimatur.node.transfer;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.imprimatur.node.config.Faults;
import org.imprimatur.node.config.YamlMember;

/**
 * How {@code s3:} locations are asked.
 *
 * @param endpoint the service; buckets are the first part of the path there
 * @param region by whose name requests are signed
 * @param credentials who asks; empty for buckets that anybody may read
 */
public record S3Access(URI endpoint, String region, Optional<Credentials> credentials) {

    static final S3Access USUAL =
            new S3Access(URI.create("https://s3.amazonaws.com"), "us-east-1", Optional.empty());

    private static final int LARGEST = 64 << 10;

    /**
     * A key and its secret.
     *
     * @param secret never shown
     */
    public record Credentials(String key, String secret) {

        @Override
        public String toString() {
            return "credentials of " + key;
        }
    }

    /**
     * Reads the member {@code transfer.s3} of a site.
     *
     * @throws org.imprimatur.node.config.BadConfiguration with every fault in it
     */
    static S3Access read(YamlMember member) {
        var faults = new Faults();
        faults.check(() -> member.allowing("endpoint", "region", "credentials"));
        var endpoint =
                faults.read(
                        () ->
                                member.optional("endpoint")
                                        .map(
                                                m ->
                                                        m.as(
                                                                S3Access::endpoint,
                                                                "a URL without a path, for example"
                                                                        + " https://s3.example"))
                                        .orElse(USUAL.endpoint));
        var region =
                faults.read(
                        () -> member.optional("region").map(YamlMember::text).orElse(USUAL.region));
        var credentials =
                faults.read(() -> member.optional("credentials").map(S3Access::credentials));
        faults.complete();
        return new S3Access(endpoint.get(), region.get(), credentials.get());
    }

    private static URI endpoint(String text) {
        var uri = URI.create(text);
        boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
        if (!web || uri.getHost() == null || !uri.getRawPath().isEmpty()) {
            throw new IllegalArgumentException("is \"" + text + "\"");
        }
        return uri;
    }

    /** The first key and secret of a file as the tools of S3 have it. */
    private static Credentials credentials(YamlMember member) {
        Path file = member.path();
        String hint =
                "a file with the lines aws_access_key_id = … and aws_secret_access_key = …, which"
                        + " the node can read";
        try {
            if (Files.size(file) > LARGEST) {
                throw member.wrong("is larger than " + LARGEST + " bytes", hint);
            }
            var lines = Files.readAllLines(file);
            return new Credentials(
                    value(lines, "aws_access_key_id")
                            .orElseThrow(() -> member.wrong("names a file without a key", hint)),
                    value(lines, "aws_secret_access_key")
                            .orElseThrow(
                                    () -> member.wrong("names a file without a secret", hint)));
        } catch (IOException e) {
            throw member.wrong("cannot be read", hint);
        }
    }

    private static Optional<String> value(Iterable<String> lines, String name) {
        for (var line : lines) {
            int equals = line.indexOf('=');
            if (equals > 0 && line.substring(0, equals).strip().equals(name)) {
                return Optional.of(line.substring(equals + 1).strip());
            }
        }
        return Optional.empty();
    }
}
