package org.imprimatur.inspect.advisories;

import java.io.IOException;
import java.io.InputStream;
import java.util.TreeMap;
import java.util.function.Consumer;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import org.imprimatur.inspect.versions.VersionOrder;

/** The index of an RPM repository; the newest version of each binary package counts. */
final class RpmPrimaryReader implements FeedReader {

    private static final int MAX_PACKAGES = 1_000_000;

    @Override
    public void read(InputStream in, Feed feed, Consumer<Advisory> sink) throws IOException {
        var newest = new TreeMap<String, String>();
        try {
            var xml = FeedXml.reader(in);
            boolean known = false;
            int depth = 0;
            var name = "";
            var version = "";
            while (xml.hasNext()) {
                switch (xml.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        depth++;
                        var element = xml.getLocalName();
                        known |= depth == 1 && element.equals("metadata");
                        // Dependencies have elements of the same names, further down.
                        if (depth == 3 && element.equals("name")) {
                            name = xml.getElementText();
                            depth--;
                        } else if (depth == 3 && element.equals("version")) {
                            version = FeedXml.evr(xml, "ver", "rel");
                        }
                    }
                    case XMLStreamConstants.END_ELEMENT -> {
                        depth--;
                        if (depth == 1 && !name.isEmpty() && !version.isEmpty()) {
                            newest.merge(
                                    name,
                                    version,
                                    (a, b) -> VersionOrder.RPM.compare(a, b) >= 0 ? a : b);
                            name = "";
                            version = "";
                        }
                    }
                    default -> {}
                }
                if (newest.size() > MAX_PACKAGES) {
                    throw new MalformedFeed("more than %d packages".formatted(MAX_PACKAGES));
                }
            }
            if (!known) {
                throw new MalformedFeed("this XML is no primary.xml");
            }
        } catch (XMLStreamException e) {
            throw new MalformedFeed("damaged XML: " + e.getMessage(), e);
        }
        newest.forEach(
                (name, version) -> sink.accept(DebianPackagesReader.newest(feed, name, version)));
    }
}
