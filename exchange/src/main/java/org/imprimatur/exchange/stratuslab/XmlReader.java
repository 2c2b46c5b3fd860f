package org.imprimatur.exchange.stratuslab;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.StrictXml;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * XML from outside: UTF-8, XML 1.0, without document type, processing instructions and comments,
 * bounded in size, depth and number. Nothing is ever fetched for it. A first look with a stream
 * refuses all that; only then is a tree made.
 */
final class XmlReader {

    /** No document is larger, in bytes; those of the public service had 2 to 12 KB. */
    static final int MAX_BYTES = 64 * 1024;

    private static final int MAX_DEPTH = 16;
    private static final int MAX_ELEMENTS = 2000;
    private static final int MAX_ATTRIBUTES = 64;

    private XmlReader() {}

    static Document read(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new Refusal(
                    StratusLabCode.TOO_LARGE,
                    "expected at most %d bytes, found %d".formatted(MAX_BYTES, bytes.length));
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        } catch (CharacterCodingException e) {
            throw new Refusal(
                    StratusLabCode.NOT_UTF8, "expected UTF-8, found bytes that are not UTF-8");
        }
        look(bytes);
        return tree(bytes);
    }

    private static void look(byte[] bytes) {
        var factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        try {
            var in = StrictXml.reader(factory, new ByteArrayInputStream(bytes));
            declaration(in);
            int depth = 0;
            int elements = 0;
            while (in.hasNext()) {
                switch (in.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        if (++depth > MAX_DEPTH) {
                            throw new Refusal(
                                    StratusLabCode.TOO_DEEP,
                                    "expected elements at most %d deep".formatted(MAX_DEPTH));
                        }
                        if (++elements > MAX_ELEMENTS
                                || in.getAttributeCount() + in.getNamespaceCount()
                                        > MAX_ATTRIBUTES) {
                            throw new Refusal(
                                    StratusLabCode.TOO_MANY,
                                    "expected at most %d elements, with at most %d attributes each"
                                            .formatted(MAX_ELEMENTS, MAX_ATTRIBUTES));
                        }
                    }
                    case XMLStreamConstants.END_ELEMENT -> depth--;
                    case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                            throw new Refusal(
                                    StratusLabCode.DOCTYPE,
                                    "expected no document type and no entities of one's own");
                    case XMLStreamConstants.PROCESSING_INSTRUCTION ->
                            throw new Refusal(
                                    StratusLabCode.PROCESSING_INSTRUCTION,
                                    "expected no processing instruction, found "
                                            + MalformedInput.quoted(in.getPITarget()));
                    case XMLStreamConstants.COMMENT -> {
                        if (depth > 0) {
                            throw new Refusal(
                                    StratusLabCode.COMMENT,
                                    "expected no comment, which no signature covers, found "
                                            + MalformedInput.quoted(in.getText()));
                        }
                    }
                    default -> {}
                }
            }
        } catch (XMLStreamException e) {
            throw notXml(e);
        }
    }

    private static void declaration(XMLStreamReader in) {
        var encoding = in.getCharacterEncodingScheme();
        if (encoding != null && !encoding.equalsIgnoreCase("UTF-8")) {
            throw new Refusal(
                    StratusLabCode.NOT_UTF8,
                    "expected the encoding UTF-8, found " + MalformedInput.quoted(encoding));
        }
        var version = in.getVersion();
        if (version != null && !version.equals("1.0")) {
            throw new Refusal(
                    StratusLabCode.NOT_XML,
                    "expected XML 1.0, found version " + MalformedInput.quoted(version));
        }
    }

    private static Document tree(byte[] bytes) {
        var factory = DocumentBuilderFactory.newDefaultNSInstance();
        try {
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
            factory.setXIncludeAware(false);
            var builder = factory.newDocumentBuilder();
            builder.setErrorHandler(new Strict());
            return builder.parse(new ByteArrayInputStream(bytes));
        } catch (ParserConfigurationException e) {
            throw new AssertionError("every JDK can read XML so", e);
        } catch (SAXException | IOException e) {
            throw notXml(e);
        }
    }

    private static Refusal notXml(Exception e) {
        var text = String.valueOf(e.getMessage());
        // The stream's message has the place in its first line and the reason in its last.
        var reason = text.substring(text.lastIndexOf('\n') + 1);
        return new Refusal(
                StratusLabCode.NOT_XML,
                "expected an XML document, found none: " + MalformedInput.quoted(reason));
    }

    /** The elements in an element; anything else but white space in it is refused. */
    static List<Element> children(Element parent) {
        var children = new ArrayList<Element>();
        for (var node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element) {
                children.add(element);
            } else if (!node.getTextContent().isBlank()) {
                throw new Refusal(
                        StratusLabCode.UNEXPECTED_CONTENT,
                        "%s: expected elements only, found the text %s"
                                .formatted(
                                        parent.getNodeName(),
                                        MalformedInput.quoted(node.getTextContent().strip())));
            }
        }
        return children;
    }

    /** The whole text of an element that has no elements in it, without the blanks around it. */
    static String text(Element element) {
        for (var node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node.getNodeType() == Node.ELEMENT_NODE) {
                throw new Refusal(
                        StratusLabCode.UNEXPECTED_CONTENT,
                        "%s: expected text only, found the element %s"
                                .formatted(element.getNodeName(), node.getNodeName()));
            }
        }
        return element.getTextContent().strip();
    }

    /** Every fault ends the reading, and nothing is printed. */
    private static final class Strict implements ErrorHandler {

        @Override
        public void warning(SAXParseException exception) {}

        @Override
        public void error(SAXParseException exception) throws SAXException {
            throw exception;
        }

        @Override
        public void fatalError(SAXParseException exception) throws SAXException {
            throw exception;
        }
    }
}
