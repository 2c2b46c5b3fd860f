package org.imprimatur.node.driver;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import org.imprimatur.register.StrictXml;

/**
 * An element of the XML that outside places answer with, and all below it; attributes are not read.
 *
 * @param text its own, without that of elements below it
 */
public record OutsideXml(String name, String text, List<OutsideXml> children) {

    private static final int DEEPEST = 32;
    private static final int MOST = 500_000;

    /** An element that is being read. */
    private static final class Open {
        final StringBuilder text = new StringBuilder();
        final List<OutsideXml> children = new ArrayList<>();
    }

    /**
     * Reads a document in UTF-8, without a document type, entities of its own or anything from
     * elsewhere.
     *
     * @param what who says it, for the error
     * @throws DriverException when it is not such a document; the message quotes nothing of it
     */
    public static OutsideXml read(byte[] document, String what) throws DriverException {
        checkUtf8(document, what);
        var factory = StrictXml.factory();
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
        var open = new ArrayDeque<Open>();
        OutsideXml root = null;
        int elements = 0;
        try {
            var in = StrictXml.reader(factory, new ByteArrayInputStream(document));
            while (in.hasNext()) {
                switch (in.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        if (open.size() == DEEPEST || ++elements > MOST) {
                            throw new DriverException(
                                    "%s has more than %d levels or %d elements"
                                            .formatted(what, DEEPEST, MOST));
                        }
                        open.push(new Open());
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                        if (!open.isEmpty()) {
                            open.element().text.append(in.getText());
                        }
                    }
                    case XMLStreamConstants.END_ELEMENT -> {
                        var ended = open.pop();
                        var element =
                                new OutsideXml(
                                        in.getLocalName(),
                                        ended.text.toString(),
                                        List.copyOf(ended.children));
                        if (open.isEmpty()) {
                            root = element;
                        } else {
                            open.element().children.add(element);
                        }
                    }
                    case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                            throw new DriverException(
                                    what + " has a document type or entities, which is not read");
                    default -> {
                        // Comments and the like say nothing.
                    }
                }
            }
        } catch (XMLStreamException _) {
            throw new DriverException(what + " is not XML as it was expected");
        }
        return Objects.requireNonNull(root, "a document that ends has a root");
    }

    /** Of what is no UTF-8 the JDK's reader would tell on standard error, whoever asked. */
    private static void checkUtf8(byte[] document, String what) throws DriverException {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(document));
        } catch (CharacterCodingException _) {
            throw new DriverException(what + " is not XML as it was expected");
        }
    }

    /** All elements of that name directly below it. */
    List<OutsideXml> all(String child) {
        return children.stream().filter(one -> one.name.equals(child)).toList();
    }

    /** What stands in the first element of that name directly below it; empty for nothing. */
    public String text(String child) {
        return children.stream()
                .filter(one -> one.name.equals(child))
                .findFirst()
                .map(one -> one.text.strip())
                .orElse("");
    }
}
