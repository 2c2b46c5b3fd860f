package org.imprimatur.inspect.advisories;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;

/** Every format of feed: the first byte of the input chooses it. */
public final class FeedsFuzz {

    private FeedsFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        var formats = FeedFormat.values();
        var format = formats[(input[0] & 0xff) % formats.length];
        var feed = new Feed("fuzz", format, URI.create("https://a"), "Debian:12", false, true);
        var content = new ByteArrayInputStream(input, 1, input.length - 1);
        try {
            format.read(
                    content,
                    feed,
                    advisory -> AdvisoryRow.parse(AdvisoryRow.of(advisory), "Debian:12"));
        } catch (MalformedFeed _) {
            // Refused, as it should be.
        }
    }

    /** The samples of the tests. */
    public static Stream<byte[]> seeds() throws IOException {
        return Stream.of(
                seed(
                        FeedFormat.DEBIAN_PACKAGES,
                        "Package: a\nVersion: 1-1\n\nPackage: b\n"
                                .getBytes(StandardCharsets.UTF_8)),
                sample(FeedFormat.DEBIAN_TRACKER, "tracker.json"),
                sample(FeedFormat.RPM_PRIMARY, "primary.xml"),
                sample(FeedFormat.RPM_UPDATEINFO, "updateinfo.xml"),
                sample(FeedFormat.RPM_UPDATEINFO, "bad/rpm-updateinfo-with-entities.xml"),
                sample(FeedFormat.OSV, "osv-pypi.json"),
                sample(FeedFormat.CSAF, "csaf-vex.json"));
    }

    private static byte[] sample(FeedFormat format, String resource) throws IOException {
        try (var in = FeedsFuzz.class.getResourceAsStream(resource)) {
            return seed(format, in.readAllBytes());
        }
    }

    private static byte[] seed(FeedFormat format, byte[] content) {
        byte[] seed = Arrays.copyOf(new byte[] {(byte) format.ordinal()}, content.length + 1);
        System.arraycopy(content, 0, seed, 1, content.length);
        return seed;
    }
}
