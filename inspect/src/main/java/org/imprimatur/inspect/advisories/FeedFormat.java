package org.imprimatur.inspect.advisories;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The formats of feeds that are read. */
public enum FeedFormat {
    /** A Debian repository's {@code Packages}: which version is the newest. */
    DEBIAN_PACKAGES(new DebianPackagesReader()),
    /** Debian's security tracker as JSON: each CVE's state in each release. */
    DEBIAN_TRACKER(new DebianTrackerReader()),
    /** An RPM repository's {@code primary.xml}: which version is the newest. */
    RPM_PRIMARY(new RpmPrimaryReader()),
    /** An RPM repository's {@code updateinfo.xml}: the vendor's advisories. */
    RPM_UPDATEINFO(new RpmUpdateinfoReader()),
    /** OSV records: one JSON, or a zip of many. */
    OSV(new OsvReader()),
    /** CSAF 2.0 advisories and VEX documents: one JSON, or a zip or tar of many. */
    CSAF(new CsafReader());

    private final FeedReader reader;

    FeedFormat(FeedReader reader) {
        this.reader = reader;
    }

    /**
     * Gives each thing a feed says to the sink. What decompressors and parsers say of a damaged
     * file is the feed's fault, in whatever exception they say it.
     *
     * @throws MalformedFeed when it is not in this format
     */
    void read(InputStream in, Feed feed, Consumer<Advisory> sink) throws MalformedFeed {
        try {
            reader.read(in, feed, sink);
        } catch (MalformedFeed e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new MalformedFeed("it cannot be read: " + e.getMessage(), e);
        }
    }

    /** As configurations write it: {@code debian-packages}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The format of this label. */
    public static Optional<FeedFormat> of(String label) {
        return Arrays.stream(values()).filter(format -> format.label().equals(label)).findFirst();
    }

    /** All labels, for people. */
    public static String labels() {
        return Arrays.stream(values()).map(FeedFormat::label).collect(Collectors.joining(", "));
    }
}
