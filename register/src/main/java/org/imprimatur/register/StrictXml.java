package org.imprimatur.register;

import java.io.InputStream;
import java.util.MissingResourceException;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.stream.util.StreamReaderDelegate;

/** Readers of XML from outside that fail in one way, and take nothing from elsewhere. */
public final class StrictXml {

    private StrictXml() {}

    /**
     * A factory whose readers skip document types and tell of entities instead of replacing them;
     * whoever reads refuses both.
     */
    public static XMLInputFactory factory() {
        var factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        return factory;
    }

    /**
     * Opens a document.
     *
     * @throws XMLStreamException when it does not begin as one
     */
    public static XMLStreamReader reader(XMLInputFactory factory, InputStream in)
            throws XMLStreamException {
        return new StreamReaderDelegate(factory.createXMLStreamReader(in)) {

            @Override
            public int next() throws XMLStreamException {
                try {
                    return super.next();
                } catch (MissingResourceException e) {
                    // The JDK has no message for a wrong character in a document type.
                    throw new XMLStreamException("a damaged document type", getLocation(), e);
                }
            }
        };
    }
}
