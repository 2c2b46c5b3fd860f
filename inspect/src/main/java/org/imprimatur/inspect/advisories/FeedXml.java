package org.imprimatur.inspect.advisories;

import java.io.InputStream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.imprimatur.register.StrictXml;

/** XML from feeds: no document types, no entities from elsewhere. */
final class FeedXml {

    private static final XMLInputFactory FACTORY = factory();

    private FeedXml() {}

    private static XMLInputFactory factory() {
        var factory = StrictXml.factory();
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        return factory;
    }

    static XMLStreamReader reader(InputStream in) throws XMLStreamException {
        return StrictXml.reader(FACTORY, in);
    }

    /** An attribute of the element at hand; empty where there is none. */
    static String attribute(XMLStreamReader xml, String name) {
        var value = xml.getAttributeValue(null, name);
        return value == null ? "" : value;
    }

    /** {@code [EPOCH:]VERSION-RELEASE} of an element with these attributes. */
    static String evr(XMLStreamReader xml, String version, String release) {
        var epoch = attribute(xml, "epoch");
        return (epoch.isEmpty() || epoch.equals("0") ? "" : epoch + ":")
                + attribute(xml, version)
                + "-"
                + attribute(xml, release);
    }
}
