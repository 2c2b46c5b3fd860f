package org.imprimatur.inspect.advisories;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.imprimatur.inspect.versions.VersionOrder;

/** The advisories of an RPM repository; those of the type {@code security} count. */
final class RpmUpdateinfoReader implements FeedReader {

    private static final int MAX_PACKAGES = 100_000;

    /** One update while it is read. */
    private static final class Update {
        private boolean security;
        private String id = "";
        private Urgency urgency = Urgency.UNKNOWN;
        private final Set<String> flaws = new LinkedHashSet<>();
        private final TreeMap<String, String> fixed = new TreeMap<>();
    }

    @Override
    public void read(InputStream in, Feed feed, Consumer<Advisory> sink) throws IOException {
        try {
            var xml = FeedXml.reader(in);
            boolean known = false;
            var update = new Update();
            while (xml.hasNext()) {
                switch (xml.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        known |= xml.getLocalName().equals("updates");
                        if (xml.getLocalName().equals("update")) {
                            update = new Update();
                            update.security = FeedXml.attribute(xml, "type").equals("security");
                        } else {
                            element(xml, update);
                        }
                    }
                    case XMLStreamConstants.END_ELEMENT -> {
                        if (xml.getLocalName().equals("update") && update.security) {
                            emit(update, feed, sink);
                        }
                    }
                    default -> {}
                }
            }
            if (!known) {
                throw new MalformedFeed("this XML is no updateinfo.xml");
            }
        } catch (XMLStreamException e) {
            throw new MalformedFeed("damaged XML: " + e.getMessage(), e);
        }
    }

    private static void element(XMLStreamReader xml, Update update)
            throws XMLStreamException, MalformedFeed {
        switch (xml.getLocalName()) {
            case "id" -> update.id = xml.getElementText().strip();
            case "severity" -> update.urgency = Urgency.ofWord(xml.getElementText());
            case "reference" -> {
                if (FeedXml.attribute(xml, "type").equals("cve")) {
                    update.flaws.add(FeedXml.attribute(xml, "id"));
                }
            }
            case "package" -> {
                var name = FeedXml.attribute(xml, "name");
                if (!name.isEmpty() && !FeedXml.attribute(xml, "arch").equals("src")) {
                    update.fixed.merge(
                            name,
                            FeedXml.evr(xml, "version", "release"),
                            (a, b) -> VersionOrder.RPM.compare(a, b) <= 0 ? a : b);
                }
                if (update.fixed.size() > MAX_PACKAGES) {
                    throw new MalformedFeed(
                            "an update of more than %d packages".formatted(MAX_PACKAGES));
                }
            }
            default -> {}
        }
    }

    private static void emit(Update update, Feed feed, Consumer<Advisory> sink) {
        update.fixed.forEach(
                (name, version) ->
                        sink.accept(
                                new Advisory(
                                        Advisory.Kind.AFFECTED,
                                        feed.ecosystem(),
                                        Advisory.Target.BINARY,
                                        name,
                                        update.id,
                                        List.copyOf(update.flaws),
                                        update.urgency,
                                        List.of(VersionRange.before(version)))));
    }
}
